"""Lists of cases: views by what is to be done, filters, paging by key (due, id). Columns only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select, tuple_

from minxin.access.matrix import Reach, reach_of
from minxin.access.permissions import Permission as P
from minxin.cases import search, tallies
from minxin.cases.models import FAR, Case
from minxin.cases.reach import cases
from minxin.cases.states import ENDED, WITH_UNIT, State
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.people.roles import Role
from minxin.tenancy.models import Tenant

PAGE = 50


@dataclass(frozen=True)
class View:
    """A tab: the states it shows, or `late`/`soon` over all that run."""

    key: str
    label: str
    states: frozenset[State] = frozenset()
    level: str = ""
    waits: bool = False  # counts into 待办


def _view(key: str, label: str, *states: State, waits: bool = True) -> View:
    return View(key, label, frozenset(states), waits=waits)


_ENDED = View("ended", "已办结", ENDED)
_LATE = View("late", "超期", level="late")
_SOON = View("soon", "将到期", level="soon")
_AT_UNITS = View("at_units", "在办", WITH_UNIT)
_OFFICE = (
    _view("unclaimed", "待认领", State.UNCLAIMED),
    _view("claimed", "待转办", State.CLAIMED),
    _view("reported", "待审核", State.REPORTED),
    _view("follow_up", "待回访", State.FOLLOW_UP),
    _view("to_rate", "待评星", State.TO_RATE),
    _view("rated", "待结案", State.RATED),
    _AT_UNITS,
)
_LEADER = (View("running", "在办", frozenset(State) - ENDED),)

VIEWS: Mapping[Role, tuple[View, ...]] = {
    Role.OFFICE_CLERK: (*_OFFICE, _SOON, _LATE, _ENDED),
    Role.OFFICE_HEAD: (*_OFFICE, _SOON, _LATE, _ENDED),
    Role.STATION: (
        _view("dispatched", "待签收", State.DISPATCHED),
        _view("handling", "办理中", State.ACCEPTED, State.HANDLING, State.SIGNING, waits=False),
        _view("reported", "待审核", State.REPORTED),
        _view("follow_up", "待回访", State.FOLLOW_UP),
        _SOON,
        _LATE,
        _ENDED,
    ),
    Role.RESPONDER: (
        _view("dispatched", "待签收", State.DISPATCHED),
        _view("handling", "办理中", State.ACCEPTED, State.HANDLING),
        _view("signing", "待审签", State.SIGNING, waits=False),
        View(
            "reported",
            "已报结",
            frozenset({State.REPORTED, State.FOLLOW_UP, State.TO_RATE, State.RATED}),
        ),
        _SOON,
        _LATE,
        _ENDED,
    ),
    Role.UNIT_HEAD: (_view("signing", "待审签", State.SIGNING), _AT_UNITS, _SOON, _LATE, _ENDED),
    Role.LEADER: (*_LEADER, _SOON, _LATE, _ENDED),
}
"""The tabs of each role, in the order of a case's life. Administrators have none."""

ALL = View("all", "全部", frozenset(State))


@dataclass(frozen=True)
class Filters:
    """What narrows a list; empty strings narrow nothing."""

    q: str = ""
    kind: str = ""
    urgency: str = ""
    source: str = ""
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


def views(by: Actor) -> tuple[View, ...]:
    """The tabs of this person; none for who sees no case."""
    return VIEWS.get(by.role, ()) if by.role else ()


def view(by: Actor, key: str) -> View | None:
    """One tab of this person by its key; `all` for search."""
    return next((each for each in (*views(by), ALL) if each.key == key), None)


def totals(by: Actor) -> dict[str, int]:
    """Cases by state (and late, soon, today) within this person's reach, from the roll-up."""
    by_unit = reach_of(by.role, P.CASE_VIEW) is Reach.UNIT
    return tallies.read(unit_ids=by.unit_ids if by_unit else None)


def number_in(each: View, totals_: Mapping[str, int]) -> int:
    """How many cases a tab holds."""
    if each.level:
        return totals_.get(each.level, 0)
    return sum(totals_.get(state, 0) for state in each.states)


def todo(by: Actor, totals_: Mapping[str, int]) -> int:
    """How many cases wait for this role: the 待办 counter."""
    return sum(number_in(each, totals_) for each in views(by) if each.waits)


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

    tenant_id: the desk's tenant for search, None at the city's desk.
    """
    query = cases(by, *_columns()).outerjoin(Unit, Unit.id == Case.unit_id)
    query = query.join(Tenant, Tenant.id == Case.tenant_id)
    query = query.where(*_where(by, each, filters, at))
    found: list[int] | None = None
    if filters.q:
        found = search.ids(filters.q, tenant_id=tenant_id)
        query = query.where(or_(Case.id.in_(found), Case.number == filters.q.strip()))
    if each.states and each.states <= ENDED:
        query = query.order_by(Case.id.desc())
        if after:
            query = query.where(Case.id < after[1])
    else:
        query = query.order_by(Case.due_at, Case.id)
        if after:
            query = query.where(tuple_(Case.due_at, Case.id) > tuple_(*after))
    rows = db.session.execute(query.limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    more = (shown[-1].due_at, shown[-1].id) if len(rows) > PAGE else None
    return Page(shown, more, cut=found is not None and len(found) >= search.MOST)


def by_ids(by: Actor, ids: Sequence[int]) -> list[Row[*tuple[Any, ...]]]:
    """The rows of some cases that this person may see, in the order of the ids."""
    if not ids:
        return []
    query = cases(by, *_columns()).outerjoin(Unit, Unit.id == Case.unit_id)
    query = query.join(Tenant, Tenant.id == Case.tenant_id).where(Case.id.in_(ids))
    place = {case_id: index for index, case_id in enumerate(ids)}
    return sorted(db.session.execute(query).all(), key=lambda row: place[row.id])


def _columns() -> tuple[Any, ...]:
    return (
        Case.id,
        Case.number,
        func.coalesce(func.nullif(Case.summary, ""), Case.subject).label("title"),
        Case.kind,
        Case.source,
        Case.urgency,
        Case.state,
        Case.due_at,
        Case.yellow_at,
        Case.received_at,
        Case.updated_at,
        Case.stars,
        Unit.name.label("unit_name"),
        Tenant.name.label("tenant_name"),
    )


def _where(by: Actor, each: View, filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if each.level == "late":
        where.append(Case.due_at <= at)
    elif each.level == "soon":
        where += [Case.due_at > at, Case.due_at < FAR, Case.yellow_at <= at]
    elif each is not ALL:
        where.append(Case.state.in_(sorted(each.states)))
    for column, value in (
        (Case.kind, filters.kind),
        (Case.urgency, filters.urgency),
        (Case.source, filters.source),
    ):
        if value:
            where.append(column == value)
    if filters.tenant:
        where.append(
            Case.tenant_id
            == select(Tenant.id).where(Tenant.slug == filters.tenant).scalar_subquery()
        )
    if filters.unit.isdigit():
        where.append(Case.unit_id == int(filters.unit))
    if filters.mine:
        where.append(Case.holder_id == by.user_id)
    if filters.received_from:
        where.append(Case.received_at >= filters.received_from)
    if filters.received_to:
        where.append(Case.received_at < filters.received_to)
    return where
