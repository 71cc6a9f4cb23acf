"""Scenario 2: a question passed on twice over the Spring Festival becomes a 爱心件."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from minxin.calendars.words import span_text
from minxin.cases import overdue
from minxin.cases.models import Assignment, Case, Clock
from minxin.cases.tags import CaseTag
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.extensions import db
from tests.cases.asking import STREET, Question, staff_the_street
from tests.cases.facts import facts

FIRST, SECOND = "市城管局", "兴隆台区住建局"


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 2, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def item(panjin) -> Question:
    staff_the_street(panjin)
    return Question(panjin, at(12, 9)).asked(FIRST, at=at(12, 9))


@pytest.fixture
def passed_on(item) -> Question:
    item.forwarded("fengxue", SECOND, at=at(16, 20))
    return item


@pytest.fixture
def caring(panjin, passed_on) -> Question:
    with panjin.standing():
        overdue.sweep(at(21))
        db.session.commit()
    return passed_on.forwarded("zhengtao", STREET, at=at(21, 8))


def running(item: Question) -> Clock:
    query = select(Clock).where(Clock.case_id == item.case().id, Clock.stopped_at.is_(None))
    return db.session.scalars(query).one()


def test_the_first_hop_ends_in_time_and_the_next_unit_has_four_days_of_its_own(panjin, item):
    with panjin.standing():
        assert item.case().due_at == at(17)  # 02-16 24:00
    item.forwarded("fengxue", SECOND, at=at(16, 20))
    with panjin.standing():
        case = item.case()
        assert (case.state, case.hops) == ("to_answer", 1)
        assert case.tenant_id == panjin.tenant("xinglongtai")
        assert case.due_at == at(21)
        assert (running(item).due_at, running(item).unit_id) == (at(21), panjin.unit(SECOND))
        first, second = item.chain()
        assert (first.how, first.on_time, first.due_at) == ("forward", True, at(17))
        assert (second.unit, second.since, second.ended) == (SECOND, at(16, 20), None)
        assert facts(item.events()) == []
        assert not db.session.scalars(select(CaseTag)).all()


def test_the_assignment_rows_stay_with_the_tenants_that_they_were_sent_to(panjin, caring):
    with panjin.standing():
        query = select(Assignment).where(Assignment.case_id == caring.case().id)
        orders = db.session.scalars(query.order_by(Assignment.id)).all()
        assert [(o.tenant_id, o.unit_id, o.outcome) for o in orders] == [
            (panjin.tenant("shizhi"), panjin.unit(FIRST), "passed_on"),
            (panjin.tenant("xinglongtai"), panjin.unit(SECOND), "passed_on"),
            (panjin.tenant("xinglongtai"), panjin.unit(STREET), None),
        ]


def test_the_late_hop_is_the_second_units_and_not_a_late_answer(panjin, caring):
    with panjin.standing():
        assert facts(caring.events()) == [
            ("第十五条（三）", panjin.unit(SECOND), date(2026, 2, 21))
        ]
        (late,) = caring.events("overdue")
        assert late.payload["unit_id"] == panjin.unit(SECOND)


def test_two_hops_without_an_answer_make_it_a_caring_case_by_itself(panjin, caring):
    with panjin.standing():
        case = caring.case()
        assert case.hops == 2
        (tag,) = db.session.scalars(select(CaseTag))
        assert (tag.tag, tag.case_id, tag.at, tag.by_name) == ("caring", case.id, at(21, 8), "系统")
        assert case.due_at == at(26)  # 02-25 24:00


def test_the_citizen_waits_twelve_days_and_an_hour_whatever_the_units_own_clocks_say(
    panjin, caring
):
    caring.answered("xulan", at=at(24, 10))
    with panjin.standing():
        case = caring.case()
        tracked = caring.tracked(at(24, 10))
        assert tracked.answered_at - case.received_at == timedelta(days=12, hours=1)
        assert span_text(tracked.answered_at - tracked.received_at) == "12 天 1 小时"
        assert [hop.on_time for hop in caring.chain()] == [True, False, True]
        assert [hop.due_at for hop in caring.chain()] == [at(17), at(21), at(26)]


def test_judged_satisfied_the_street_is_to_be_praised_in_the_first_quarter(panjin, caring):
    caring.answered("xulan", at=at(24, 10)).judged(4, at=at(26, 11))
    with panjin.standing():
        case = caring.case()
        assert (case.state, case.satisfaction, case.closed_at) == ("judged", 4, at(26, 11))
        assert facts(caring.events())[1:] == [
            ("第十四条（三）", panjin.unit(STREET), date(2026, 2, 26))
        ]
        (judged,) = caring.events("judge")
        assert judged.payload["five_stars"] == 5
        running_still = select(Clock).where(Clock.stopped_at.is_(None))
        assert not db.session.scalars(running_still).all()
        assert not db.session.scalars(select(Assignment).where(Assignment.ended_at.is_(None))).all()


def test_judged_unsatisfied_there_is_no_praise_but_four_stars(panjin, caring):
    caring.answered("xulan", at=at(24, 10)).judged(2, "答非所问", at=at(26, 11))
    with panjin.standing():
        assert facts(caring.events())[1:] == [
            ("第十五条（五）", panjin.unit(STREET), date(2026, 2, 26))
        ]
        (judged,) = caring.events("judge")
        assert judged.payload["five_stars"] == 4
        assert "答非所问" not in str(judged.payload), "the citizen's words stand in no event"


def test_the_citizen_reads_every_step_and_by_when_it_is_promised(panjin, passed_on):
    with panjin.standing():
        tracked = passed_on.tracked(at(16, 21))
        assert [(step["label"], step["unit"]) for step in tracked.steps[-2:]] == [
            ("已转交网络回应人答复", FIRST),
            ("已分转至应答复的单位", SECOND),
        ]
        assert tracked.due_at == at(21)
        assert tracked.answer == ""


def test_the_unit_that_passed_it_on_sees_it_no_more_and_the_next_tenant_does(panjin, passed_on):
    with panjin.standing("fengxue"):
        assert not db.session.scalars(select(Case)).all()
    with panjin.standing("zhengtao"):
        assert db.session.scalars(select(Case)).one().number == passed_on.number


def test_back_to_who_passed_it_on_only_with_a_word_why(panjin, passed_on):
    with pytest.raises(Refused, match="已经收到过该件并分转出来"):
        passed_on.forwarded("zhengtao", FIRST, at=at(17, 9))
    passed_on.forwarded("zhengtao", FIRST, at=at(17, 9), again="城管局三定方案第五条")
    with panjin.standing():
        assert passed_on.case().unit_id == panjin.unit(FIRST)
        assert passed_on.events("forward")[-1].payload["again"] == "城管局三定方案第五条"
        assert [hop.unit for hop in passed_on.chain()] == [FIRST, SECOND, FIRST]
