"""A unit that ends: its open cases go over, its past stays, and both can be seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.access import signin
from minxin.cases import dossier, reach, readiness, succession, tallies, timeline
from minxin.cases.models import Assignment, Case, CaseEvent, Clock
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import staffing, units
from minxin.people.models import Responder, Unit, User
from tests.cases.walking import Walk

TODAY = clock.local(clock.now()).date()
DAY = timedelta(days=1)


@pytest.fixture
def at():
    return clock.now()


def _unit(cast, name):
    return db.session.get_one(Unit, cast.unit(name))


def _merge(panjin, at, into="大洼区城管局", since=TODAY):
    with panjin.standing("wenbo"):
        moved = succession.merge(
            _unit(panjin, "大洼区住建局"),
            _unit(panjin, into),
            since=since,
            by=panjin.actor("wenbo"),
            at=at,
        )
        db.session.commit()
    return moved


def _walked(panjin, at):
    walk = Walk(panjin, at - DAY)
    walk.dispatched("大洼区民心网工作站", at=at - DAY).assigned("大洼区住建局", at=at - DAY)
    return walk


def test_open_cases_go_over_and_the_timeline_says_so(panjin, at):
    walk = _walked(panjin, at)
    before, after = panjin.unit("大洼区住建局"), panjin.unit("大洼区城管局")
    assert _merge(panjin, at) == 1
    with panjin.standing():
        case = walk.case()
        assert case.unit_id == after
        running = db.session.scalars(select(Clock).where(Clock.stopped_at.is_(None))).all()
        assert {each.unit_id for each in running if each.case_id == case.id} == {after}
        orders = db.session.scalars(select(Assignment).order_by(Assignment.id)).all()
        assert (orders[-2].unit_id, orders[-2].outcome) == (before, succession.MERGED)
        assert (orders[-1].unit_id, orders[-1].ended_at) == (after, None)
        event = db.session.scalars(select(CaseEvent).order_by(CaseEvent.id.desc())).first()
        assert timeline.entry(event).did == "大洼区住建局并入大洼区城管局，由大洼区城管局承接办理"
        here, gone = tallies.read(unit_ids=[after]), tallies.read(unit_ids=[before])
        assert here["dispatched"] == 1
        assert not gone.get("dispatched")


def test_the_successor_sees_what_the_merged_unit_ever_did(panjin, at):
    walk = Walk(panjin, at - DAY)
    walk.dispatched("大洼区民心网工作站", at=at).assigned("大洼区住建局", at=at)
    with panjin.standing():
        walk.case().state = "closed"
        walk.case().closed_at = at
        db.session.commit()
    with panjin.standing("zhouning"):
        assert reach.find(walk.number, panjin.actor("zhouning")) is None
    assert _merge(panjin, at) == 0
    with panjin.standing("zhouning"):
        user = db.session.scalars(select(User).where(User.username == "zhouning")).one()
        case = reach.find(walk.number, signin.actor(user))
        assert case is not None
        assert case.unit_id == panjin.unit("大洼区住建局")
        assert dossier.read(case, signin.actor(user)).unit == "大洼区住建局"


def test_people_go_over_and_are_signed_out(panjin, at):
    client = panjin.client("zhaoyang")
    assert client.get("/dawa/todo").status_code == 200
    _merge(panjin, at)
    assert "/sign-in" in client.get("/dawa/todo").location
    with panjin.standing():
        user = db.session.scalars(select(User).where(User.username == "zhaoyang")).one()
        assert user.unit_id == panjin.unit("大洼区城管局")
        held = db.session.scalars(
            select(Responder).where(Responder.unit_id == panjin.unit("大洼区住建局"))
        ).all()
        assert {row.valid_to for row in held} == {TODAY - DAY}
        unit = _unit(panjin, "大洼区住建局")
        assert (unit.active, unit.valid_to) == (False, TODAY - DAY)
        assert unit.path.startswith(_unit(panjin, "大洼区城管局").path)


@pytest.mark.parametrize(
    ("into", "since", "field"),
    [
        ("大洼区住建局", TODAY, "into_id"),
        ("大洼区城管局", TODAY + DAY, "since"),
        ("大洼区城管局", TODAY - timedelta(days=2000), "since"),
    ],
)
def test_an_impossible_merger_is_refused(panjin, at, into, since, field):
    with pytest.raises(Refused) as refusal:
        _merge(panjin, at, into, since)
    assert refusal.value.field == field


def test_a_unit_of_another_tenant_takes_nothing_over(panjin, at):
    with panjin.standing("gaoyuan"), pytest.raises(Refused) as refusal:
        succession.merge(
            _unit(panjin, "大洼区住建局"),
            _unit(panjin, "兴隆台区住建局"),
            since=TODAY,
            by=panjin.actor("gaoyuan"),
            at=at,
        )
    assert refusal.value.field == "into_id"


def test_a_unit_with_open_cases_is_not_closed(panjin, at):
    _walked(panjin, at)
    with panjin.standing("wenbo"), pytest.raises(Refused, match="1件未办结"):
        succession.close(
            _unit(panjin, "大洼区住建局"), last_day=TODAY, by=panjin.actor("wenbo"), at=at
        )


def test_orders_show_the_name_of_their_time(panjin, at):
    walk = _walked(panjin, at)
    with panjin.standing("wenbo"):
        units.rename(
            _unit(panjin, "大洼区住建局"),
            "大洼区住房局",
            since=TODAY,
            by=panjin.actor("wenbo"),
            at=at,
        )
        db.session.commit()
    with panjin.standing():
        found = dossier.read(walk.case(), panjin.actor("linjing"))
        assert found.unit == "大洼区住房局"
        assert [order["name"] for order in found.orders] == ["大洼区民心网工作站", "大洼区住建局"]


def test_the_first_case_waits_for_responder_and_leader(panjin, at):
    walk = Walk(panjin, at)
    with pytest.raises(Refused, match="A岗网络回应人和主管领导") as refusal:
        walk.dispatched("大洼区民政局", at=at)
    assert refusal.value.field == "unit_id"
    with panjin.standing():
        assert db.session.scalar(select(Case.state)) == "unclaimed"  # nothing of it was kept


def test_a_co_handling_unit_waits_for_its_people_too(panjin, at):
    walk = Walk(panjin, at)
    with pytest.raises(Refused, match="大洼区民政局") as refusal:
        walk.dispatched("大洼区住建局", at=at, co=["大洼区民政局"])
    assert refusal.value.field == "co_unit_ids"


def test_a_unit_that_has_cases_goes_on_and_is_marked(panjin, at):
    _walked(panjin, at)
    with panjin.standing():
        user = db.session.scalars(select(User).where(User.username == "zhaoyang")).one()
        user.active = False
        db.session.commit()
    second = Walk(panjin, at)
    second.dispatched("大洼区住建局", at=at)
    with panjin.standing():
        lack = readiness.lacks(at)[panjin.unit("大洼区住建局")]
        assert (lack.blocked, lack.missing) == (False, (staffing.RESPONDER,))


def test_the_choice_of_units_says_who_cannot_get_a_case(panjin, at):
    walk = Walk(panjin, at)
    with panjin.standing("linjing"):
        from minxin.cases import screening
        from minxin.cases.screening import Finding

        case, by = walk.case(), panjin.actor("linjing")
        screening.claim(case, by=by, at=at)
        screening.screen(case, Finding("help", 3, "灯", "灯不亮", "灯"), by=by, at=at)
        db.session.commit()
    page = panjin.client("linjing").get(f"/city/cases/{walk.number}/dispatch").text
    assert "大洼区民政局（无A岗网络回应人、主管领导，不能接收第一件）" in page
    assert "大洼区住建局（" not in page
