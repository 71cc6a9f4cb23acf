"""What is remembered of a browser, and what ends it for good."""

from __future__ import annotations

from flask import Response
from werkzeug.test import EnvironBuilder

from minxin.extensions import valkey


def sid(browser) -> str:
    return browser.get_cookie("minxin", domain=browser.host).value


def test_a_session_that_ended_while_its_request_was_under_way_is_not_written_back(panjin):
    browser = panjin.client("zhaoyang")
    key, app = f"session:{sid(browser)}", panjin.app
    page = EnvironBuilder(path="/dawa/todo", headers={"Cookie": f"minxin={sid(browser)}"})
    request = app.request_class(page.get_environ())
    under_way = app.session_interface.open_session(app, request)
    assert under_way.get("_user_id"), "the request knows who asks"
    valkey.raw.delete(key)  # signed out by another page of the same browser
    app.session_interface.save_session(app, under_way, Response())
    assert not valkey.raw.exists(key)
    assert "/sign-in" in browser.get("/dawa/todo").headers["Location"]


def test_a_session_that_stands_is_kept_longer_by_each_request(panjin):
    browser = panjin.client("zhaoyang")
    key = f"session:{sid(browser)}"
    valkey.raw.expire(key, 5)
    assert browser.get("/dawa/todo").status_code == 200
    assert valkey.raw.ttl(key) > 60


def test_a_stylesheet_reads_no_session_and_brings_none_back(panjin):
    known = panjin.client("linjing")
    answer = known.get("/static/css/base.css")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" in known.get("/city/").headers, "a page keeps the session alive"
