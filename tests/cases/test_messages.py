"""群众留言: judged by a person, answered by the unit within four days, also after closing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from minxin.cases import clocks, messages, overdue, reach, reporting
from minxin.cases.followup import Call, record
from minxin.cases.messages import Message, Words
from minxin.cases.models import CaseEvent, Clock
from minxin.cases.states import State
from minxin.cases.tallies import read
from minxin.clock import SHANGHAI
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import CITIZEN
from minxin.people.models import Post, Responder
from tests.cases.walking import Walk

MONDAY = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
UNHAPPY = Words("unhappy", "又不亮了，没人管")


def by(item: Walk, who: str, verb, *given, when=MONDAY, **more):
    with item.cast.standing(who):
        case = reach.find(item.number, item.cast.actor(who))
        made = verb(case, *given, by=item.cast.actor(who), at=when, **more)
        db.session.commit()
        return made


def written(item: Walk, words: Words = UNHAPPY, *, token: str | None = None, when=MONDAY) -> int:
    with item.cast.standing():
        made = messages.put(item.case(), words, origin="portal", by=CITIZEN, at=when, token=token)
        db.session.commit()
        return made.id if made else 0


@pytest.fixture
def closed(panjin) -> Walk:
    walk = Walk(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    walk.assigned("大洼区住建局", at=MONDAY).reported(at=MONDAY).signed(at=MONDAY)
    return walk.closed(at=MONDAY)


def test_scenario_4_its_first_part(panjin):
    """报结 2025-12-22; 不满意 on the 24th; due on Sunday the 28th; late from the 29th on, once."""

    def on(day: int, hour: int = 10, minute: int = 0) -> datetime:
        return datetime(2025, 12, day, hour, minute, tzinfo=SHANGHAI)

    with panjin.standing():  # the cast is in post since 2026
        db.session.execute(update(Responder).values(valid_from=date(2025, 1, 1)))
        db.session.execute(update(Post).values(valid_from=date(2025, 1, 1)))
        db.session.commit()
    item = Walk(panjin, on(15)).dispatched("大洼区民心网工作站", at=on(15))
    item.assigned("大洼区住建局", at=on(15)).reported(at=on(22)).signed(at=on(22))
    by(item, "linjing", lambda case, **who: reporting.approve(case, opinion="", **who), when=on(23))
    call = Call("reached", "屋顶还在漏", True, False, 2)
    by(item, "linjing", record, call, when=on(24))
    with panjin.standing():
        (message,) = messages.of(item.case())
        assert (message.origin, message.kind, message.satisfaction) == ("call", "unhappy", 2)
        message_id = message.id
    by(item, "linjing", messages.pass_on, message_id, "请核实", when=on(24))
    with panjin.standing():
        clock = next(c for c in clocks.running(item.case()) if c.rule_key == "message")
        assert clock.due_at == on(29, 0)
        assert clock.subject_id == message_id
    for when in (on(29, 9), on(30, 9), on(31, 9)):
        with panjin.standing():
            while overdue.sweep(when):
                db.session.commit()
    with panjin.standing():
        late = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "overdue")).all()
        facts = [event.payload for event in late if event.payload["rule"] == "message"]
        assert [datetime.fromisoformat(fact["due_at"]) for fact in facts] == [on(29, 0)]


def test_passed_on_after_closing_its_clock_runs_and_the_case_stays_closed(panjin, closed):
    message_id = written(closed)
    with panjin.standing():
        assert read()["pending_message"] == 1
    by(closed, "mengyan", messages.pass_on, message_id, "请核实", when=MONDAY)
    with panjin.standing():
        case = closed.case()
        assert case.state == State.CLOSED
        (clock,) = clocks.running(case)
        assert clock.due_at == datetime(2026, 11, 7, tzinfo=SHANGHAI)
        totals = read()
        assert totals.get("pending_message", 0) == 0
        assert totals["pending_reply"] == 1
    by(closed, "zhaoyang", messages.answer, message_id, "已重新修好", when=MONDAY)
    with panjin.standing():
        message = db.session.get_one(Message, message_id)
        assert (message.outcome, message.reply, message.replied_by) == (
            "answered", "已重新修好", "大洼区住建局",
        )  # fmt: skip
        assert clocks.running(closed.case()) == []
        texts = db.session.scalars(select(CaseEvent.payload)).all()
        assert "没人管" not in str(texts), "a citizen's words are in no event"
        assert "重新修好" not in str(texts)


def test_two_messages_have_a_clock_each(panjin, closed):
    one = written(closed)
    two = written(closed, Words("unhappy", "还有一处"))
    by(closed, "linjing", messages.pass_on, one, "请核实")
    by(closed, "linjing", messages.pass_on, two, "请核实", when=MONDAY + timedelta(days=1))
    by(closed, "zhaoyang", messages.answer, one, "已处理", when=MONDAY + timedelta(days=1))
    with panjin.standing():
        rows = db.session.scalars(select(Clock).where(Clock.rule_key == "message")).all()
        assert {c.subject_id: c.stopped_at is None for c in rows} == {one: False, two: True}


@pytest.mark.parametrize(("valid", "outcome"), [(True, "replied"), (False, "invalid")])
def test_settled_without_the_unit(panjin, closed, valid, outcome):
    message_id = written(closed)
    by(closed, "linjing", messages.settle, message_id, "已电话说明", valid=valid)
    with panjin.standing():
        message = db.session.get_one(Message, message_id)
        assert message.outcome == outcome
        assert message.reply == ("已电话说明" if valid else "")
        assert read().get("pending_message", 0) == 0


def test_of_two_who_judge_it_one_wins_and_the_other_reads_who(panjin, closed):
    message_id = written(closed)
    by(closed, "linjing", messages.settle, message_id, "已电话说明", valid=True)
    with pytest.raises(Conflict, match="林静"):
        by(closed, "hejun", messages.pass_on, message_id, "请核实")


def test_only_the_unit_answers_and_only_what_was_passed_to_it(panjin, closed):
    message_id = written(closed)
    with pytest.raises(Refused):
        by(closed, "zhaoyang", messages.answer, message_id, "已处理")
    by(closed, "linjing", messages.pass_on, message_id, "请核实")
    for who in ("linjing", "mengyan"):
        with pytest.raises(Refused):
            by(closed, who, messages.answer, message_id, "已处理")
    other = Walk(panjin, MONDAY).dispatched("大洼区住建局", at=MONDAY)
    with pytest.raises(Refused, match="没有这条留言"):
        by(other, "zhaoyang", messages.answer, message_id, "已处理")


def test_sent_twice_it_is_kept_once(panjin, closed):
    assert written(closed, token="a") > 0
    assert written(closed, token="a") == 0
    with panjin.standing():
        assert len(messages.of(closed.case())) == 1


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (Words("", "内容"), "kind"),
        (Words("unhappy", " "), "text"),
        (Words("unhappy", "字" * 1001), "text"),
    ],
)
def test_a_message_says_what_it_is_and_something(panjin, closed, words, field):
    with pytest.raises(Refused) as refused:
        written(closed, words)
    assert refused.value.field == field


def test_a_withdrawn_case_takes_no_message(panjin):
    from minxin.cases import closing

    walk = Walk(panjin, MONDAY)
    with panjin.standing():
        closing.withdraw(walk.case(), reason="不办了", by=CITIZEN, at=MONDAY)
        db.session.commit()
    with pytest.raises(Refused, match="不能留言"):
        written(walk)


def test_before_a_unit_has_it_a_message_is_answered_by_the_office(panjin):
    walk = Walk(panjin, MONDAY)
    message_id = written(walk, Words("more", "补充：是北门"))
    with pytest.raises(Refused):
        by(walk, "linjing", messages.pass_on, message_id, "请核实")
    by(walk, "linjing", messages.settle, message_id, "已补充", valid=True)


@pytest.mark.parametrize(("level", "number"), [(5, 0), (4, 0), (3, 0), (2, 1), (1, 1)])
def test_only_an_unhappy_call_is_a_message(panjin, level, number):
    walk = Walk(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    walk.assigned("大洼区住建局", at=MONDAY).reported(at=MONDAY).signed(at=MONDAY)
    walk.closed(at=MONDAY, satisfaction=level)
    with panjin.standing():
        assert len(messages.of(walk.case())) == number
