"""自选件, 问题提醒函 and 省评星 on pages: done, done twice, done wrongly, by the wrong people."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from minxin import clock
from minxin.cases.models import CaseEvent
from minxin.cases.states import State
from minxin.exchange.models import Letter
from minxin.extensions import db
from tests.cases.walking import Walk
from tests.web.workbench import stages

UNIT = "大洼区住建局"


@pytest.fixture
def item(panjin) -> Walk:
    return Walk(panjin, clock.now()).dispatched(UNIT, at=clock.now())


def send(cast, item: Walk, noun: str, who: str = "linjing", **data):
    data = {"version": str(stages.version_of(cast, item.number)), **data}
    return cast.client(who).post(f"/{cast.desk(who)}/cases/{item.number}/{noun}", data=data)


def test_chosen_it_bears_its_mark_and_is_found_by_it_until_it_is_let_go(panjin, item):
    office = panjin.client("linjing")
    assert send(panjin, item, "choice", reason="").status_code == 422
    assert send(panjin, item, "choice", reason="典型问题").status_code == 303
    assert "自选件" in office.get(f"/city/cases/{item.number}").text
    assert item.number in office.get("/city/cases?tag=chosen").text
    again = send(panjin, item, "choice", reason="典型问题")
    assert "已经是自选件" in again.text
    assert send(panjin, item, "choice-removal", reason="不再跟踪").status_code == 303
    assert item.number not in office.get("/city/cases?tag=chosen").text


@pytest.mark.parametrize("noun", ["choice", "provincial-stars"])
def test_only_the_office_comes_in(panjin, item, noun):
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{item.number}/{noun}")
    assert page.status_code == 403


def letter(cast, item: Walk, **more) -> dict[str, str]:
    """The form as it was opened and filled in."""
    page = cast.client("linjing").get(f"/city/cases/{item.number}/reminder-letter").text
    token = re.search(r'name="token"[^>]*value="([^"]+)"', page)
    return {
        "unit_id": str(cast.unit(UNIT)),
        "numbers": item.number,
        "title": "关于路灯反复损坏的提醒",
        "text": "请查明原因，5日内回复。",
        "token": token[1],
        **more,
    }


def count(cast, what) -> int:
    with cast.standing():
        return db.session.scalar(what) or 0


SENT = select(func.count(Letter.id)).where(Letter.box == "out")
NOTED = select(func.count(CaseEvent.id)).where(CaseEvent.name == "remind")


def test_a_reminder_that_is_sent_twice_is_one_letter_and_one_mark(panjin, item):
    filled = letter(panjin, item)
    for _ in range(2):
        answer = send(panjin, item, "reminder-letter", **filled)
        assert answer.status_code == 303
        assert answer.location.endswith("/city/letters?box=out")
    assert (count(panjin, SENT), count(panjin, NOTED)) == (1, 1)
    assert "问题提醒件" in panjin.client("linjing").get(f"/city/cases/{item.number}").text


def test_two_reminders_about_one_case_are_two_letters(panjin, item):
    for title in ("第一次提醒", "第二次提醒"):
        send(panjin, item, "reminder-letter", **letter(panjin, item, title=title))
    assert count(panjin, SENT) == 2


def test_a_reminder_about_an_unknown_number_keeps_what_was_typed(panjin, item):
    filled = letter(panjin, item, numbers="20990101-00001")
    answer = send(panjin, item, "reminder-letter", **filled)
    assert answer.status_code == 422
    assert "没有找到20990101-00001" in answer.text
    assert "关于路灯反复损坏的提醒" in answer.text
    assert filled["token"] in answer.text, "its key stays, so that it is still sent only once"
    assert count(panjin, SENT) == 0


def test_the_provinces_stars_are_entered_beside_ours(panjin):
    appeal = {"source": "province", "provincial_no": "LN-2026-1"}
    walk = Walk(panjin, clock.now(), **appeal).dispatched(UNIT, at=clock.now())
    with panjin.standing():
        walk.case().state, walk.case().stars = State.CLOSED, 5
        db.session.commit()
    assert send(panjin, walk, "provincial-stars").status_code == 422
    assert send(panjin, walk, "provincial-stars", stars="7").status_code == 303
    assert "登记省评星：7星" in panjin.client("linjing").get(f"/city/cases/{walk.number}").text
