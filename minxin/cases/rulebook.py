"""The deadline rules and the calendar in force, and the versions that clocks were computed by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Function, desc, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from minxin import sessions
from minxin.calendars.due import Due, compute
from minxin.calendars.rules import Rule
from minxin.calendars.workdays import Calendar
from minxin.cases.models import DeadlineRule, WorkCalendar
from minxin.clock import now
from minxin.extensions import db

Adopted = Rule | Calendar

_adopted: dict[tuple[str, str, int | str], Adopted] = {}
"""Rules and calendars that were read once: an adopted version never changes."""


@dataclass(frozen=True)
class Rulebook:
    """The deadline rules and the calendar in force in the city."""

    rules: dict[str, Rule]
    calendar: Calendar
    _found: dict[tuple[str, datetime], Due] = field(default_factory=dict, repr=False)

    def due(self, key: str, start: datetime) -> Due:
        """Compute the due instant of a rule from a start. Raises KeyError for unknown keys."""
        if (key, start) not in self._found:  # a batch asks the same for every row
            self._found[key, start] = compute(self.rules[key], start, self.calendar)
        return self._found[key, start]


def rulebook(at: datetime | None = None) -> Rulebook:
    """Read what is in force at an instant (None: now): of each rule the newest version that has
    begun, and the newest calendar. A rule's first version counts for all time before it."""
    db.session.execute(select(func.pg_advisory_xact_lock_shared(*_readers())))  # see `settled`
    newest = (
        select(DeadlineRule)
        .where(or_(DeadlineRule.adopted_at <= (at or now()), DeadlineRule.version == 1))
        .ext(distinct_on(DeadlineRule.key))
        .order_by(DeadlineRule.key, desc(DeadlineRule.version))
    )
    rules = {row.key: as_rule(row) for row in db.session.scalars(newest)}
    return Rulebook(rules, calendar_in_force())


def calendar_in_force() -> Calendar:
    """The newest calendar."""
    newest = select(WorkCalendar).order_by(desc(WorkCalendar.id)).limit(1)
    return as_calendar(db.session.scalars(newest).one())


def settled() -> bool:
    """Has every transaction ended that read the rules before this moment?

    A clock that is being started while a calendar is adopted is not there yet for who brings the
    open clocks to it: he asks this first, in a transaction of its own. Nobody ever waits long for
    this lock, because who takes it alone waits for nothing else.
    """
    return bool(db.session.scalar(select(func.pg_try_advisory_xact_lock(*_readers()))))


def _readers() -> tuple[int, Function[int]]:
    return 1810, func.hashtext(sessions.current().schema)


def as_rule(row: DeadlineRule) -> Rule:
    """The pure rule of a stored one."""
    return Rule(
        row.key,
        row.name,
        row.unit,  # type: ignore[arg-type]
        row.amount,
        row.article,
        row.version,
        row.begins,
        row.from_due,
    )


def as_calendar(row: WorkCalendar) -> Calendar:
    """The pure calendar of a stored one."""
    return Calendar(
        row.version,
        date.fromisoformat(row.first),
        date.fromisoformat(row.last),
        {date.fromisoformat(day): name for day, name in row.exceptions.items()},
    )


def adopted_rule(key: str, version: int) -> Rule | None:
    """A version of a rule; None where it is not there."""
    place = (sessions.current().schema, key, version)
    kept = _adopted.get(place)
    if kept is None:
        row = db.session.scalar(
            select(DeadlineRule).where(DeadlineRule.key == key, DeadlineRule.version == version)
        )
        if row is None:
            return None
        kept = _adopted[place] = as_rule(row)
    return kept if isinstance(kept, Rule) else None


def adopted_calendar(version: str) -> Calendar | None:
    """A version of the calendar; None where it is not there."""
    place = (sessions.current().schema, "calendar", version)
    kept = _adopted.get(place)
    if kept is None:
        row = db.session.scalar(select(WorkCalendar).where(WorkCalendar.version == version))
        if row is None:
            return None
        kept = _adopted[place] = as_calendar(row)
    return kept if isinstance(kept, Calendar) else None
