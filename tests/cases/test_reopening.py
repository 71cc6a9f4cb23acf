"""重新办理: asked for in its window, decided by a person; the first closing stays on record."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from minxin.cases import clocks, reach, reopening, tracking
from minxin.cases.dispatch import Order
from minxin.cases.models import CaseEvent, Report
from minxin.cases.reopening import Reopening
from minxin.cases.states import State
from minxin.cases.tallies import by_tenant, read
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import CITIZEN
from minxin.tenancy.context import within
from tests.cases.walking import Walk

MONDAY = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
LATER = MONDAY + timedelta(days=3)
UNIT = "大洼区住建局"


def by(item: Walk, who: str, verb, *given, when=LATER, **more):
    with item.cast.standing(who):
        case = reach.find(item.number, item.cast.actor(who))
        made = verb(case, *given, by=item.cast.actor(who), at=when, **more)
        db.session.commit()
        return made


def asked(item: Walk, *, when=LATER, reason="又不亮了") -> None:
    with item.cast.standing():
        reopening.ask(item.case(), reason, by=CITIZEN, at=when)
        db.session.commit()


@pytest.fixture
def closed(panjin) -> Walk:
    walk = Walk(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    walk.assigned(UNIT, at=MONDAY).reported(at=MONDAY).signed(at=MONDAY)
    return walk.closed(at=MONDAY)


def test_granted_it_begins_again_and_the_first_closing_stays_on_record(panjin, closed):
    asked(closed)
    with panjin.standing():
        assert read()["pending_reopening"] == 1
    by(closed, "linjing", reopening.reopen, Order(panjin.unit(UNIT), "请重新办理"))
    with panjin.standing():
        case = closed.case()
        assert (case.state, case.reopened_at, case.closed_at) == (State.DISPATCHED, LATER, None)
        assert (case.stars, case.satisfaction, case.close_method) == (None, None, None)
        assert {c.rule_key for c in clocks.running(case)} == {"accept", "complaint"}
        kept = db.session.scalars(select(Reopening)).one()
        assert (kept.closed_at, kept.close_method, kept.stars, kept.satisfaction) == (
            MONDAY, "solved", 5, 4,
        )  # fmt: skip
        assert kept.outcome == "granted"
        events = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.name == "close")
        assert len(db.session.scalars(events).all()) == 1
        assert read().get("pending_reopening", 0) == 0
        assert by_tenant()[panjin.tenant("dawa")]["dispatched"] == 1
    closed.reported(at=LATER).signed(at=LATER).closed(at=LATER, satisfaction=5)
    with panjin.standing():
        case = closed.case()
        assert (case.state, case.closed_at, case.satisfaction) == (State.CLOSED, LATER, 5)
        assert [r.edition for r in db.session.scalars(select(Report).order_by(Report.id))] == [1, 2]


def test_it_may_go_to_another_unit_in_another_district(panjin, closed):
    asked(closed)
    order = Order(panjin.unit("兴隆台区住建局"), "请重新办理")
    by(closed, "linjing", reopening.reopen, order)
    with panjin.standing():
        case = closed.case()
        assert case.tenant_id == panjin.tenant("xinglongtai")
        assert case.unit_id == panjin.unit("兴隆台区住建局")
        kept = db.session.scalars(select(Reopening)).one()
        assert kept.tenant_id == case.tenant_id


def test_refused_the_citizen_reads_why_and_may_ask_again_in_the_window(panjin, closed):
    with panjin.standing("linjing"):
        tracking.open_for(reach.find(closed.number, panjin.actor("linjing")), at=MONDAY)
        db.session.commit()
    asked(closed)
    with pytest.raises(Refused) as refused:
        by(closed, "linjing", reopening.refuse, " ")
    assert refused.value.field == "reason"
    by(closed, "linjing", reopening.refuse, "已现场核实，问题已解决")
    with panjin.standing():
        assert closed.case().state == State.CLOSED
        tracking.project(closed.case(), at=LATER)
        db.session.commit()
        view = tracking.find(closed.number)
        assert view.steps[-1]["note"] == "已现场核实，问题已解决"
    asked(closed, reason="还是不亮")


def test_within_fifteen_days_of_closing_and_not_after(panjin, closed):
    """Closed on 2 November: until the 17th, 24:00."""
    with pytest.raises(Refused, match="结案后15日，至11月17日 24:00"):
        asked(closed, when=datetime(2026, 11, 18, 0, tzinfo=SHANGHAI))
    asked(closed, when=datetime(2026, 11, 17, 23, 59, tzinfo=SHANGHAI))


def test_while_one_waits_there_is_no_second(panjin, closed):
    asked(closed)
    with pytest.raises(Refused, match="已有重办申请"):
        asked(closed)


def test_without_a_request_nothing_is_opened(panjin, closed):
    with pytest.raises(Refused, match="没有待处理的申请"):
        by(closed, "linjing", reopening.reopen, Order(panjin.unit(UNIT), "请重新办理"))


def test_only_the_office_decides(panjin, closed):
    asked(closed)
    for who in ("mengyan", "zhaoyang", "sunli"):
        with pytest.raises(Refused, match="权限"):
            by(closed, who, reopening.refuse, "不办")


def test_a_citizens_words_are_in_no_event(panjin, closed):
    asked(closed, reason="王小明家门口又不亮了")
    with panjin.standing():
        event = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "ask_reopening")).one()
        assert "王小明" not in f"{event.reason}{event.payload}"
        assert db.session.scalars(select(Reopening)).one().reason.startswith("王小明")


def test_asked_for_on_the_progress_page_until_the_day_that_stands_there(panjin, closed):
    with panjin.standing("linjing"):
        tracking.open_for(reach.find(closed.number, panjin.actor("linjing")), at=MONDAY)
        db.session.commit()
    with within(panjin.city.schema, login="public"):
        found = tracking.find(closed.number)
        assert found.reopen_until == datetime(2026, 11, 18, tzinfo=SHANGHAI)
        with pytest.raises(Refused, match="届满"):
            reopening.send(found, "又坏了", at=datetime(2026, 11, 18, 1, tzinfo=SHANGHAI))
        reopening.send(found, "又坏了", at=LATER)
        db.session.commit()
        with pytest.raises(Refused, match="已经收到"):
            reopening.send(tracking.find(closed.number), "又坏了", at=LATER)
