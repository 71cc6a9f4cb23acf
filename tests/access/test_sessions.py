"""Sessions live on the server: they end when they must, and wherever they were opened."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.access import signin
from minxin.demonstration import people
from minxin.extensions import db, valkey
from minxin.people.actor import SYSTEM
from minxin.people.models import User
from minxin.people.roles import Role

PAGE = "/dawa/password"
"""A page that everybody with a desk may open."""

FORM = {"username": "mengyan", "password": people.PASSWORD}


ALLOWED = {"workbench.password", "workbench.sign_in"}
"""What the first sign-in may open."""


def _inside(client, page=PAGE) -> bool:
    answer = client.get(page)
    assert answer.status_code in (200, 302)
    return answer.status_code == 200


def _change(panjin, username, **values):
    with panjin.standing():
        user = db.session.scalars(select(User).where(User.username == username)).one()
        for name, value in values.items():
            setattr(user, name, value)
        db.session.commit()


def test_who_signed_in_is_inside(panjin):
    assert _inside(panjin.client("mengyan"))
    assert not _inside(panjin.client())


def test_a_session_of_one_desk_is_nobody_at_another(panjin):
    client = panjin.client("mengyan")
    for page in ("/xinglongtai/password", "/city/password", "/shizhi/password"):
        assert not _inside(client, page)
    assert _inside(client)


def test_people_of_the_city_desk_are_nobody_in_a_tenant(panjin):
    client = panjin.client("linjing")
    assert _inside(client, "/city/password")
    for page in ("/shizhi/password", PAGE):
        assert not _inside(client, page)


def test_another_role_ends_every_session(panjin):
    first, second = panjin.client("mengyan"), panjin.client("mengyan")
    with panjin.standing():
        user = db.session.scalars(select(User).where(User.username == "mengyan")).one()
        signin.change_role(user, Role.RESPONDER, by=SYSTEM, at=clock.now())
        db.session.commit()
    assert not _inside(first)
    assert not _inside(second)


def test_leaving_ends_every_session(panjin):
    client = panjin.client("mengyan")
    _change(panjin, "mengyan", active=False)
    assert not _inside(client)


def test_a_role_of_the_city_desk_given_to_a_tenants_person_lets_nobody_in_there(panjin):
    client = panjin.client("mengyan")
    _change(panjin, "mengyan", role=Role.OFFICE_CLERK)
    assert not _inside(client)
    assert not _inside(client, "/city/password")


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(panjin):
    here, elsewhere = panjin.client("mengyan"), panjin.client("mengyan")
    form = {"old": people.PASSWORD, "new": "Another-2027", "again": "Another-2027"}
    assert here.post(PAGE, data=form).status_code == 302
    assert _inside(here)
    assert not _inside(elsewhere)
    door = panjin.client()
    assert door.post("/dawa/sign-in", data=FORM).status_code == 422
    again = FORM | {"password": "Another-2027"}
    assert door.post("/dawa/sign-in", data=again).status_code == 302


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"old": "wrong", "new": "Another-2027", "again": "Another-2027"}, "原密码不正确"),
        ({"old": people.PASSWORD, "new": "Another-2027", "again": "Another-2028"}, "不一致"),
        ({"old": people.PASSWORD, "new": "weak", "again": "weak"}, "不少于10位"),
        ({}, "请填写原密码"),
    ],
)
def test_a_refused_new_password_says_why_and_changes_nothing(form, words, panjin):
    client = panjin.client("mengyan")
    answer = client.post(PAGE, data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert _inside(client)
    assert panjin.client().post("/dawa/sign-in", data=FORM).status_code == 302


def test_the_first_sign_in_leads_to_a_new_password_and_nowhere_else(panjin):
    _change(panjin, "mengyan", must_change=True)
    client = panjin.client()
    assert client.post("/dawa/sign-in", data=FORM).status_code == 302
    for rule in panjin.app.url_map.iter_rules():
        if rule.arguments == {"desk"} and rule.endpoint not in ALLOWED and "GET" in rule.methods:
            answer = client.get(rule.rule.replace("<desk>", "dawa"))
            assert answer.status_code == 302, rule
            assert answer.location.endswith(PAGE), rule
    page = client.get(PAGE)
    assert "首次登录" in page.text
    form = {"old": people.PASSWORD, "new": "Another-2027", "again": "Another-2027"}
    assert client.post(PAGE, data=form).status_code == 302
    assert client.get("/dawa/cases").status_code == 200


def test_signing_in_gives_the_session_another_name(panjin):
    client = panjin.client()
    client.set_cookie("minxin", "chosen-by-an-intruder", domain=panjin.city.host)
    client.get("/dawa/sign-in")
    before = client.get_cookie("minxin", domain=panjin.city.host).value
    client.post("/dawa/sign-in", data=FORM)
    after = client.get_cookie("minxin", domain=panjin.city.host).value
    assert after not in (before, "chosen-by-an-intruder")
    thief = panjin.client()
    for old in (before, "chosen-by-an-intruder"):
        thief.set_cookie("minxin", old, domain=panjin.city.host)
        assert not _inside(thief)


def test_signing_out_ends_the_session_on_the_server(panjin):
    client = panjin.client("mengyan")
    cookie = client.get_cookie("minxin", domain=panjin.city.host).value
    assert valkey.raw.exists(f"session:{cookie}")
    assert client.post("/dawa/sign-out").status_code == 302
    thief = panjin.client()
    thief.set_cookie("minxin", cookie, domain=panjin.city.host)
    assert not _inside(thief)
    assert not valkey.raw.exists(f"session:{cookie}")


def test_signing_out_is_no_link(panjin):
    client = panjin.client("mengyan")
    assert client.get("/dawa/sign-out").status_code == 405
    assert _inside(client)


def test_an_idle_session_ends_after_half_an_hour(panjin):
    client = panjin.client("mengyan")
    cookie = client.get_cookie("minxin", domain=panjin.city.host).value
    valkey.raw.expire(f"session:{cookie}", 60)
    assert _inside(client)
    assert 1700 < valkey.raw.ttl(f"session:{cookie}") <= 1800, "each act begins it anew"
    valkey.raw.delete(f"session:{cookie}")
    assert not _inside(client)


def test_the_cookie_is_for_the_server_alone(panjin):
    answer = panjin.client().post("/dawa/sign-in", data=FORM)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.test/",
        "//evil.test/dawa/",
        "/\\evil.test",
        "/dawa/\\..\\evil",
        "/dawa//evil.test",
        "/xinglongtai/cases",
        "/dawa.evil.test/",
        "javascript:alert(1)",
        "/dawa/../xinglongtai/",
        "/dawa/\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_after_signing_in_nobody_is_sent_elsewhere(wanted, panjin):
    answer = panjin.client().post("/dawa/sign-in", data=FORM, query_string={"next": wanted})
    assert answer.status_code == 302
    assert answer.location == "/dawa/"


def test_after_signing_in_one_is_where_one_wanted_to_be(panjin):
    stranger = panjin.client()
    away = stranger.get("/dawa/cases?kind=help")
    assert away.status_code == 302
    back = stranger.post(away.location, data=FORM)
    assert back.location == "/dawa/cases?kind=help"


def test_a_form_sent_after_the_session_ended_is_not_lost_in_a_redirect_loop(panjin):
    answer = panjin.client().post("/dawa/sign-out")
    assert answer.status_code == 302
    assert answer.location == "/dawa/sign-in"
