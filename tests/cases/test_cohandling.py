"""协办: the co-handling unit answers to the main one, which reports not without it or a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from minxin.cases import cohandling, handling, reach, reporting
from minxin.cases.cohandling import CoAnswer
from minxin.cases.models import Assignment
from minxin.cases.reporting import Draft
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.extensions import db
from tests.cases.walking import REPORT, Walk

MONDAY = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
LATER = MONDAY + timedelta(hours=3)
UNIT, OTHER = "大洼区住建局", "大洼区城管局"


def by(item: Walk, who: str, verb, *given, when=LATER):
    with item.cast.standing(who):
        case = reach.find(item.number, item.cast.actor(who))
        verb(case, *given, by=item.cast.actor(who), at=when)
        db.session.commit()


@pytest.fixture
def item(panjin) -> Walk:
    walk = Walk(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    walk.assigned(UNIT, at=MONDAY, co=[OTHER])
    by(walk, "zhaoyang", handling.accept, when=MONDAY)
    return walk


def draft(co_reason: str = "") -> Draft:
    return Draft(REPORT, "solved", "赵阳", "孙立", co_reason=co_reason)


def test_its_answer_ends_its_turn_and_stands_on_record(panjin, item):
    by(item, "zhouning", cohandling.answer, "已清理现场")
    with panjin.standing():
        answered = db.session.scalars(select(CoAnswer)).one()
        assert (answered.unit, answered.text) == (OTHER, "已清理现场")
        turn = db.session.scalars(select(Assignment).where(Assignment.part == "co")).one()
        assert (turn.outcome, turn.ended_at) == ("answered", LATER)
        assert cohandling.waiting(item.case()) == []
    with pytest.raises(Refused):
        by(item, "zhouning", cohandling.answer, "再说一遍")


def test_while_one_is_open_a_report_needs_a_reason(panjin, item):
    with panjin.standing():
        assert cohandling.waiting(item.case()) == [OTHER]
    with pytest.raises(Refused) as refused:
        by(item, "zhaoyang", reporting.submit, draft())
    assert refused.value.field == "co_reason"
    by(item, "zhaoyang", reporting.submit, draft("多次联系未果，现场已办结"))


def test_answered_it_is_reported_without_one(panjin, item):
    by(item, "zhouning", cohandling.answer, "已清理现场")
    by(item, "zhaoyang", reporting.submit, draft())


@pytest.mark.parametrize(("text", "said"), [(" ", "请填写"), ("字" * 5001, "不能超过5000个字")])
def test_an_answer_says_something_and_not_too_much(panjin, item, text, said):
    with pytest.raises(Refused, match=said):
        by(item, "zhouning", cohandling.answer, text)


def test_neither_the_main_unit_nor_a_stranger_answers_for_it(panjin, item):
    for who in ("zhaoyang", "mengyan", "linjing"):
        with pytest.raises(Refused):
            by(item, who, cohandling.answer, "代为反馈")
