"""The clocks of a case: started and stopped by moves, computed from stored inputs (1.10)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import desc, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from minxin import sessions
from minxin.calendars.due import Due, compute, yellow_from
from minxin.calendars.explain import sentences
from minxin.calendars.rules import Rule
from minxin.calendars.workdays import Calendar
from minxin.cases.models import FAR, Case, Clock, DeadlineRule, WorkCalendar
from minxin.cases.states import Kind
from minxin.clock import now
from minxin.extensions import db

HANDLING = "handling"
"""In the table of moves: the clock of the case's own kind."""


WORDS: dict[str, str] = {
    "claim": "认领",
    "dispatch": "转办",
    "accept": "签收",
    **{str(kind): "办理" for kind in Kind},
    "rework": "重办",
    "review": "审核",
    "followup": "回访",
    "rating": "评星",
}
"""What pages call a clock, by its rule key."""

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
    newest = (
        select(DeadlineRule)
        .where(or_(DeadlineRule.adopted_at <= (at or now()), DeadlineRule.version == 1))
        .ext(distinct_on(DeadlineRule.key))
        .order_by(DeadlineRule.key, desc(DeadlineRule.version))
    )
    rules = {row.key: as_rule(row) for row in db.session.scalars(newest)}
    adopted = db.session.scalars(
        select(WorkCalendar).order_by(desc(WorkCalendar.id)).limit(1)
    ).one()
    return Rulebook(rules, as_calendar(adopted))


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


def rule_key(case: Case, key: str) -> str:
    """The rule that a name in the table stands for: "handling" is the case's kind."""
    return (case.kind or "other") if key == HANDLING else key


def start(case: Case, key: str, at: datetime, book: Rulebook) -> Clock:
    """Start a clock of the case at an instant."""
    clock = drawn(case, book.due(rule_key(case, key), at), at)
    db.session.add(clock)
    return clock


def drawn(case: Case, due: Due, at: datetime) -> Clock:
    """The clock of a due instant, not stored yet."""
    return Clock(
        tenant_id=case.tenant_id,
        case_id=case.id,
        unit_id=case.unit_id,
        rule_key=due.rule.key,
        rule_version=due.rule.version,
        calendar_version=due.calendar_version,
        started_at=at,
        due_at=due.at,
        yellow_at=yellow_from(due),
        provisional=due.provisional,
    )


def running(case: Case) -> list[Clock]:
    """The clocks of the case that still run, the earliest due first."""
    query = select(Clock).where(Clock.case_id == case.id, Clock.stopped_at.is_(None))
    return list(db.session.scalars(query.order_by(Clock.due_at, Clock.id)))


def stop(clocks: Collection[Clock], keys: Collection[str], case: Case, at: datetime) -> list[Clock]:
    """Stop those of the running clocks that a move names; "*" stops them all."""
    wanted = {rule_key(case, key) for key in keys}
    stopped = [clock for clock in clocks if "*" in keys or clock.rule_key in wanted]
    for clock in stopped:
        clock.stopped_at = at
    return stopped


def show_earliest(case: Case, clocks: Collection[Clock]) -> None:
    """Write the earliest running clock onto the case, where lists sort by it."""
    first = min(clocks, key=lambda clock: clock.due_at, default=None)
    case.due_at = first.due_at if first else FAR
    case.yellow_at = first.yellow_at if first else None
    case.clock_key = first.rule_key if first else None


def hand_on(case: Case, unit_id: int) -> None:
    """The running clocks of a case count for the unit that it was passed on to."""
    db.session.execute(
        update(Clock)
        .where(Clock.case_id == case.id, Clock.stopped_at.is_(None))
        .values(unit_id=unit_id)
    )


def of(case: Case) -> list[Clock]:
    """Every clock of the case: the running ones first, the earliest due at the top."""
    query = select(Clock).where(Clock.case_id == case.id)
    return list(
        db.session.scalars(
            query.order_by(Clock.stopped_at.is_not(None), desc(Clock.stopped_at), Clock.due_at)
        )
    )


def explain(clock: Clock) -> list[str]:
    """Why this date: the working of a clock's due instant, from the inputs that it stored."""
    rule = _adopted_rule(clock.rule_key, clock.rule_version)
    calendar = _adopted_calendar(clock.calendar_version)
    if rule is None or calendar is None:
        return ["该时限所依据的规则版本已不在库中，到期时间以记录为准。"]
    due = compute(rule, clock.started_at, calendar)
    said = sentences(due)
    if due.at != clock.due_at:
        said.append("该时限后来经批准调整，以现在显示的到期时间为准。")
    return said


def _adopted_rule(key: str, version: int) -> Rule | None:
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


def _adopted_calendar(version: str) -> Calendar | None:
    place = (sessions.current().schema, "calendar", version)
    kept = _adopted.get(place)
    if kept is None:
        row = db.session.scalar(select(WorkCalendar).where(WorkCalendar.version == version))
        if row is None:
            return None
        kept = _adopted[place] = as_calendar(row)
    return kept if isinstance(kept, Calendar) else None
