"""What becomes of a unit's cases when the unit ends: they go over to its successor, or it stays."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from sqlalchemy import func, select, update

from minxin.cases import tallies
from minxin.cases.models import Assignment, Case, CaseEvent, Clock
from minxin.cases.states import ENDED
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import mergers, tenants, units
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.tenancy.models import Tenant

MERGED = "merged"
"""How an order ends whose unit was merged; the successor's order begins with the same words."""


def merge(
    unit: Unit, into: Unit | None, *, since: date, by: Actor, at: datetime, shown: str | None = None
) -> int:
    """并入 another unit of the tenant from a day on; answers how many open cases went over.

    Ended cases, orders and events stay with the merged unit, which hangs below its successor.
    Raises Refused for an unfit successor or day, Conflict where the page was stale.
    """
    successor = mergers.check_merger(unit, into, since, at, shown)
    moved = _hand_over(unit, successor, by, at)
    mergers.absorb(unit, successor, since=since, by=by, at=at)
    return moved


def close(unit: Unit, *, last_day: date, by: Actor, at: datetime, shown: str | None = None) -> None:
    """停用 a unit without open cases. Raises Refused where it has some."""
    held = open_cases(unit)
    if held:
        raise Refused(f"该单位还有{held}件未办结，请先改派给其他单位，或办理合并由新单位承接")
    units.close(unit, last_day=last_day, by=by, at=at, shown=shown)


def close_tenant(tenant: Tenant, *, by: Actor, at: datetime, shown: str | None = None) -> None:
    """停用 a tenant without open cases. Raises Refused where it holds some."""
    held = db.session.scalar(
        select(func.count(Case.id)).where(Case.tenant_id == tenant.id, Case.state.not_in(ENDED))
    )
    if held:
        raise Refused(f"该区县还有{held}件未办结，请先办结或改派给其他区县")
    tenants.close(tenant, by=by, at=at, shown=shown)


def open_cases(unit: Unit) -> int:
    """How many cases that are not ended lie with a unit, or wait for its co-handling."""
    main = select(Case.id).where(
        Case.tenant_id == unit.tenant_id, Case.unit_id == unit.id, Case.state.not_in(ENDED)
    )
    beside = (
        select(Assignment.case_id)
        .join(Case, Case.id == Assignment.case_id)
        .where(
            Assignment.tenant_id == unit.tenant_id,
            Assignment.unit_id == unit.id,
            Assignment.ended_at.is_(None),
            Case.state.not_in(ENDED),
        )
    )
    return db.session.scalar(select(func.count()).select_from(main.union(beside).subquery())) or 0


def _hand_over(unit: Unit, into: Unit, by: Actor, at: datetime) -> int:
    cases = db.session.scalars(
        select(Case)
        .where(Case.tenant_id == unit.tenant_id, Case.unit_id == unit.id, Case.state.not_in(ENDED))
        .order_by(Case.id)
        .with_for_update(key_share=True)  # a sweep that refers to one need not wait
    ).all()
    _hand_over_orders(unit, into, at)
    deltas: Counter[tuple[int, int, str]] = Counter()
    for case in cases:
        case.unit_id = into.id
        case.version += 1
        case.updated_at = at
        deltas[(case.tenant_id, unit.id, case.state)] -= 1
        deltas[(case.tenant_id, into.id, case.state)] += 1
        db.session.add(_event(case, unit, into, by, at))
    db.session.execute(
        update(Clock)
        .where(Clock.case_id.in_([case.id for case in cases]), Clock.stopped_at.is_(None))
        .values(unit_id=into.id)
    )
    tallies.change(deltas)
    db.session.flush()
    return len(cases)


def _hand_over_orders(unit: Unit, into: Unit, at: datetime) -> None:
    """End the open orders of the unit; the successor gets one where it has none of the case."""
    orders = db.session.scalars(
        select(Assignment)
        .join(Case, Case.id == Assignment.case_id)
        .where(
            Assignment.tenant_id == unit.tenant_id,
            Assignment.unit_id == unit.id,
            Assignment.ended_at.is_(None),
            Case.state.not_in(ENDED),
        )
    ).all()
    known = set(
        db.session.scalars(
            select(Assignment.case_id).where(
                Assignment.tenant_id == unit.tenant_id,
                Assignment.unit_id == into.id,
                Assignment.ended_at.is_(None),
                Assignment.case_id.in_([order.case_id for order in orders]),
            )
        )
    )
    for order in orders:
        order.ended_at, order.outcome = at, MERGED
        if order.case_id in known and order.part == "co":
            continue
        db.session.add(
            Assignment(
                tenant_id=order.tenant_id,
                case_id=order.case_id,
                unit_id=into.id,
                part=order.part,
                opinion=order.opinion,
                sent_by_id=order.sent_by_id,
                sent_at=at,
                accepted_at=order.accepted_at,
            )
        )


def _event(case: Case, unit: Unit, into: Unit, by: Actor, at: datetime) -> CaseEvent:
    return CaseEvent(
        tenant_id=case.tenant_id,
        case_id=case.id,
        name="succeed",
        at=at,
        actor_kind=by.kind,
        actor_id=by.user_id,
        actor_name=by.name,
        actor_unit=by.unit_name,
        article="第六条",
        payload={"from_unit": unit.name, "unit_id": into.id, "unit_name": into.name},
    )
