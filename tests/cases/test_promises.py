"""跟踪件: a promise with a day, looked at again, kept or late, also after closing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from minxin.cases import clocks, closing, overdue, promises, reach, tracking
from minxin.cases.models import CaseEvent
from minxin.cases.promises import Promise, Vow
from minxin.cases.reckoning import Reckoner, explain
from minxin.cases.rulebook import calendar_in_force
from minxin.cases.states import State
from minxin.cases.tags import of
from minxin.cases.tallies import read
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.extensions import db
from tests.cases.walking import Walk

MONDAY = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
VOW = Vow("供热前更换管线", date(2026, 12, 31), date(2026, 11, 20))


def by(item: Walk, who: str, verb, *given, when=MONDAY, **more):
    with item.cast.standing(who):
        case = reach.find(item.number, item.cast.actor(who))
        made = verb(case, *given, by=item.cast.actor(who), at=when, **more)
        db.session.commit()
        return made


@pytest.fixture
def closed(panjin) -> Walk:
    walk = Walk(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    walk.assigned("大洼区住建局", at=MONDAY).reported(at=MONDAY).signed(at=MONDAY)
    return walk.closed(at=MONDAY)


def test_its_clock_runs_to_the_day_that_was_promised_and_says_so(panjin, closed):
    by(closed, "linjing", promises.track, VOW)
    with panjin.standing():
        case = closed.case()
        assert case.state == State.CLOSED
        (clock,) = clocks.running(case)
        assert clock.due_at == datetime(2027, 1, 1, tzinfo=SHANGHAI)
        assert Reckoner(calendar_in_force()).due(clock).at == clock.due_at
        assert "由承诺人自定" in explain(clock)[0]
        assert [tag.label for tag in of([case.id])[case.id]] == ["跟踪件"]
        event = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "track")).one()
        assert event.payload["clocks_started"] == {"promise": clock.due_at.isoformat()}


def test_it_is_late_once_after_its_day(panjin, closed):
    by(closed, "linjing", promises.track, VOW)
    for day in (1, 2, 5):
        with panjin.standing():
            while overdue.sweep(datetime(2027, 1, day, 9, tzinfo=SHANGHAI)):
                db.session.commit()
    with panjin.standing():
        late = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "overdue")).all()
        assert [event.payload["rule"] for event in late] == ["promise"]


def test_on_its_review_day_it_waits_for_the_office_once(panjin, closed):
    by(closed, "linjing", promises.track, VOW)
    with panjin.standing():
        assert promises.call_up(datetime(2026, 11, 19, 9, tzinfo=SHANGHAI)) == 0
        assert promises.call_up(datetime(2026, 11, 20, 0, tzinfo=SHANGHAI)) == 1
        assert promises.call_up(datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)) == 0
        db.session.commit()
        assert read()["pending_promise"] == 1
    when = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
    by(closed, "mengyan", promises.review, "正在施工", date(2026, 12, 10), when=when)
    with panjin.standing():
        assert read().get("pending_promise", 0) == 0
        assert promises.open_one(closed.case()).review_on == date(2026, 12, 10)


def test_a_new_day_has_a_reason_and_the_old_promise_stays_on_record(panjin, closed):
    by(closed, "linjing", promises.track, VOW)
    later = Vow("供热前更换管线", date(2027, 3, 31))
    with pytest.raises(Refused) as refused:
        by(closed, "linjing", promises.track, later)
    assert refused.value.field == "why"
    by(closed, "linjing", promises.track, Vow(later.text, later.promised_on, None, "冬季不能施工"))
    with panjin.standing():
        kept = db.session.scalars(select(Promise).order_by(Promise.id)).all()
        assert [(p.outcome, p.promised_on) for p in kept] == [
            ("replaced", date(2026, 12, 31)),
            ("open", date(2027, 3, 31)),
        ]
        (clock,) = clocks.running(closed.case())
        assert clock.due_at == datetime(2027, 4, 1, tzinfo=SHANGHAI)


def test_kept_its_clock_stops_and_the_citizen_reads_how(panjin, closed):
    with panjin.standing("linjing"):
        tracking.open_for(reach.find(closed.number, panjin.actor("linjing")), at=MONDAY)
        db.session.commit()
    by(closed, "linjing", promises.track, VOW)
    by(closed, "mengyan", promises.fulfil, "管线已更换", when=MONDAY + timedelta(days=10))
    with panjin.standing():
        assert clocks.running(closed.case()) == []
        assert promises.open_one(closed.case()) is None
        tracking.project(closed.case(), at=MONDAY)
        steps = tracking.find(closed.number).steps
        assert [step["note"] for step in steps[-2:]] == [
            "供热前更换管线（2026年12月31日前完成）", "管线已更换",
        ]  # fmt: skip
    with pytest.raises(Refused, match="不是在跟踪的"):
        by(closed, "linjing", promises.fulfil, "再来一次")


@pytest.mark.parametrize(
    ("vow", "field"),
    [
        (Vow("", date(2026, 12, 31)), "promise"),
        (Vow("更换管线", None), "promised_on"),
        (Vow("更换管线", date(2026, 11, 1)), "promised_on"),
        (Vow("更换管线", date(2036, 1, 1)), "promised_on"),
        (Vow("更换管线", date(2026, 12, 31), date(2026, 11, 2)), "review_on"),
        (Vow("字" * 1001, date(2026, 12, 31)), "promise"),
    ],
)
def test_a_promise_has_a_text_and_a_day_that_can_be(panjin, closed, vow, field):
    with pytest.raises(Refused) as refused:
        by(closed, "linjing", promises.track, vow)
    assert refused.value.field == field


def test_a_plan_is_no_closing_without_a_promise(panjin):
    walk = Walk(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    walk.assigned("大洼区住建局", at=MONDAY).reported(at=MONDAY).signed(at=MONDAY)
    with panjin.standing():
        walk.case().state = State.RATED
        db.session.commit()

    def close(case, **who):
        closing.close(case, method="planned", **who)

    with pytest.raises(Refused, match="请先列为跟踪件") as refused:
        by(walk, "linjing", close)
    assert refused.value.field == "close_method"
    by(walk, "linjing", promises.track, VOW)
    by(walk, "linjing", close)
    with panjin.standing():
        assert walk.case().state == State.CLOSED
        assert [c.rule_key for c in clocks.running(walk.case())] == ["promise"]


def test_a_unit_promises_nothing_here(panjin, closed):
    with pytest.raises(Refused, match="权限"):
        by(closed, "zhaoyang", promises.track, VOW)
