"""What a new calendar or an outage would change for the clocks that run, before it is so (law 5).

A million clocks have few different answers: clocks of one rule that began on the same day and were
given the same are due at the same instant. The database names these kinds, each is computed once
by the one function that computes due instants, and the database counts who would move.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    DateTime,
    String,
    and_,
    cast,
    func,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy import case as case_
from sqlalchemy.dialects.postgresql import JSONB

from minxin.calendars.counting import midnight
from minxin.calendars.workdays import Calendar
from minxin.cases import clocks, rulebook, workcalendar
from minxin.cases.models import FAR, Case, Clock, DeadlineRule, Outage
from minxin.cases.recomputing import Change, change_of, touched
from minxin.extensions import db

SHOWN = 200

INSTANT = DateTime(timezone=True)
ELAPSED = ("hour", "minute")
"""Units of which a start counts by its instant, not by its day."""

MEMORY = text("SET LOCAL work_mem = '128MB'")
"""So that a million clocks are told apart in memory; for the one transaction of a preview."""


@dataclass(frozen=True)
class Moved:
    """A clock that would move: of which case, by which rule, from when to when."""

    number: str
    rule_key: str
    rule: str
    old_due: datetime
    new_due: datetime


@dataclass(frozen=True)
class Preview:
    """What would move: how many clocks, how many of them earlier, and the first of them."""

    total: int
    earlier: int
    shown: list[Moved]


@dataclass(frozen=True)
class Kind:
    """Clocks that are due at the same instant, whatever that is: what it is computed from."""

    rule_key: str
    rule_version: int
    started_at: datetime
    inputs: dict[str, Any]
    written: str


def preview(calendar: Calendar) -> Preview:
    """What adopting a calendar would do to the clocks that run. Reads only."""
    old = clocks.as_calendar(workcalendar.newest())
    days = workcalendar.differences(old, calendar)
    if not days:
        return Preview(0, 0, [])
    where = [Clock.due_at >= midnight(days[0])]
    if old.last == calendar.last:
        where.append(Clock.started_at < midnight(days[-1]))
    return _previewed(and_(*where), clocks.Reckoner(calendar), dict, FAR)


def preview_outage(outage: Outage) -> Preview:
    """What declaring an outage would do to the clocks that run; it need not be stored. Reads."""
    reckoner = clocks.Reckoner(rulebook.calendar_in_force())
    return _previewed(touched(outage), reckoner, change_of(outage), outage.starts_at)


def _previewed(
    where: ColumnElement[bool], reckoner: clocks.Reckoner, change: Change, since: datetime
) -> Preview:
    """since: when the change begins to take time; what started later has an answer of its own."""
    running = and_(Clock.stopped_at.is_(None), Clock.due_at < FAR, where)
    columns = (Clock.rule_key, Clock.rule_version, _start(since), cast(Clock.inputs, String))
    db.session.execute(MEMORY)
    known: list[tuple[Kind, datetime]] = []
    names: dict[tuple[str, int], str] = {}
    for key, version, started_at, written in db.session.execute(
        select(*columns).where(running).distinct()
    ):
        kind = Kind(key, version, started_at, json.loads(written), written)
        due = reckoner.due(kind, change(kind.inputs))
        if due is not None:
            known.append((kind, due.at))
            names[key, version] = due.rule.name_zh
    answers = _as_rows(known)
    moving = (
        select(Clock.id, Clock.case_id, columns[0], columns[1], Clock.due_at, answers.c.due)
        .select_from(Clock)
        .join(answers, tuple_(*columns) == tuple_(*list(answers.c)[:4]))
        .where(running, Clock.due_at != answers.c.due)
        .cte("moving")
    )
    return _told(moving, names)


def _start(since: datetime) -> ColumnElement[datetime]:
    """What of a clock's start its due instant depends on: the day, where the rule counts days and
    all that the clock is given back was lost after its start; else the very instant."""
    by_instant = select(DeadlineRule.key, DeadlineRule.version).where(
        or_(DeadlineRule.unit.in_(ELAPSED), DeadlineRule.from_due)
    )
    exact = [tuple(row) for row in db.session.execute(by_instant)]
    given = [func.coalesce(Clock.inputs[name], func.jsonb_build_array())
             for name in ("pauses", "outages")]  # fmt: skip
    window = func.jsonb_array_elements(given[0].op("||", return_type=JSONB)(given[1]))
    value = window.table_valued("value").c.value
    begun = select(func.min(cast(cast(value, JSONB)["start"].astext, INSTANT))).scalar_subquery()
    return case_(
        (
            and_(
                tuple_(Clock.rule_key, Clock.rule_version).not_in(exact),
                Clock.started_at <= since,
                or_(Clock.inputs == {}, func.coalesce(Clock.started_at <= begun, True)),
            ),
            func.date_trunc("day", Clock.started_at, "Asia/Shanghai"),
        ),
        else_=Clock.started_at,
    )


def _as_rows(known: list[tuple[Kind, datetime]]) -> Any:
    """The kinds and their due instants as a table of the next query."""
    kinds = [kind for kind, _ in known]
    return (
        func.unnest(
            cast([kind.rule_key for kind in kinds], ARRAY(String)),
            cast([kind.rule_version for kind in kinds], ARRAY(BigInteger)),
            cast([kind.started_at for kind in kinds], ARRAY(INSTANT)),
            cast([kind.written for kind in kinds], ARRAY(String)),
            cast([due for _, due in known], ARRAY(INSTANT)),
        )
        .table_valued("key", "version", "started_at", "inputs", "due")
        .render_derived()
        .alias("answers")
    )


def _told(moving: CTE, names: dict[tuple[str, int], str]) -> Preview:
    """Who moves, counted, and the first of them with the numbers of their cases."""
    earlier = func.count().filter(moving.c.due < moving.c.due_at)
    counted = select(func.count().label("total"), earlier.label("earlier")).select_from(moving)
    totals = counted.cte("totals").prefix_with("MATERIALIZED")  # once, not for each that is shown
    first = select(moving).order_by(moving.c.due_at, moving.c.id).limit(SHOWN).subquery()
    rows = db.session.execute(
        select(totals, first, Case.number)
        .select_from(totals)
        .join(first, true())
        .join(Case, Case.id == first.c.case_id)
        .order_by(first.c.due_at, first.c.id)
    ).all()
    if not rows:
        return Preview(0, 0, [])
    shown = [
        Moved(row.number, row.rule_key, names[row.rule_key, row.rule_version], row.due_at, row.due)
        for row in rows
    ]
    return Preview(rows[0].total, rows[0].earlier, shown)
