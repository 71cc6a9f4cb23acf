"""跟踪件 on pages: promised, looked at again, kept; late days, twice, and by the wrong people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.cases.promises import Promise
from minxin.clock import local
from minxin.extensions import db
from tests.web.workbench import stages


def in_days(days: int) -> str:
    return (local(clock.now()).date() + timedelta(days=days)).isoformat()


def send(cast, number: str, noun: str, who: str = "linjing", **data):
    data = {"version": str(stages.version_of(cast, number)), **data}
    return cast.client(who).post(f"/{cast.desk(who)}/cases/{number}/{noun}", data=data)


def promise(cast, number: str, **more):
    vow = {"promise": "雨季前改造排水管", "promised_on": in_days(30), "review_on": in_days(10)}
    return send(cast, number, "promise", **{**vow, **more})


def outcomes(cast) -> list[str]:
    with cast.standing():
        return list(db.session.scalars(select(Promise.outcome).order_by(Promise.id)))


@pytest.fixture
def number(panjin) -> str:
    return stages.at_stage(panjin, "reported")


def test_promised_looked_at_again_and_kept(panjin, number):
    assert promise(panjin, number).status_code == 303
    page = panjin.client("linjing").get(f"/city/cases/{number}").text
    assert "跟踪件" in page
    assert "雨季前改造排水管" in page
    reviewed = send(panjin, number, "promise-review", text="管材已进场", review_on=in_days(20))
    assert reviewed.status_code == 303
    assert send(panjin, number, "fulfilment", text="改造完成，已通水").status_code == 303
    assert outcomes(panjin) == ["fulfilled"]
    assert "改造完成，已通水" in panjin.client("linjing").get(f"/city/cases/{number}").text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"promise": " "}, "请填写承诺事项"),
        ({"promised_on": ""}, "完成日期"),
        ({"promised_on": "2026-02-30"}, "日期"),
        ({"promised_on": in_days(-1)}, "完成日期"),
        ({"review_on": in_days(0)}, "复查"),
    ],
)
def test_a_promise_that_says_too_little_is_asked_for_again(panjin, number, wrong, says):
    answer = promise(panjin, number, **wrong)
    assert answer.status_code == 422
    assert says in answer.text
    if "promise" not in wrong:
        assert "雨季前改造排水管" in answer.text, "what was typed is kept"
    assert outcomes(panjin) == []


def test_a_new_day_for_a_promise_wants_its_reason_and_keeps_the_old_one(panjin, number):
    promise(panjin, number)
    later = promise(panjin, number, promised_on=in_days(60))
    assert later.status_code == 422
    assert "理由" in later.text
    assert promise(panjin, number, promised_on=in_days(60), why="管材延期到货").status_code == 303
    assert outcomes(panjin) == ["replaced", "open"]


def test_without_a_promise_nothing_can_be_looked_at_or_kept(panjin, number):
    for noun in ("promise-review", "fulfilment"):
        answer = send(panjin, number, noun, text="已落实")
        assert answer.status_code in (409, 422)
        assert "跟踪件" in answer.text


@pytest.mark.parametrize("noun", ["promise", "promise-review", "fulfilment"])
def test_a_unit_does_not_follow_its_own_promise(panjin, number, noun):
    assert panjin.client("zhaoyang").get(f"/dawa/cases/{number}/{noun}").status_code == 403


def test_a_page_that_is_out_of_date_says_so(panjin, number):
    promise(panjin, number)
    stale = send(panjin, number, "fulfilment", text="已落实", version="1")
    assert stale.status_code == 409
    assert outcomes(panjin) == ["open"]
