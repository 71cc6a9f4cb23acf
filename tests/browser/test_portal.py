"""The portal in Chromium."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_the_city_answers(phone):
    assert phone.goto("/healthz").text() == "ok"
