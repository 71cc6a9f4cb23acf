"""What a new calendar or a declared outage changes for the clocks that run, written (law 5); seen
before by cases.previews. Clocks that stopped keep what they were judged by.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from minxin.calendars.counting import midnight
from minxin.calendars.workdays import Calendar
from minxin.cases import allowances, clocks, rulebook, tracking, workcalendar
from minxin.cases.models import FAR, Assignment, Case, Clock, Outage, WorkCalendar
from minxin.extensions import db
from minxin.people.actor import SYSTEM
from minxin.tenancy.models import Tenant

BATCH = 500
PATIENCE = 600
"""Looks, a twentieth of a second apart, for the transactions that read older rules to end."""

Change = Callable[[allowances.Inputs], dict[str, Any]]
"""What becomes of a clock's inputs."""


def recompute(at: datetime) -> Iterator[int]:
    """Bring open clocks to the newest calendar, a batch a transaction: the caller commits.

    Yields how many clocks each batch moved. Whatever is run twice finds them where they belong.
    Runs by the city's login.
    """
    calendar = rulebook.calendar_in_force()
    where = and_(
        Clock.calendar_version != calendar.version, Clock.due_at >= _first_touched(calendar)
    )
    why = (f"工作日历更新为{calendar.version}版", "calendar")
    return _through(where, clocks.Reckoner(calendar), dict, why, at)


def recompute_for(outage_id: int, at: datetime) -> Iterator[int]:
    """Give the clocks that ran through an outage its time, or take it back where it was withdrawn.

    As `recompute` in every other way: which of the two jobs runs first, and how often, is the same.
    """
    outage = db.session.get_one(Outage, outage_id)
    why = (f"平台停机：{outage.reason}", "outage")
    if outage.withdrawn_at:
        why = (f"撤销停机登记：{outage.withdrawn_reason}", "outage_withdrawn")
    reckoner = clocks.Reckoner(rulebook.calendar_in_force())
    return _through(touched(outage), reckoner, change_of(outage), why, at)


def _through(
    where: ColumnElement[bool],
    reckoner: clocks.Reckoner,
    change: Change,
    why: tuple[str, str],
    at: datetime,
) -> Iterator[int]:
    """Batch by batch; the cases that somebody works on are left for the end, and waited for."""
    yield from _when_settled()
    after, left = 0, list[int]()
    while ids := db.session.scalars(
        select(Clock.id)
        .where(Clock.stopped_at.is_(None), Clock.id > after, where)
        .order_by(Clock.id)
        .limit(BATCH)
    ).all():
        after = ids[-1]
        moved, held = _batch(ids, reckoner, change, why, at, wait=False)
        left += held
        yield moved
    for first in range(0, len(left), BATCH):
        yield _batch(left[first : first + BATCH], reckoner, change, why, at, wait=True)[0]


def _when_settled() -> Iterator[int]:
    """Come back once no transaction is left that may start a clock by what was in force before."""
    for _ in range(PATIENCE):
        settled = rulebook.settled()
        yield 0  # the caller's commit gives the lock back
        if settled:
            return
        time.sleep(0.05)


def _batch(
    ids: Sequence[int],
    reckoner: clocks.Reckoner,
    change: Change,
    why: tuple[str, str],
    at: datetime,
    *,
    wait: bool,
) -> tuple[int, list[int]]:
    """(how many clocks moved, ids of those whose case somebody holds).

    Cases are locked first and in order, as moves lock theirs; a stopped clock drops out.
    """
    rows = db.session.execute(select(Clock.id, Clock.case_id).where(Clock.id.in_(ids)))
    wanted = {clock_id: case_id for clock_id, case_id in rows}
    cases = db.session.scalars(
        select(Case)
        .where(Case.id.in_(wanted.values()))
        .order_by(Case.id)
        # no key is changed, so who only refers to the case need not wait
        .with_for_update(key_share=True, skip_locked=not wait)
    ).all()
    held = {case.id for case in cases}
    running: dict[int, list[Clock]] = {}
    for clock in db.session.scalars(
        select(Clock).where(Clock.case_id.in_(held), Clock.stopped_at.is_(None))
    ):
        running.setdefault(clock.case_id, []).append(clock)
        if clock.id in wanted and (inputs := change(clock.inputs)) != clock.inputs:
            clock.inputs = inputs
    number = sum(_recomputed(case, running.get(case.id, []), reckoner, why, at) for case in cases)
    db.session.flush()
    db.session.expunge_all()
    return number, [clock_id for clock_id, case_id in wanted.items() if case_id not in held]


def _recomputed(
    case: Case,
    running: Sequence[Clock],
    reckoner: clocks.Reckoner,
    why: tuple[str, str],
    at: datetime,
) -> int:
    reason, because = why
    moved = clocks.recompute(
        case, running, reckoner, reason=reason, because=because, by=SYSTEM, at=at
    )
    tracking.promise(case, running)
    return len(moved)


def touched(outage: Outage) -> ColumnElement[bool]:
    """Clocks that ran within the outage; what it has moved already is later still.

    A tenant's outage is for the cases that lay there during it, wherever they lie now.
    """
    where = [Clock.started_at < outage.ends_at, Clock.due_at > outage.starts_at]
    if outage.for_tenant_id is not None:
        where.append(_lay_with(outage.for_tenant_id, outage.starts_at, outage.ends_at))
    return and_(*where)


def _lay_with(tenant_id: int, start: datetime, end: datetime) -> ColumnElement[bool]:
    """Did the clock's case lie with a tenant at any time from start to end, while the clock ran?

    It lies where its newest order was sent; before its first one with the city's own tenant, and
    without any where it is.
    """
    begun = func.greatest(start, Clock.started_at)
    order, later = aliased(Assignment), aliased(Assignment)
    orders = exists().where(order.case_id == Clock.case_id, order.part == "main")
    replaced = exists().where(
        later.case_id == order.case_id,
        later.part == "main",
        later.sent_at > order.sent_at,
        later.sent_at <= begun,
    )
    own = db.session.get_one(Tenant, tenant_id).kind == "municipal"
    return or_(
        orders.where(order.tenant_id == tenant_id, order.sent_at < end, ~replaced),
        and_(Clock.tenant_id == tenant_id, ~orders),
        *([orders & ~orders.where(order.sent_at <= begun)] if own else []),
    )


def change_of(outage: Outage) -> Change:
    """What an outage adds to a clock's inputs, or takes from them where it was withdrawn."""
    if outage.withdrawn_at is not None:
        return lambda inputs: allowances.without_outage(inputs, outage.id)
    given = {
        "id": outage.id,
        "start": allowances.as_text(outage.starts_at),
        "end": allowances.as_text(outage.ends_at),
        "reason": outage.reason,
    }
    return lambda inputs: allowances.with_outage(inputs, given)


def _first_touched(calendar: Calendar) -> datetime:
    """No clock due before the first day that any earlier version disagrees about can move."""
    first: date | None = None
    for row in db.session.scalars(select(WorkCalendar)):
        for day in workcalendar.differences(clocks.as_calendar(row), calendar)[:1]:
            first = min(first, day) if first else day
    return midnight(first) if first else FAR
