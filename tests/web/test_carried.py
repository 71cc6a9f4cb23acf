"""A form that outlives its session: nothing typed is lost, and nobody else reads it."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.access import signin
from minxin.cases import handling, reach
from minxin.demonstration import people
from minxin.extensions import db, valkey
from minxin.people.actor import SYSTEM
from minxin.people.models import User
from minxin.people.roles import Role
from tests.web.workbench import stages

TEXT = "我写的办理情况：已到现场<核实>，\n更换灯具三盏。"


@pytest.fixture
def guarded(panjin, monkeypatch):
    monkeypatch.setitem(panjin.app.config, "WTF_CSRF_ENABLED", True)
    return panjin


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"the page holds no {name}"
    return unescape(found[1])


def area(page: str, name: str) -> str:
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\r?\n?(.*?)</textarea>', page, re.S)
    assert found, f"the page has no field {name}"
    return unescape(found[1]).replace("\r\n", "\n")


def opened(cast, who: str, path: str, **typed: str):
    """A person with a form open: (browser, what it would send)."""
    client = cast.client(who)
    page = client.get(path).text
    fields = {"csrf_token": hidden(page, "csrf_token")}
    if 'name="version"' in page:
        fields["version"] = hidden(page, "version")
    return client, {**fields, **typed}


def lose(client) -> None:
    """The session ends on the server: idle, flushed, or the person's role has changed."""
    valkey.raw.delete(*valkey.raw.keys("session:*"))


def sign_in(client, door, username: str, password: str = people.PASSWORD):
    """Sign in by the page that answered; follows to where it leads."""
    action = unescape(re.search(r'<form method="post" action="([^"]+)"', door.text)[1])
    data = {"username": username, "password": password}
    for name in ("csrf_token", "carried"):
        data[name] = hidden(door.text, name)
    return client.post(action, data=data)


def log_form(cast, who="zhaoyang", stage="accepted"):
    number = stages.at_stage(cast, stage)
    return number, f"/{cast.desk(who)}/cases/{number}/log"


def test_a_form_whose_session_ended_is_filled_in_again_after_signing_in(guarded):
    number, path = log_form(guarded)
    client, data = opened(guarded, "zhaoyang", path, text=TEXT)
    lose(client)
    door = client.post(path, data=data)
    assert door.status_code == 401
    assert "登录已失效" in door.text
    back = sign_in(client, door, "zhaoyang")
    assert back.status_code == 302
    assert back.location.startswith(f"{path}?carried=")
    page = client.get(back.location).text
    assert area(page, "text") == TEXT
    assert "请核对后再提交一次" in page
    assert "附件需要重新选择" not in page
    again = {"text": area(page, "text"), "version": hidden(page, "version"),
             "csrf_token": hidden(page, "csrf_token")}  # fmt: skip
    assert client.post(path, data=again).status_code == 303
    assert stages.state_of(guarded, number) == "handling"


def test_nothing_is_done_and_nothing_is_readable_before_signing_in(guarded):
    number, path = log_form(guarded)
    client, data = opened(guarded, "zhaoyang", path, text=TEXT)
    lose(client)
    door = client.post(path, data=data)
    assert "更换灯具" not in door.text
    assert number not in door.text
    assert stages.state_of(guarded, number) == "accepted"
    kept = b"".join(valkey.raw.get(key) or b"" for key in valkey.raw.keys("[^L]*"))
    assert "更换灯具".encode() not in kept


def test_a_wrong_password_at_that_door_loses_nothing(guarded):
    _, path = log_form(guarded)
    client, data = opened(guarded, "zhaoyang", path, text=TEXT)
    lose(client)
    door = sign_in(client, client.post(path, data=data), "zhaoyang", "wrong")
    assert door.status_code == 422
    back = sign_in(client, door, "zhaoyang")
    assert area(client.get(back.location).text, "text") == TEXT


def test_a_sign_in_form_that_outlived_its_session_keeps_what_it_carries(guarded):
    _, path = log_form(guarded)
    client, data = opened(guarded, "zhaoyang", path, text=TEXT)
    lose(client)
    door = client.post(path, data=data)
    lose(client)
    door = sign_in(client, door, "zhaoyang")
    assert door.status_code == 422
    assert "请再输一次密码" in door.text
    back = sign_in(client, door, "zhaoyang")
    assert area(client.get(back.location).text, "text") == TEXT


