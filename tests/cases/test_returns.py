"""退件: in time, on a ground with its basis; decided by who sent it; ruled on once for all."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from minxin.cases import clocks, closing, dispatch, handling, pausing, reach, returns, ruling
from minxin.cases.dispatch import Order
from minxin.cases.models import Assignment, Case, CaseEvent, Clock
from minxin.cases.returns import Claim, Return
from minxin.cases.ruling import Judgment, Precedent
from minxin.cases.screening import Finding, screen
from minxin.cases.states import State
from minxin.cases.tallies import by_tenant
from minxin.clock import SHANGHAI
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import CITIZEN
from tests.cases.walking import Walk

STATION, UNIT, OTHER = "大洼区民心网工作站", "大洼区住建局", "大洼区城管局"
CLAIM = Claim("duty", "区住建局三定规定第四条", "路灯由城管局负责")


def at(day: int, hour: int = 9, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


MONDAY = at(2)


def by(item: Walk, who: str, verb, *given, when=MONDAY, **more):
    with item.cast.standing(who):
        case = reach.find(item.number, item.cast.actor(who))
        assert case is not None, f"{who} does not see it"
        verb(case, *given, by=item.cast.actor(who), at=when, **more)
        db.session.commit()


def handling_due(item: Walk) -> list[tuple[str, datetime]]:
    with item.cast.standing():
        running = clocks.running(item.case())
        return [(c.rule_key, c.due_at) for c in running if c.rule_key in clocks.COURSE]


@pytest.fixture
def sent(panjin) -> Walk:
    """From the office straight to a department of the city."""
    return Walk(panjin, MONDAY).dispatched("市城管局", at=MONDAY)


@pytest.fixture
def passed(panjin) -> Walk:
    """From the station to a unit of its district."""
    walk = Walk(panjin, MONDAY).dispatched(STATION, at=MONDAY)
    return walk.assigned(UNIT, at=MONDAY)


def test_what_the_office_sent_comes_back_to_be_dispatched_and_its_clock_runs_on(panjin, sent):
    before = handling_due(sent)
    by(sent, "fengxue", returns.ask, CLAIM)
    with panjin.standing():
        assert sent.case().state == State.RETURNING
    by(sent, "linjing", returns.take_back, "同意", when=at(3))
    with panjin.standing():
        case = sent.case()
        assert (case.state, case.unit_id) == (State.CLAIMED, None)
        assert case.tenant_id == panjin.tenant("shizhi")
        orders = db.session.scalars(select(Assignment).where(Assignment.case_id == case.id)).all()
        assert [(o.outcome, o.ended_at) for o in orders] == [("returned", at(3))]
        assert by_tenant()[panjin.tenant("shizhi")]["claimed"] == 1
    assert handling_due(sent) == before
    by(sent, "linjing", dispatch.dispatch, Order(panjin.unit(STATION), "请办理"), when=at(4))
    assert handling_due(sent) == before, "from the first dispatch on, not from the second"


def test_what_the_station_passed_on_comes_back_to_the_station(panjin, passed):
    by(passed, "zhaoyang", returns.ask, CLAIM)
    with pytest.raises(Refused, match="权限"):
        by(passed, "linjing", returns.take_back, "同意")
    by(passed, "mengyan", returns.take_back, "同意", when=at(3))
    with panjin.standing():
        case = passed.case()
        assert (case.state, case.unit_id) == (State.DISPATCHED, panjin.unit(STATION))
        assert not case.from_station
        assert "accept" in {c.rule_key for c in clocks.running(case)}
    by(passed, "mengyan", dispatch.assign, Order(panjin.unit(OTHER), "请办理"), when=at(3))
    with panjin.standing():
        assert passed.case().unit_id == panjin.unit(OTHER)


def test_the_unit_that_gave_it_back_no_longer_sees_it(panjin, passed):
    by(passed, "zhaoyang", returns.ask, CLAIM)
    by(passed, "mengyan", returns.take_back, "同意", when=at(3))
    with panjin.standing("zhaoyang"):
        assert reach.find(passed.number, panjin.actor("zhaoyang")) is None


def test_after_two_workdays_it_is_too_late(panjin, sent):
    """Received on Monday 2 November: until Wednesday 24:00."""
    by(sent, "fengxue", returns.ask, CLAIM, when=at(4, 23))
    late = Walk(panjin, MONDAY).dispatched("市城管局", at=MONDAY)
    with pytest.raises(Refused, match="已超过退件时限（收件后2个工作日，至11月4日 24:00）"):
        by(late, "fengxue", returns.ask, CLAIM, when=at(5, 0))
    with panjin.standing():
        assert late.case().state == State.DISPATCHED


def test_passed_on_inside_the_district_the_limit_begins_with_the_units_own_receipt(panjin):
    walk = Walk(panjin, MONDAY).dispatched(STATION, at=MONDAY).assigned(UNIT, at=at(5))
    by(walk, "zhaoyang", returns.ask, CLAIM, when=at(9, 23))


@pytest.mark.parametrize(
    ("claim", "field"),
    [
        (Claim("", "依据", "理由"), "ground"),
        (Claim("whatever", "依据", "理由"), "ground"),
        (Claim("duty", " ", "理由"), "basis"),
        (Claim("duty", "依据", " "), "reason"),
        (Claim("duty", "依" * 501, "理由"), "basis"),
        (Claim("duty", "依据", "理" * 1001), "reason"),
    ],
)
def test_a_return_says_ground_basis_and_reason(panjin, sent, claim, field):
    with pytest.raises(Refused) as refused:
        by(sent, "fengxue", returns.ask, claim)
    assert refused.value.field == field
    with panjin.standing():
        assert sent.case().state == State.DISPATCHED


def test_refused_the_unit_goes_on_and_may_ask_for_a_ruling(panjin, passed):
    with pytest.raises(Refused):
        by(passed, "zhaoyang", returns.dispute, "职责不在我单位")
    before = handling_due(passed)
    by(passed, "zhaoyang", returns.ask, CLAIM)
    by(passed, "mengyan", returns.refuse, "属你单位职责")
    with panjin.standing():
        assert passed.case().state == State.ACCEPTED
    by(passed, "zhaoyang", returns.dispute, "职责不在我单位", when=at(3))
    with panjin.standing():
        case = passed.case()
        assert case.state == State.DISPUTED
        assert returns.latest(case).outcome == "disputed"
    assert handling_due(passed) == before


def test_a_ruling_names_the_unit_ends_returns_and_is_kept_as_a_precedent(panjin, passed):
    before = handling_due(passed)
    by(passed, "zhaoyang", returns.ask, CLAIM)
    by(passed, "mengyan", returns.refuse, "属你单位职责")
    by(passed, "zhaoyang", returns.dispute, "职责不在我单位")
    judgment = Judgment(panjin.unit(OTHER), "路灯管理由城管局承办")
    by(passed, "mengyan", ruling.rule, judgment, when=at(3))
    with panjin.standing():
        case = passed.case()
        assert (case.state, case.unit_id) == (State.DISPATCHED, panjin.unit(OTHER))
        assert case.ruled_at == at(3)
        kept = db.session.scalars(select(Precedent)).one()
        assert (kept.number, kept.unit_id, kept.from_unit) == (case.number, case.unit_id, UNIT)
        assert kept.tenant_id == panjin.tenant("dawa")
        running = db.session.scalars(select(Clock).where(Clock.stopped_at.is_(None))).all()
        assert {c.unit_id for c in running if c.case_id == case.id} == {case.unit_id}
    assert handling_due(passed) == before
    with pytest.raises(Refused, match="不得再退件"):
        by(passed, "zhouning", returns.ask, CLAIM, when=at(3))


def test_a_precedent_is_shown_when_the_like_is_sent(panjin, passed):
    by(passed, "zhaoyang", returns.ask, CLAIM)
    by(passed, "mengyan", returns.refuse, "属你单位职责")
    by(passed, "zhaoyang", returns.dispute, "职责不在我单位")
    by(passed, "mengyan", ruling.rule, Judgment(panjin.unit(OTHER), "由城管局承办"), when=at(3))
    like = Walk(panjin, at(4)).dispatched(STATION, at=at(4))
    with panjin.standing("mengyan"):
        case = reach.find(like.number, panjin.actor("mengyan"))
        assert [row.unit for row in ruling.precedents(case)] == [OTHER]
        case.category_id = 4
        assert ruling.precedents(case) == []
        db.session.rollback()
    with panjin.standing("wutong"):
        assert db.session.scalars(select(Precedent)).all() == [], "another district's"


def test_the_city_rules_across_districts_and_a_station_only_in_its_own(panjin, passed):
    by(passed, "zhaoyang", returns.ask, CLAIM)
    by(passed, "mengyan", returns.refuse, "属你单位职责")
    by(passed, "zhaoyang", returns.dispute, "职责不在我单位")
    elsewhere = Judgment(panjin.unit("兴隆台区住建局"), "属兴隆台区")
    with pytest.raises(Refused, match="不存在或已停用"):
        by(passed, "mengyan", ruling.rule, elsewhere)
    by(passed, "gaoyuan", ruling.rule, elsewhere, when=at(3))
    with panjin.standing():
        assert passed.case().tenant_id == panjin.tenant("xinglongtai")
        rows = db.session.scalars(select(Return)).all()
        assert [row.tenant_id for row in rows] == [panjin.tenant("xinglongtai")]
    with panjin.standing("zhengtao"):
        assert reach.find(passed.number, panjin.actor("zhengtao")) is not None


def test_a_clerk_cannot_rule_and_a_station_not_on_what_the_office_sent(panjin):
    walk = Walk(panjin, MONDAY).dispatched(UNIT, at=MONDAY)
    by(walk, "zhaoyang", returns.ask, CLAIM)
    with pytest.raises(Refused, match="权限"):
        by(walk, "mengyan", returns.take_back, "同意")
    by(walk, "linjing", returns.refuse, "属你单位职责")
    by(walk, "zhaoyang", returns.dispute, "职责不在我单位")
    judgment = Judgment(panjin.unit(OTHER), "由城管局承办")
    for who in ("linjing", "mengyan"):
        with pytest.raises(Refused):
            by(walk, who, ruling.rule, judgment)
    by(walk, "gaoyuan", ruling.rule, judgment)


def test_the_second_return_by_the_same_unit_is_counted(panjin, sent):
    by(sent, "fengxue", returns.ask, CLAIM)
    by(sent, "linjing", returns.take_back, "同意", when=at(3))
    by(sent, "linjing", dispatch.dispatch, Order(panjin.unit("市城管局"), "请办理"), when=at(4))
    by(sent, "fengxue", returns.ask, CLAIM, when=at(4, 10))
    with panjin.standing():
        case = sent.case()
        assert returns.times(case, panjin.unit("市城管局")) == 2
        times = select(CaseEvent.payload["times"].as_integer()).order_by(CaseEvent.id)
        facts = db.session.scalars(times.where(CaseEvent.name == "ask_return")).all()
        assert list(facts) == [1, 2]


def test_put_into_another_kind_between_two_dispatches_the_first_clock_runs_on(panjin, sent):
    before = handling_due(sent)
    by(sent, "fengxue", returns.ask, CLAIM)
    by(sent, "linjing", returns.take_back, "同意", when=at(3))
    finding = Finding("help", 3, "路灯不亮", "路灯不亮", "路灯")
    by(sent, "linjing", screen, finding, when=at(3))
    by(sent, "linjing", dispatch.dispatch, Order(panjin.unit(UNIT), "请办"), when=at(3))
    assert handling_due(sent) == before
    sent.reported(at=at(4)).signed(at=at(4))
    assert handling_due(sent) == []


def test_a_pause_ends_with_what_decides_the_dispute_and_gives_the_time_back(panjin, passed):
    ((_, due),) = handling_due(passed)
    by(passed, "zhaoyang", returns.ask, CLAIM)
    by(passed, "gaoyuan", pausing.pause, "责任不清", when=at(3))
    by(passed, "mengyan", returns.refuse, "属你单位职责", when=at(5))
    ((_, later),) = handling_due(passed)
    assert later > due
    with panjin.standing():
        assert not pausing.is_paused(passed.case())
        assert passed.case().due_at < clocks.FAR


def test_only_the_head_pauses(panjin, passed):
    by(passed, "zhaoyang", returns.ask, CLAIM)
    for who in ("linjing", "mengyan", "zhaoyang"):
        with pytest.raises(Refused, match="权限"):
            by(passed, who, pausing.pause, "责任不清")


def test_withdrawn_meanwhile_the_return_lapses(panjin, passed):
    by(passed, "zhaoyang", returns.ask, CLAIM)
    with panjin.standing():
        closing.withdraw(passed.case(), reason="不办了", by=CITIZEN, at=at(3))
        db.session.commit()
        assert returns.latest(passed.case()).outcome == "lapsed"


def test_of_two_who_decide_one_wins(panjin, passed):
    by(passed, "zhaoyang", returns.ask, CLAIM)
    with panjin.standing():
        version = passed.case().version
    by(passed, "mengyan", returns.refuse, "属你单位职责", version=version)
    with pytest.raises(Conflict, match="不同意退件"):
        by(passed, "mengyan", returns.take_back, "同意", version=version)


def test_accepted_it_can_still_be_given_back_within_the_limit(panjin, sent):
    by(sent, "fengxue", handling.accept)
    by(sent, "fengxue", returns.ask, CLAIM, when=at(3))
    with panjin.standing():
        assert isinstance(sent.case(), Case)
        assert sent.case().state == State.RETURNING
