"""The sweep: what the clocks have come to becomes events and reminders, once each (1.10)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from minxin.calendars.reminding import Ladder, Rung
from minxin.cases import pendings, reminders, rulebook
from minxin.cases.clocks import COURSE, WINDOWS
from minxin.cases.models import Case, CaseEvent, Clock, DeadlineRule
from minxin.cases.pendings import What
from minxin.cases.tallies import PROVISIONAL, STAGES, Tally
from minxin.clock import local
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people.actor import SYSTEM

BATCH = 1000
WATCHED = ("late", "soon", "today")
COUNTED = (*(f"{name}_{stage}" for name in WATCHED for stage in STAGES), PROVISIONAL)


def sweep(at: datetime) -> int:
    """Look at up to a batch of the clocks whose instant has come; how many there were.

    Runs by the city's login. What is said is said once whatever is run twice: lateness by the
    version that the clock's row holds, a reminder by its key, both in the transaction that sets the
    clock's next instant. Rows that another sweep holds are skipped; a stopped clock is never found.
    """
    woken = db.session.execute(_due(at)).all()
    if not woken:
        return 0
    calendar = rulebook.calendar_in_force()
    late: list[Row[*tuple[Any, ...]]] = []
    spoken: list[tuple[Row[*tuple[Any, ...]], Rung]] = []
    seen: list[dict[str, object]] = []
    for clock in woken:
        ladder = Ladder(clock.unit or "workday", clock.started_at, clock.due_at, calendar)
        rung, next_at = _look(ladder, at)
        window = clock.rule_key in WINDOWS
        if rung is not None:
            spoken.append((clock, rung))
        if clock.due_at <= at and clock.late_seen < clock.version and not window:
            late.append(clock)
        missed = clock.version if clock.due_at <= at else clock.late_seen
        seen.append({"clock_id": clock.id, "next_at": next_at, "late_seen": missed})
    db.session.execute(_SEEN, seen)
    if late:
        asked = pendings.cases({clock.case_id for clock in late}, What.EXTENSION)
        db.session.execute(_EVENT, [_event(clock, at, asked) for clock in late])
    inbox.tell_each(reminders.notices(spoken, at))
    return len(woken)


def _due(at: datetime) -> Select[*tuple[Any, ...]]:
    """The clocks to look at, locked, each with its case and the unit that its rule counts in."""
    return (
        select(
            Clock.id,
            Clock.version,
            Clock.late_seen,
            Clock.tenant_id,
            Clock.case_id,
            Clock.rule_key,
            Clock.started_at,
            Clock.due_at,
            Clock.provisional,
            DeadlineRule.unit,
            Case.number,
            Case.state,
            Case.holder_id,
            Case.from_station,
            Case.unit_id,
        )
        .join(Case, Case.id == Clock.case_id)
        .outerjoin(
            DeadlineRule,
            and_(DeadlineRule.key == Clock.rule_key, DeadlineRule.version == Clock.rule_version),
        )
        .where(Clock.stopped_at.is_(None), Clock.next_at <= at)
        .order_by(Clock.next_at)
        .limit(BATCH)
        .with_for_update(of=Clock, skip_locked=True)
    )


def _look(ladder: Ladder, at: datetime) -> tuple[Rung | None, datetime]:
    """(what a clock says now, when to look again). Outside the hours it waits for their opening."""
    rung, again = ladder.current(at), ladder.alarm(at)
    opening = ladder.open_from(at)
    if rung is not None and opening > at:
        return None, min(again, opening)
    return rung, again


_SEEN = (
    update(Clock.__table__)  # type: ignore[arg-type]
    .where(Clock.__table__.c.id == bindparam("clock_id"))
    .values(next_at=bindparam("next_at"), late_seen=bindparam("late_seen"))
)
_EVENT = insert(CaseEvent.__table__)  # type: ignore[arg-type]


def count(at: datetime) -> None:
    """Write how many cases are late, due today and soon due, by tenant, unit and stage."""
    tomorrow = local(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    moments = {
        "late": Case.due_at <= at,
        "today": and_(Case.due_at > at, Case.due_at <= tomorrow),
        "soon": and_(Case.due_at > at, Case.yellow_at <= at),
    }
    provisional = db.session.execute(
        select(Clock.tenant_id, func.count())
        .where(Clock.stopped_at.is_(None), Clock.provisional)
        .group_by(Clock.tenant_id)
    ).all()
    horizon = at + timedelta(days=30)
    rows = db.session.execute(
        select(
            Case.tenant_id,
            Case.unit_id,
            *(
                func.count().filter(moment, Case.state.in_(states)).label(f"{name}_{stage}")
                for name, moment in moments.items()
                for stage, states in STAGES.items()
            ),
        )
        .where(Case.due_at < horizon)
        .group_by(Case.tenant_id, Case.unit_id)
    ).all()
    figures = {
        (row.tenant_id, row.unit_id or 0, name): getattr(row, name)
        for row in rows
        for name in COUNTED
        if name != PROVISIONAL
    } | {(tenant_id, 0, PROVISIONAL): number for tenant_id, number in provisional}
    known = db.session.execute(
        select(Tally.tenant_id, Tally.unit_id, Tally.state).where(Tally.state.in_(COUNTED))
    )
    wanted = {tuple(place): 0 for place in known} | {
        place: number for place, number in figures.items() if number
    }
    if wanted:
        # In one order, so that two counts at once never wait for each other; the later one stays.
        statement = upsert(Tally).values(
            [
                {"tenant_id": tenant, "unit_id": unit, "state": name, "number": number}
                for (tenant, unit, name), number in sorted(wanted.items())
            ]
        )
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "unit_id", "state"],
                set_={"number": statement.excluded.number},
            )
        )


def _event(clock: Row[*tuple[Any, ...]], at: datetime, asked: frozenset[int]) -> dict[str, object]:
    """asked: the cases that asked for an extension in time; whether they did is a fact of 13(6)."""
    waits = clock.rule_key in COURSE and clock.case_id in asked
    return {
        "tenant_id": clock.tenant_id,
        "case_id": clock.case_id,
        "name": "overdue",
        "at": at,
        "actor_kind": SYSTEM.kind,
        "actor_name": SYSTEM.name,
        "actor_unit": "",
        "internal": True,
        "payload": {
            "rule": clock.rule_key,
            "unit_id": clock.unit_id,
            "due_at": clock.due_at.isoformat(),
            "extension_pending": waits,
        },
    }
