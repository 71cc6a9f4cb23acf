"""Dispatch: 转办 from the office to a unit, 分派 inside a district (第八条（一）, 第六条)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minxin.calendars.due import Due
from minxin.cases import clocks, handover, instructions, orders, pendings, readiness, workflow
from minxin.cases.models import Assignment, Case
from minxin.cases.readiness import Lack
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.tenancy.models import Tenant


@dataclass(frozen=True)
class Order:
    """派单: one main unit, any co-handling units, and what is asked of them (承办意见)."""

    unit_id: int | None
    opinion: str
    co_unit_ids: Sequence[int] = ()


@dataclass(frozen=True)
class Choice:
    """A unit that a case can be sent to."""

    id: int
    name: str
    kind: str
    tenant_id: int
    tenant: str
    tenant_slug: str
    lack: Lack | None = None


def choices(at: datetime) -> list[Choice]:
    """Active units within the login's reach, by tenant; the station of each tenant first.

    A unit that lacks its people says so; one that never had a case cannot be chosen.
    """
    lacks = readiness.lacks(at)
    rows = db.session.execute(
        select(Unit.id, Unit.name, Unit.kind, Unit.tenant_id, Tenant.name, Tenant.slug)
        .join(Tenant, Tenant.id == Unit.tenant_id)
        .where(Unit.active, Tenant.active, Unit.kind != "office")
        .order_by(Tenant.rank, Tenant.id, Unit.kind != "station", Unit.path)
    )
    return [Choice(*row, lack=lacks.get(row[0])) for row in rows]


def preview(case: Case, at: datetime) -> Due:
    """When the handling would be due, sent at this instant, with the working to show before."""
    return clocks.rulebook().due(clocks.handling_rule(case), at)


def dispatch(
    case: Case, order: Order, *, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """转办: send a screened case to its main unit; custody goes to that unit's tenant."""
    unit, co_units = units_of(order, at)
    made = workflow.move(
        case.id,
        "dispatch",
        by=by,
        at=at,
        version=version,
        unit_id=unit.id if unit else None,
        facts={"screened": case.screened_at, "unit": unit, "opinion": order.opinion.strip()},
        payload={**_said(unit, co_units, order), **instructions.carried(case)},
    )
    if unit is None:  # the move has refused it
        raise AssertionError
    made.case.from_station = False
    send(made.case, unit, co_units, order, by, at)
    return give_to(made.case, unit)


def give_to(case: Case, unit: Unit) -> Case:
    """Custody goes to the unit's tenant, where the case is not there yet. A move has just given
    the case to the unit; the running clocks count for it."""
    clocks.hand_on(case, unit.id)
    pendings.hand_on(case, unit.id)
    return handover.to_tenant(case, unit.tenant_id)


def assign(
    case: Case, order: Order, *, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """分派: a station passes a case on to a unit of its own district; its clock runs on."""
    unit, co_units = units_of(order, at)
    if unit is not None and unit.tenant_id != case.tenant_id:
        raise Refused("只能分派给本区县的单位", "unit_id")
    fresh = version in (None, case.version)  # else the move tells what changed since
    if unit is not None and unit.id == case.unit_id and fresh:
        raise Refused("该单位已是主办单位，请选择其他单位", "unit_id")
    made = workflow.move(
        case.id,
        "assign",
        by=by,
        at=at,
        version=version,
        unit_id=unit.id if unit else None,
        facts={"unit": unit, "opinion": order.opinion.strip()},
        payload={**_said(unit, co_units, order), **instructions.carried(case)},
    )
    if unit is None:
        raise AssertionError
    orders.end(made.case, "passed_on", at)
    made.case.from_station = True
    give_to(made.case, unit)
    send(made.case, unit, co_units, order, by, at)
    return made.case


def units_of(order: Order, at: datetime) -> tuple[Unit | None, list[Unit]]:
    """The main unit and the co-handling ones of an order. Refused where one cannot have it."""
    wanted = [order.unit_id, *order.co_unit_ids]
    found = {
        unit.id: unit
        for unit in db.session.scalars(select(Unit).where(Unit.id.in_(wanted), Unit.active))
    }
    if order.unit_id is not None and order.unit_id not in found:
        raise Refused("所选主办单位不存在或已停用，请重新选择", "unit_id")
    if order.unit_id in order.co_unit_ids:
        raise Refused("主办单位不能同时是协办单位", "co_unit_ids")
    main = found.get(order.unit_id) if order.unit_id is not None else None
    co_units = [found[unit_id] for unit_id in order.co_unit_ids if unit_id in found]
    if main and any(unit.tenant_id != main.tenant_id for unit in co_units):
        raise Refused("协办单位须与主办单位同属一个区县", "co_unit_ids")
    if main is not None:
        readiness.check([main, *co_units], at)
    return main, co_units


def _said(unit: Unit | None, co_units: Sequence[Unit], order: Order) -> dict[str, object]:
    return {
        "unit_id": unit.id if unit else None,
        "unit_name": unit.name if unit else "",
        "co_units": [co.name for co in co_units],
        "opinion": order.opinion.strip(),
    }


def send(
    case: Case, unit: Unit, co_units: Sequence[Unit], order: Order, by: Actor, at: datetime
) -> None:
    """Write the 派单 rows of a case that was just given to its units."""
    for part, each in [("main", unit), *(("co", co) for co in co_units)]:
        db.session.add(
            Assignment(
                tenant_id=each.tenant_id,
                case_id=case.id,
                unit_id=each.id,
                part=part,
                opinion=order.opinion.strip(),
                sent_by_id=by.user_id,
                sent_at=at,
            )
        )
    db.session.flush()
