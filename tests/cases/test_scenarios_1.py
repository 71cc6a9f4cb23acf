"""Scenario 1: a question over the National Day is due after four calendar days, not rolled."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from minxin.calendars.due import compute
from minxin.calendars.rules import DEFAULT_RULES, Rule
from minxin.calendars.workdays import official
from minxin.cases import overdue, rules
from minxin.cases.models import Clock
from minxin.cases.tallies import read
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.extensions import db
from tests.cases.asking import Question, staff
from tests.cases.facts import facts

UNIT = "市住建局"


def at(month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=SHANGHAI)


REACHED, DUE = at(9, 30, 16, 40), at(10, 5)  # 10-04 24:00


@pytest.fixture
def item(panjin) -> Question:
    """Reached 市住建局 on Wednesday before the holiday; 钱锦 is its B post."""
    staff(panjin, UNIT, "qianjn", "钱锦", post="B")
    return Question(panjin, REACHED).asked(UNIT, at=REACHED)


def test_it_is_due_on_the_fourth_calendar_day_in_the_middle_of_the_holiday(panjin, item):
    with panjin.standing():
        case = item.case()
        assert case.state == "to_answer"
        assert case.due_at == DUE
        clock = db.session.scalars(select(Clock).where(Clock.rule_key == "question")).one()
        assert (clock.due_at, clock.unit_id, clock.started_at) == (DUE, panjin.unit(UNIT), REACHED)


def test_a_the_second_post_answers_in_the_last_half_minute_and_is_on_time(panjin, item):
    item.answered("qianjn", at=at(10, 4, 23, 59, 30))
    with panjin.standing():
        overdue.sweep(at(10, 5))
        overdue.sweep(at(10, 6))
        (hop,) = item.chain()
        assert (hop.how, hop.on_time) == ("answer", True)
        assert not item.events("overdue")
        assert facts(item.events()) == []


def test_b_answered_at_midnight_it_is_late_and_a_fact_of_the_fourth_quarter(panjin, item):
    item.answered("songjie", at=at(10, 5))
    with panjin.standing():
        (hop,) = item.chain()
        assert (hop.how, hop.on_time, hop.due_at) == ("answer", False, DUE)
        (fact,) = facts(item.events())
        assert fact == ("第十五条（二）", panjin.unit(UNIT), date(2026, 10, 5))
        assert (fact.on.month - 1) // 3 + 1 == 4, "though it was received in the third"


def test_c_without_an_answer_its_lateness_is_recorded_once(panjin, item):
    with panjin.standing():
        for when in (at(10, 4, 23, 59, 59), at(10, 5), at(10, 5, 8), at(10, 6), at(10, 9, 12)):
            while overdue.sweep(when):
                db.session.commit()
            overdue.count(when)
            db.session.commit()
        (late,) = item.events("overdue")
        assert late.at == at(10, 5)
        assert datetime.fromisoformat(late.payload["due_at"]) == DUE
        assert late.payload["unit_id"] == panjin.unit(UNIT)
        assert read()["late_unit"] == 1
        (hop,) = item.chain()
        assert hop.ended is None
        assert hop.late(at(10, 5))
        assert not hop.late(at(10, 4, 23, 59, 59))
        assert facts(item.events()) == [("第十五条（二）", panjin.unit(UNIT), date(2026, 10, 5))]


def test_c_answered_later_it_is_still_the_same_one_fact(panjin, item):
    with panjin.standing():
        overdue.sweep(at(10, 5))
        db.session.commit()
    item.answered("songjie", at=at(10, 8, 9))
    with panjin.standing():
        assert facts(item.events()) == [("第十五条（二）", panjin.unit(UNIT), date(2026, 10, 5))]


def test_d_four_workdays_would_be_12_october_by_the_calendar():
    with_workdays = Rule("question", "网络回应人答复", "workday", 4, "第九条（一）")
    due = compute(with_workdays, REACHED, official())
    assert due.at == at(10, 13)  # 10-12 24:00, over 10-08, 10-09, the made-up Saturday and Monday
    assert compute(DEFAULT_RULES["question"], REACHED, official()).at == DUE


def test_d_the_console_does_not_let_a_tenant_change_the_regulations_own_limit(panjin):
    new = rules.NewVersion(4, "workday", "第九条（一）", REACHED)
    with panjin.standing(), pytest.raises(Refused):
        rules.adopt("question", new, by=panjin.actor("gaoyuan"), at=REACHED)
