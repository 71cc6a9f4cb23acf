"""What every answer tells the browser."""

from __future__ import annotations

import pytest

PAGES = ["/", "/healthz", "/dawa/sign-in", "/dawa/password", "/nowhere/at/all", "/city/sign-in"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("username", [None, "mengyan"])
def test_every_answer_is_closed_to_other_sites(page, username, panjin):
    headers = panjin.client(username).get(page).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy, "nothing is loaded from elsewhere"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_a_page_is_kept_by_the_browser(page, panjin):
    assert "no-store" in panjin.client().get(page).headers["Cache-Control"]


def test_style_sheets_and_scripts_may_be_kept(panjin):
    answer = panjin.client().get("/static/css/tokens.css")
    assert "no-store" not in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_answer_does_not_say_what_runs_here(panjin):
    headers = panjin.client().get("/healthz").headers
    assert "X-Powered-By" not in headers


def test_an_error_page_shows_nothing_of_the_inside(panjin, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("secret 13800001234")

    monkeypatch.setitem(panjin.app.view_functions, "portal.healthz", broken)
    monkeypatch.setitem(panjin.app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = panjin.client().get("/healthz")
    assert answer.status_code == 500
    assert "13800001234" not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" not in answer.text