def test_somebody_else_who_signs_in_gets_nothing_of_it(guarded):
    _, path = log_form(guarded)
    client, data = opened(guarded, "zhaoyang", path, text=TEXT)
    lose(client)
    back = sign_in(client, client.post(path, data=data), "qianjin")
    assert back.location == "/dawa/"
    assert "更换灯具" not in client.get(back.location, follow_redirects=True).text
    assert "更换灯具" not in client.get(path).text


def test_the_address_of_a_carried_form_shows_it_to_its_person_alone(guarded):
    _, path = log_form(guarded)
    client, data = opened(guarded, "zhaoyang", path, text=TEXT)
    lose(client)
    back = sign_in(client, client.post(path, data=data), "zhaoyang")
    assert "更换灯具" in client.get(back.location).text
    assert "更换灯具" not in guarded.client("qianjin").get(back.location).text


def test_a_form_of_a_person_who_has_signed_in_anew_is_filled_in_at_once(guarded):
    number, path = log_form(guarded)
    _, old = opened(guarded, "zhaoyang", path, text=TEXT)
    lose(None)
    client = guarded.client()
    door = client.get("/dawa/sign-in")
    data = {"username": "zhaoyang", "password": people.PASSWORD,
            "csrf_token": hidden(door.text, "csrf_token")}  # fmt: skip
    client.post("/dawa/sign-in", data=data)
    back = client.post(path, data=old)
    assert back.status_code == 303
    assert area(client.get(back.location).text, "text") == TEXT
    assert stages.state_of(guarded, number) == "accepted"


def test_the_form_of_one_person_is_not_filled_in_for_another_in_the_same_browser(guarded):
    _, path = log_form(guarded)
    _, old = opened(guarded, "zhaoyang", path, text=TEXT)
    other = guarded.client("qianjin")
    answer = other.post(path, data=old)
    assert answer.status_code == 400
    assert "更换灯具" not in answer.text


@pytest.mark.parametrize("token", ["", "made-up"])
def test_a_form_that_is_not_ours_is_refused_and_not_carried(guarded, token):
    number, path = log_form(guarded)
    for client in (guarded.client(), guarded.client("zhaoyang")):
        answer = client.post(path, data={"text": "外来的文字", "csrf_token": token})
        assert answer.status_code == 400
        assert "外来的文字" not in answer.text
    assert stages.state_of(guarded, number) == "accepted"


def test_what_was_sealed_for_the_door_cannot_be_made_up_or_taken_elsewhere(guarded, linshi):
    _, path = log_form(guarded)
    client, data = opened(guarded, "zhaoyang", path, text=TEXT)
    lose(client)
    sealed = hidden(client.post(path, data=data).text, "carried")
    for cast, text in ((linshi, sealed), (guarded, sealed[:-8] + "AAAAAAA="), (guarded, "x")):
        browser = cast.client()
        token = hidden(browser.get("/dawa/sign-in").text, "csrf_token")
        form = {"username": "zhaoyang", "password": people.PASSWORD, "carried": text}
        back = browser.post("/dawa/sign-in", data=form | {"csrf_token": token})
        assert back.location == "/dawa/"


def test_a_changed_role_ends_the_session_and_what_was_typed_can_still_be_read(guarded):
    number, path = log_form(guarded, "mengyan", "dispatched")
    path = f"/dawa/cases/{number}/assignment"
    client, data = opened(guarded, "mengyan", path, opinion="我写的承办意见，很长的一段")
    with guarded.standing():
        user = db.session.scalars(select(User).where(User.username == "mengyan")).one()
        signin.change_role(user, Role.RESPONDER, by=SYSTEM, at=clock.now())
        db.session.commit()
    back = sign_in(client, client.post(path, data=data), "mengyan")
    page = client.get(back.location)
    assert page.status_code in (403, 404), "not permitted any more"
    assert "我写的承办意见" in page.text
    assert "可以复制" in page.text


def test_a_case_that_moved_on_meanwhile_shows_the_text_beside_the_reason(guarded):
    number, path = log_form(guarded, stage="handling")
    client, data = opened(guarded, "zhaoyang", path, text=TEXT)
    lose(client)
    door = client.post(path, data=data)
    with guarded.standing("zhaoyang"):
        by = guarded.actor("zhaoyang")
        stages._report(guarded, reach.find(number, by), {"by": by, "at": clock.now()}, "", ())
        db.session.commit()
    page = client.get(sign_in(client, door, "zhaoyang").location)
    assert page.status_code == 409
    assert "更换灯具三盏" in page.text


