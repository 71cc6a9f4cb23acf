"""A citizen at the portal, and the worker that keeps what the portal promised."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.keeping import keep

APPEAL = {
    "subject": "小区门口路灯不亮",
    "body": "北门外三盏路灯上周起不亮，晚上出门看不清路，请尽快修好。",
    "kind": "complaint",
    "district": "dawa",
    "place": "大洼街道某小区北门",
    "name": "王小明",
    "phone": "138 0000 1207",
    "address": "某小区3号楼",
}


@pytest.fixture
def citizen(panjin: Any) -> FlaskClient:
    return panjin.client()


@pytest.fixture
def keep_promises(panjin: Any) -> Callable[[], int]:
    """Run what was promised and not done yet, as the worker would; answers how many jobs."""

    return lambda: keep(panjin)


def token_of(page: str) -> str:
    """The hidden key of a form."""
    return re.search(r'name="token"[^>]*value="([^"]+)"', page)[1]


def receipt_of(page: str) -> tuple[str, str]:
    """Number and code as the receipt shows them."""
    values = dict(re.findall(r'class="receipt-value" id="(\w+)">([^<]+)<', page))
    return values["number"], values["code"]


def submit(client: FlaskClient, **changed: Any) -> tuple[str, str]:
    """Send an appeal as a browser would and answer its number and code."""
    token = token_of(client.get("/cases/new").text)
    answer = client.post("/cases/new", data={**APPEAL, "token": token, **changed})
    assert answer.status_code == 303, answer.text
    return receipt_of(client.get(answer.location).text)
