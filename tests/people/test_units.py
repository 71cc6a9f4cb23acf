"""Units over time: what they were called, where they stood, and what ends with them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.audit.log import AuditEntry
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people import units
from minxin.people.models import Unit, User
from minxin.people.units import NewUnit

TODAY = clock.local(clock.now()).date()
DAY = timedelta(days=1)


@pytest.fixture
def at():
    return clock.now()


@pytest.fixture
def here(panjin):
    """The system administrator of 大洼区 at his desk."""
    with panjin.standing("wenbo"):
        yield panjin


def _unit(cast, name):
    return db.session.get_one(Unit, cast.unit(name))


def test_a_unit_is_added_below_another(here, at):
    by = here.actor("wenbo")
    under = here.unit("大洼区民心网工作站")
    new = NewUnit("大洼区水利局", "unit", TODAY, under)
    made = units.add(new, tenant_id=here.tenant("dawa"), by=by, at=at)
    assert made.path == f"/{under}/{made.id}/"
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "unit.add")).one()
    assert (entry.actor_id, entry.object_id) == (by.user_id, made.id)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewUnit("  ", "unit", TODAY), "name"),
        (NewUnit("很" * 61, "unit", TODAY), "name"),
        (NewUnit("大洼区住建局", "unit", TODAY), "name"),
        (NewUnit("大洼区水利局", "ministry", TODAY), "kind"),
        (NewUnit("大洼区水利局", "office", TODAY), "kind"),
        (NewUnit("大洼区水利局", "unit", TODAY, 10**12), "under_id"),
        (NewUnit("大洼区水利局", "unit", date(2001, 1, 1), -1), "since"),
    ],
)
def test_an_unfit_unit_is_not_added(here, at, new, field):
    if new.under_id == -1:
        new = NewUnit(new.name, new.kind, new.since, here.unit("大洼区民心网工作站"))
    with pytest.raises(Refused) as refusal:
        units.add(new, tenant_id=here.tenant("dawa"), by=here.actor("wenbo"), at=at)
    assert refusal.value.field == field


def test_a_renamed_unit_keeps_its_old_name_for_its_time(here, at):
    unit = _unit(here, "大洼区住建局")
    units.rename(unit, "大洼区住房局", since=TODAY - 10 * DAY, by=here.actor("wenbo"), at=at)
    db.session.flush()
    now, before = units.names(unit)
    assert (now.name, now.since, now.until) == ("大洼区住房局", TODAY - 10 * DAY, None)
    assert (before.name, before.until) == ("大洼区住建局", TODAY - 11 * DAY)
    for day, name in ((TODAY - 11 * DAY, "大洼区住建局"), (TODAY - 10 * DAY, "大洼区住房局")):
        from sqlalchemy import Date, cast, literal

        asked = select(units.name_on(cast(literal(day), Date))).where(Unit.id == unit.id)
        assert db.session.scalar(asked) == name


def test_a_name_given_twice_on_one_day_is_corrected(here, at):
    unit = _unit(here, "大洼区住建局")
    by = here.actor("wenbo")
    units.rename(unit, "大洼区住防局", since=TODAY, by=by, at=at)
    units.rename(unit, "大洼区住房局", since=TODAY, by=by, at=at)
    assert [each.name for each in units.names(unit)] == ["大洼区住房局", "大洼区住建局"]


@pytest.mark.parametrize(
    ("name", "since", "field"),
    [
        ("大洼区住房局", TODAY + DAY, "since"),
        ("大洼区住房局", date(2025, 12, 31), "since"),
        ("大洼区城管局", TODAY, "name"),
        ("大洼区住建局", TODAY, "name"),
        ("", TODAY, "name"),
    ],
)
def test_an_impossible_renaming_is_refused(here, at, name, since, field):
    with pytest.raises(Refused) as refusal:
        units.rename(_unit(here, "大洼区住建局"), name, since=since, by=here.actor("wenbo"), at=at)
    assert refusal.value.field == field


def test_a_stale_page_changes_nothing(here, at):
    unit = _unit(here, "大洼区住建局")
    shown = units.seen(unit)
    units.rename(unit, "大洼区住房局", since=TODAY, by=here.actor("wenbo"), at=at, shown=shown)
    with pytest.raises(Conflict):
        units.rename(unit, "大洼区房产局", since=TODAY, by=here.actor("wenbo"), at=at, shown=shown)
    assert unit.name == "大洼区住房局"


def test_a_unit_moves_with_everything_below_it(here, at):
    by, dawa = here.actor("wenbo"), here.tenant("dawa")
    under = _unit(here, "大洼区住建局")
    low = units.add(NewUnit("大洼区房管所", "point", TODAY, under.id), tenant_id=dawa, by=by, at=at)
    target = _unit(here, "大洼区城管局")
    units.move(under, target.id, by=by, at=at)
    assert low.path == f"{target.path}{under.id}/{low.id}/"
    with pytest.raises(Refused):
        units.move(target, low.id, by=by, at=at)


def test_a_unit_of_another_tenant_is_no_place(here, at):
    with pytest.raises(Refused) as refusal:
        units.move(
            _unit(here, "大洼区住建局"),
            here.unit("兴隆台区住建局"),
            by=here.actor("wenbo"),
            at=at,
        )
    assert refusal.value.field == "under_id"


def test_a_unit_with_people_or_lower_units_stays_open(here, at):
    by = here.actor("wenbo")
    with pytest.raises(Refused, match="3个账号"):
        units.close(_unit(here, "大洼区住建局"), last_day=TODAY, by=by, at=at)
    with pytest.raises(Refused, match="下级单位"):
        units.close(_unit(here, "大洼区民心网工作站"), last_day=TODAY, by=by, at=at)
    empty = _unit(here, "大洼区教育局")
    with pytest.raises(Refused) as refusal:
        units.close(empty, last_day=TODAY + DAY, by=by, at=at)
    assert refusal.value.field == "last_day"
    units.close(empty, last_day=TODAY, by=by, at=at)
    assert (empty.active, empty.valid_to) == (False, TODAY)
    with pytest.raises(Refused, match="已停用"):
        units.rename(empty, "教育二局", since=TODAY, by=by, at=at)


def test_a_tenants_administrator_sees_no_other_tenants_unit(here):
    assert db.session.get(Unit, here.unit("兴隆台区住建局")) is None
    assert db.session.scalar(select(User.id).where(User.username == "zhengtao")) is None