def test_what_others_did_meanwhile_is_told_when_the_form_is_sent_again(guarded):
    number, path = log_form(guarded, stage="handling")
    client, data = opened(guarded, "zhaoyang", path, text=TEXT)
    lose(client)
    door = client.post(path, data=data)
    with guarded.standing("qianjin"):
        by = guarded.actor("qianjin")
        handling.enter_log(reach.find(number, by), "先写的一条", by=by, at=clock.now())
        db.session.commit()
    page = client.get(sign_in(client, door, "zhaoyang").location).text
    form = {"text": area(page, "text"), "version": hidden(page, "version"),
            "csrf_token": hidden(page, "csrf_token")}  # fmt: skip
    answer = client.post(path, data=form)
    assert answer.status_code == 409
    assert "钱进已于" in answer.text


def test_files_do_not_go_along_and_that_is_said(guarded):
    _, path = log_form(guarded)
    client, data = opened(guarded, "zhaoyang", path, text=TEXT)
    lose(client)
    door = client.post(path, data={**data, "files": (io.BytesIO(b"photo"), "现场.jpg")})
    back = sign_in(client, door, "zhaoyang")
    assert "附件需要重新选择" in client.get(back.location).text


def test_an_entry_keeps_everything_and_makes_one_case(guarded):
    client, data = opened(
        guarded, "linjing", "/city/entry", subject="路灯不亮", body="门口路灯不亮"
    )
    token = hidden(client.get("/city/entry").text, "token")
    data |= {"token": token, "received_at": "2026-11-20T08:15", "phone": "13800001234",
             "source": "letter", "district": "dawa", "kind": ""}  # fmt: skip
    lose(client)
    back = sign_in(client, client.post("/city/entry", data=data), "linjing")
    page = client.get(back.location).text
    assert hidden(page, "token") == token
    for value in ("路灯不亮", "2026-11-20T08:15", "13800001234"):
        assert value in page
    assert re.search(r'checked[^>]*value="letter"', page)
    again = {**data, "csrf_token": hidden(page, "csrf_token")}
    assert client.post("/city/entry", data=again).status_code == 303


def test_a_form_with_no_page_of_its_own_leads_to_the_one_above_it(guarded):
    client, data = opened(guarded, "mengyan", "/dawa/notices")
    lose(client)
    back = sign_in(client, client.post("/dawa/notices/reading", data=data), "mengyan")
    assert back.location.startswith("/dawa/notices?carried=")


def test_a_password_never_goes_along(guarded):
    client, data = opened(guarded, "mengyan", "/dawa/password")
    data |= {"old": people.PASSWORD, "new": "Another-2027", "again": "Another-2027"}
    lose(client)
    door = client.post("/dawa/password", data=data)
    assert door.status_code == 401
    with client.application.test_request_context("/dawa/sign-in", base_url="http://panjin.test"):
        from flask import g

        from minxin.web import carried

        g.city = guarded.city
        assert carried.opened(hidden(door.text, "carried")).fields == []


def test_a_first_password_change_comes_first_and_the_form_after_it(guarded):
    _, path = log_form(guarded)
    client, data = opened(guarded, "zhaoyang", path, text=TEXT)
    with guarded.standing():
        user = db.session.scalars(select(User).where(User.username == "zhaoyang")).one()
        user.must_change, user.stamp = True, user.stamp + 1
        db.session.commit()
    back = sign_in(client, client.post(path, data=data), "zhaoyang")
    page = client.get(back.location, follow_redirects=True)
    assert "首次登录" in page.text
    form = {"old": people.PASSWORD, "new": "Another-2027", "again": "Another-2027",
            "csrf_token": hidden(page.text, "csrf_token")}  # fmt: skip
    then = client.post("/dawa/password", data=form)
    assert area(client.get(then.location).text, "text") == TEXT


def test_a_part_that_htmx_asks_for_sends_the_whole_page_to_the_door(panjin):
    stranger = panjin.client()
    headers = {"HX-Request": "true", "HX-Current-URL": "http://panjin.test/dawa/todo?view=late"}
    answer = stranger.get("/dawa/todo?view=all", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/dawa/sign-in?next=/dawa/todo?view%3Dlate"
    assert "<form" not in answer.text


def test_who_signs_in_after_somebody_finds_nothing_of_theirs_in_the_session(panjin):
    client = panjin.client("linjing")
    form = {"source": "phone", "received_at": "2026-11-20T08:15", "token": "t" * 22,
            "subject": "路灯不亮", "body": "门口路灯不亮", "district": "", "kind": ""}  # fmt: skip
    assert client.post("/city/entry", data=form).status_code == 303
    client.post("/city/sign-in", data={"username": "hejun", "password": people.PASSWORD})
    assert client.get("/city/entry/receipt").status_code == 302, "no receipt of another clerk"
