"""Every error is a page with an id that the log has too; what was typed stands on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from redis.exceptions import ConnectionError as ValkeyAway
from sqlalchemy.exc import OperationalError

from tests.web.workbench import stages

ID = re.compile(r"编号\s*(?:<span[^>]*>)?\s*([0-9a-f]{12})")
SECRET = "王小明 13800001234"


def page_id(page: str) -> str:
    found = ID.search(page)
    assert found, "the page tells no id"
    return found[1]


@pytest.fixture
def log() -> Iterator[list[dict[str, Any]]]:
    """The lines of the log, as they are about to be written."""
    kept: list[dict[str, Any]] = []

    def keep(_logger: object, _name: str, line: Any) -> Any:
        kept.append(dict(line))
        return line

    processors = structlog.get_config()["processors"]
    processors.insert(-1, keep)
    yield kept
    processors.remove(keep)


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        (None, "/nowhere/", 404),
        (None, "/nowhere/at/all", 404),
        ("zhaoyang", "/dawa/cases/20990101-00001", 404),
        ("zhaoyang", "/dawa/entry", 403),
        ("linjing", "/city/sign-out", 405),
    ],
)
def test_a_refused_page_has_an_id_that_the_log_has_too(panjin, log, who, path, status):
    answer = panjin.client(who).get(path)
    assert answer.status_code == status
    told = page_id(answer.text)
    assert [line["status"] for line in log if line["request_id"] == told] == [status]


@pytest.fixture
def failing(panjin, monkeypatch):
    """Let the page of reminders, and the form of entry, fail with some error."""

    def fail(error: Exception) -> None:
        def broken(**_: object) -> None:
            raise error

        for name in ("workbench.notices", "workbench.log", "portal.desks"):
            monkeypatch.setitem(panjin.app.view_functions, name, broken)

    return fail


FAULTS = [
    (RuntimeError(SECRET), 500, "failed"),
    (OperationalError("SELECT 1", {"phone": SECRET}, Exception(SECRET)), 503, "unavailable"),
    (ValkeyAway(SECRET), 503, "unavailable"),
]


@pytest.mark.parametrize(("error", "status", "event"), FAULTS, ids=["ours", "database", "valkey"])
@pytest.mark.parametrize(("who", "path"), [("mengyan", "/dawa/notices"), (None, "/desks")])
def test_a_fault_has_an_id_that_the_log_has_too_and_neither_tells_what_it_was_about(
    panjin, failing, log, who, path, error, status, event
):
    failing(error)
    answer = panjin.client(who).get(path)
    assert answer.status_code == status
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert SECRET not in str(log)
    told = page_id(answer.text)
    assert event in [line["event"] for line in log if line.get("error_id") == told]
    assert ("Retry-After" in answer.headers) == (status == 503)


@pytest.mark.parametrize(("error", "status", "event"), FAULTS, ids=["ours", "database", "valkey"])
def test_a_form_that_met_a_fault_shows_what_was_typed(panjin, failing, error, status, event):
    number = stages.at_stage(panjin, "accepted")
    failing(error)
    data = {"text": "我写的<b>情况</b>", "version": "5", "csrf_token": "a-token"}
    answer = panjin.client("zhaoyang").post(f"/dawa/cases/{number}/log", data=data)
    assert answer.status_code == status
    assert "我写的&lt;b&gt;情况&lt;/b&gt;" in answer.text
    assert "<b>情况" not in answer.text
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
    if status == 503:
        assert again["version"] == "5"
        assert again["csrf_token"] == "a-token"
        assert f'action="/dawa/cases/{number}/log"' in answer.text
    else:
        assert "重新提交" not in answer.text


def test_a_form_for_a_case_that_is_gone_shows_what_was_typed(panjin):
    data = {"text": "我写的情况，很长的一段"}
    answer = panjin.client("zhaoyang").post("/dawa/cases/20990101-00001/log", data=data)
    assert answer.status_code == 404
    assert data["text"] in answer.text


def test_a_password_is_never_shown_again(panjin, monkeypatch):
    def broken() -> None:
        raise OperationalError("SELECT 1", {}, Exception())

    monkeypatch.setitem(panjin.app.view_functions, "workbench.password", broken)
    data = {"old": "Minxin-2026", "new": "Another-2027", "again": "Another-2027"}
    answer = panjin.client("mengyan").post("/dawa/password", data=data)
    assert answer.status_code == 503
    for word in data.values():
        assert word not in answer.text
    assert "重新提交" not in answer.text
