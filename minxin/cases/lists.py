"""Lists of cases: what a tab shows, narrowed, paged by key (due, id). Columns only, no objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select, tuple_

from minxin.calendars.counting import midnight
from minxin.cases import reach, search
from minxin.cases.models import FAR, Assignment, Case
from minxin.cases.pendings import Pending, What
from minxin.cases.tabs import ALL, RUNNING, View, by_unit, number_in, todo, totals, view, views
from minxin.cases.tags import CaseTag
from minxin.clock import local
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.people.roles import Role
from minxin.tenancy.models import Tenant

__all__ = ["ALL", "Filters", "Page", "View", "by_ids", "by_numbers", "held", "number_in", "page",
           "todo", "totals", "units", "view", "views"]  # fmt: skip

PAGE = 50


@dataclass(frozen=True)
class Filters:
    """What narrows a list; empty strings narrow nothing. received_to is exclusive."""

    q: str = ""
    kind: str = ""
    urgency: str = ""
    source: str = ""
    tag: str = ""
    tenant: str = ""
    unit: str = ""
    mine: bool = False
    received_from: datetime | None = None
    received_to: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Rows of a list and the key that the next page starts after; no key, no next page."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    after: tuple[datetime, int] | None
    cut: bool = field(default=False)  # a search found more than it shows


def page(
    by: Actor,
    each: View,
    filters: Filters,
    *,
    at: datetime,
    after: tuple[datetime, int] | None = None,
    tenant_id: int | None = None,
) -> Page:
    """One page of a tab, the earliest due first; ended cases the newest first.

    A search (filters.q) comes whole, on one page of at most `search.MOST` cases.
    tenant_id: the desk's tenant for search, None at the city's desk.
    """
    query = _rows(by).where(*_of_tab(by, each, at))
    where = _narrowed(by, filters)
    if filters.q:
        return _found(query.where(*where), by, filters, where, tenant_id)
    query = query.where(*where)
    if each.ended:
        query = query.order_by(Case.id.desc())
        if after:
            query = query.where(Case.id < after[1])
    else:
        query = query.order_by(Case.due_at, Case.id)
        if after:
            query = query.where(tuple_(Case.due_at, Case.id) > tuple_(*after))
    rows = db.session.execute(query.limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    return Page(shown, (shown[-1].due_at, shown[-1].id) if len(rows) > PAGE else None)


def by_ids(by: Actor, ids: Sequence[int]) -> list[Row[*tuple[Any, ...]]]:
    """The rows of some cases that this person may see, in the order of the ids."""
    if not ids:
        return []
    place = {case_id: index for index, case_id in enumerate(ids)}
    rows = db.session.execute(_rows(by).where(Case.id.in_(ids))).all()
    return sorted(rows, key=lambda row: place[row.id])


def by_numbers(by: Actor, numbers: Sequence[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of the cases with these numbers that this person may see, in no order."""
    return db.session.execute(_rows(by).where(Case.number.in_(numbers))).all()


def held(number: str, by: Actor) -> str | None:
    """The number as it is written, where this person may see that case."""
    found: str | None = db.session.scalar(
        reach.cases(by, Case.number).where(Case.number == number.strip())
    )
    return found


def units(by: Actor, tenant: str = "") -> Sequence[Row[*tuple[Any, ...]]]:
    """(id, name) of the units to narrow by: the own ones, or those of one tenant of the city."""
    query = _UNITS
    if by_unit(by):
        if len(by.unit_ids) < 2:
            return []
        query = query.where(Unit.id.in_(by.unit_ids))
    elif by.at_city_desk:
        if not tenant:
            return []
        query = query.where(Unit.tenant_id == _tenant(tenant))
    return db.session.execute(query).all()


