"""值守 by signing in and by any page: one row a day, no statement on the pages after."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from minxin import clock
from minxin.demonstration.people import PASSWORD
from minxin.extensions import db, valkey
from minxin.people.duty import DutyDay
from tests.web.reading import statements

TOMORROW = timedelta(days=1)


def sign_in(cast, username: str):
    client = cast.client()
    data = {"username": username, "password": PASSWORD}
    assert client.post(f"/{cast.desk(username)}/sign-in", data=data).status_code == 302
    return client


def days(cast) -> list[tuple[str, str]]:
    with cast.standing():
        rows = db.session.scalars(select(DutyDay).order_by(DutyDay.day)).all()
        return [(row.day.isoformat(), row.user_name) for row in rows]


def today() -> str:
    return clock.local(clock.now()).date().isoformat()


def test_to_sign_in_is_to_be_on_duty(panjin):
    sign_in(panjin, "zhaoyang")
    assert days(panjin) == [(today(), "赵阳")]


def test_a_page_of_the_next_day_counts_too_in_the_same_session(panjin):
    client, first = sign_in(panjin, "zhaoyang"), today()
    with time_machine.travel(clock.now() + TOMORROW):
        client.get("/dawa/todo")
        client.get("/dawa/todo")
        assert days(panjin) == [(first, "赵阳"), (today(), "赵阳")]


def test_once_written_no_page_of_the_day_asks_again(app, panjin):
    client = sign_in(panjin, "zhaoyang")
    client.get("/dawa/todo")
    with statements(app) as seen:
        assert "今日已值守" in client.get("/dawa/notices").text
    assert not [sql for sql in seen if "duty" in sql or "responders" in sql]


def test_where_valkey_was_flushed_the_day_is_still_one_row(panjin):
    sign_in(panjin, "zhaoyang")
    valkey.raw.flushdb()
    client = sign_in(panjin, "zhaoyang")
    client.get("/dawa/todo")
    assert days(panjin) == [(today(), "赵阳")]


@pytest.mark.parametrize("username", ["sunli", "mengyan", "linjing", "wenbo"])
def test_others_leave_no_duty_day(panjin, username):
    client = sign_in(panjin, username)
    page = client.get(f"/{panjin.desk(username)}/notices").text
    assert days(panjin) == []
    assert "值守，" not in page
    assert "今日已值守" not in page


def test_a_wrong_password_is_no_presence(panjin):
    client = panjin.client()
    client.post("/dawa/sign-in", data={"username": "zhaoyang", "password": "wrong"})
    client.get("/dawa/todo")
    assert days(panjin) == []


def test_a_stranger_and_a_token_of_a_machine_count_nothing(panjin):
    client = panjin.client()
    client.get("/dawa/todo", headers={"Authorization": "Bearer 0123456789"})
    assert days(panjin) == []


def test_a_responder_without_a_post_is_told_so(panjin):
    from datetime import date

    from sqlalchemy import update

    from minxin.people.models import Responder

    with panjin.standing():
        user = panjin.actor("zhaoyang").user_id
        ended = update(Responder).where(Responder.user_id == user)
        db.session.execute(ended.values(valid_to=date(2026, 1, 31)))
        db.session.commit()
    client = sign_in(panjin, "zhaoyang")
    assert "不计入值守" in client.get("/dawa/todo").text
    assert days(panjin) == []
