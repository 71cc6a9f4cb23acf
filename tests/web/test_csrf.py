"""Forms of other sites are refused, in a sentence, and the person can open the form again."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from minxin import web
from minxin.cases.models import Submission
from minxin.demonstration import people
from minxin.extensions import csrf, db

REFUSED = (400, 422)
ITSELF = {
    "minxin.web.portal.submitting.new",
    "minxin.web.portal.tracking.track",
    "minxin.web.workbench.signing_in.sign_in",
}
"""Views whose form checks the token itself, so that what was typed is kept."""

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture
def guarded(panjin, monkeypatch):
    monkeypatch.setitem(panjin.app.config, "WTF_CSRF_ENABLED", True)
    return panjin


def _open(client, page) -> str:
    found = TOKEN.search(client.get(page).text)
    assert found, f"the form of {page} holds no token"
    return found[1]


def test_a_form_with_its_token_is_taken(guarded):
    client = guarded.client()
    token = _open(client, "/dawa/sign-in")
    form = {"username": "mengyan", "password": people.PASSWORD, "csrf_token": token}
    assert client.post("/dawa/sign-in", data=form).status_code == 302


@pytest.mark.parametrize("token", [None, "", "made-up"])
def test_a_form_without_its_token_is_refused_in_a_sentence(token, guarded):
    client = guarded.client()
    _open(client, "/dawa/sign-in")
    form = {"username": "mengyan", "password": people.PASSWORD}
    answer = client.post("/dawa/sign-in", data=form | ({"csrf_token": token} if token else {}))
    assert answer.status_code in REFUSED
    assert "页面" in answer.text, "a sentence that says what to do"
    assert _open(client, "/dawa/sign-in"), "the form opens again"
    assert client.get("/dawa/password").status_code == 302, "nobody came in"


def test_a_token_of_another_session_is_refused(guarded):
    token = _open(guarded.client(), "/dawa/sign-in")
    form = {"username": "mengyan", "password": people.PASSWORD, "csrf_token": token}
    thief = guarded.client()
    assert thief.post("/dawa/sign-in", data=form).status_code in REFUSED
    assert thief.get("/dawa/password").status_code == 302


def test_every_route_that_changes_something_asks_for_a_token(guarded):
    """Refused before the view runs, whoever asks."""
    client = guarded.client()
    for rule in guarded.app.url_map.iter_rules():
        if "POST" not in rule.methods:
            continue
        values = dict.fromkeys(rule.arguments, "1")
        if "desk" in rule.arguments:
            values["desk"] = "dawa"
        path = guarded.app.url_map.bind("x").build(rule.endpoint, values, "POST")
        answer = client.post(path)
        assert answer.status_code in REFUSED, f"{rule.endpoint} takes a POST without a token"


def test_only_forms_that_check_their_token_themselves_are_exempt(app):
    assert set(csrf._exempt_views) <= ITSELF


def test_an_appeal_without_a_token_is_not_taken_but_its_words_are_kept(guarded):
    form = {"subject": "路灯不亮", "body": "门口路灯不亮已有一周", "phone": "13800001234"}
    answer = guarded.client().post("/cases/new", data=form)
    assert answer.status_code == 422
    assert "门口路灯不亮已有一周" in answer.text
    with guarded.standing():
        assert not db.session.scalar(select(func.count(Submission.id)))


def test_the_token_is_on_in_the_product(settings):
    assert web.flask_config(settings).get("WTF_CSRF_ENABLED", True)