_UNITS = select(Unit.id, Unit.name).where(Unit.active, Unit.kind != "office").order_by(Unit.path)
_ROWS = (
    select(
        Case.id,
        Case.number,
        func.coalesce(func.nullif(Case.summary, ""), Case.subject).label("title"),
        Case.kind,
        Case.track,
        Case.source,
        Case.urgency,
        Case.state,
        Case.satisfaction,
        Case.due_at,
        Case.yellow_at,
        Case.clock_key,
        Case.due_provisional,
        Case.received_at,
        Case.updated_at,
        Case.closed_at,
        Case.stars,
        Case.unit_id,
        Unit.name.label("unit_name"),
        Tenant.name.label("tenant_name"),
    )
    .select_from(Case)
    .outerjoin(Unit, Unit.id == Case.unit_id)
    .join(Tenant, Tenant.id == Case.tenant_id)
)


def _rows(by: Actor) -> Select[*tuple[Any, ...]]:
    return _ROWS.where(reach.condition(by))


def _found(
    query: Select[*tuple[Any, ...]],
    by: Actor,
    filters: Filters,
    where: list[ColumnElement[bool]],
    tenant_id: int | None,
) -> Page:
    """What the words find. Whoever sees only a part must not lose it behind the newest 200."""
    if by_unit(by):
        where = [*where, reach.condition(by)]
    ids = search.ids(filters.q, tenant_id=tenant_id, where=where, limit=search.MOST + 1)
    cut = len(ids) > search.MOST
    wanted = or_(Case.id.in_(ids[: search.MOST]), Case.number == filters.q.strip())
    rows = db.session.execute(query.where(wanted).order_by(Case.due_at, Case.id.desc())).all()
    return Page(rows, None, cut)


def _of_tab(by: Actor, each: View, at: datetime) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if each.pending:
        return [_waits(by, each.pending, own=each.own)]
    if each.co:
        where.append(_handles_beside(by))
    elif each.own:
        where.append(Case.unit_id == by.unit_id)
    elif each is not ALL and by_unit(by):
        where.append(Case.unit_id.in_(by.unit_ids))
    # A clock that runs says as much as RUNNING; saying both sends the planner to the wrong index.
    if each is not ALL and not (each.level and each.states == RUNNING):
        where.append(Case.state.in_(sorted(each.states)))
    if each.level:
        where += _of_level(each.level, at)
    return where


def _waits(by: Actor, what: What, *, own: bool) -> ColumnElement[bool]:
    query = select(Pending.case_id).where(Pending.what == str(what))
    if own:
        query = query.where(Pending.unit_id == by.unit_id)
    if by.role is Role.LEADER:
        query = query.where(Pending.user_id == by.user_id)
    if by_unit(by):
        query = query.where(Pending.unit_id.in_(by.unit_ids))
    return Case.id.in_(query)


def _of_level(level: str, at: datetime) -> list[ColumnElement[bool]]:
    """The same moments that `overdue.count` counts by."""
    if level == "late":
        return [Case.due_at <= at]
    if level == "today":
        end = midnight(local(at).date()) + timedelta(days=1)
        return [Case.due_at > at, Case.due_at <= end]
    return [Case.due_at > at, Case.due_at < FAR, Case.yellow_at <= at]


def _handles_beside(by: Actor) -> ColumnElement[bool]:
    return exists().where(
        Assignment.case_id == Case.id,
        Assignment.part == "co",
        Assignment.ended_at.is_(None),
        Assignment.unit_id.in_(by.unit_ids),
    )


def _narrowed(by: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (Case.kind, filters.kind),
            (Case.urgency, filters.urgency),
            (Case.source, filters.source),
        )
        if value
    ]
    if filters.tag:
        where.append(Case.id.in_(select(CaseTag.case_id).where(CaseTag.tag == filters.tag)))
    if filters.tenant:
        where.append(Case.tenant_id == _tenant(filters.tenant))
    if filters.unit.isdigit():
        where.append(Case.unit_id == int(filters.unit))
    if filters.mine:
        where.append(Case.holder_id == by.user_id)
    if filters.received_from:
        where.append(Case.received_at >= filters.received_from)
    if filters.received_to:
        where.append(Case.received_at < filters.received_to)
    return where


def _tenant(slug: str) -> Any:
    return select(Tenant.id).where(Tenant.slug == slug).scalar_subquery()
