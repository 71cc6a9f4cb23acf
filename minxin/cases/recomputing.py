"""What a new calendar changes for the clocks that run: seen before, written after (law 5).

Only open clocks move, and only those whose counting comes past a changed day. Clocks that stopped
keep the calendar that they were judged by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Select, and_, select, update

from minxin.calendars.counting import midnight
from minxin.calendars.due import Due, Extension, compute, yellow_from
from minxin.calendars.pauses import Window
from minxin.calendars.rules import Rule
from minxin.calendars.workdays import Calendar
from minxin.cases import clocks, workcalendar
from minxin.cases.models import FAR, Case, CaseEvent, Clock, DeadlineRule, Tracking, WorkCalendar
from minxin.clock import local
from minxin.extensions import db
from minxin.people.actor import SYSTEM

BATCH = 500
SHOWN = 200
COUNTING = ("workday", "week")
"""Units whose counting looks at the calendar."""


@dataclass(frozen=True)
class Moved:
    """A clock that the calendar moves: of which case, by which rule, from when to when."""

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


def preview(calendar: Calendar) -> Preview:
    """What adopting a calendar would do to the clocks that run. Reads only."""
    old = clocks.as_calendar(workcalendar.newest())
    again = _Again(calendar)
    total = earlier = 0
    shown: list[Moved] = []
    query = _touched(old, calendar)
    if query is None:
        return Preview(0, 0, [])
    for row in db.session.execute(query.execution_options(yield_per=2000)):
        due = again.due(row)
        if due is None or due.at == row.due_at:
            continue
        total += 1
        earlier += due.at < row.due_at
        if len(shown) < SHOWN:
            shown.append(Moved(row.number, row.rule_key, due.rule.name_zh, row.due_at, due.at))
    return Preview(total, earlier, shown)


def recompute(at: datetime) -> Iterator[int]:
    """Bring open clocks to the newest calendar, a batch a transaction: the caller commits.

    Yields how many clocks each batch moved. Whatever is run twice finds them where they belong.
    Runs by the city's login.
    """
    calendar = clocks.as_calendar(workcalendar.newest())
    after = 0
    while True:
        ids = db.session.scalars(
            select(Clock.id)
            .where(
                Clock.stopped_at.is_(None),
                Clock.id > after,
                Clock.calendar_version != calendar.version,
                Clock.due_at >= _first_touched(calendar),
            )
            .order_by(Clock.id)
            .limit(BATCH)
        ).all()
        if not ids:
            return
        after = ids[-1]
        yield _batch(list(ids), calendar, at)


def _batch(ids: list[int], calendar: Calendar, at: datetime) -> int:
    """Cases are locked first and in order, as moves lock theirs; a stopped clock drops out."""
    cases = {
        case.id: case
        for case in db.session.scalars(
            select(Case)
            .where(Case.id.in_(select(Clock.case_id).where(Clock.id.in_(ids))))
            .order_by(Case.id)
            .with_for_update()
        )
    }
    again = _Again(calendar)
    moved: dict[int, dict[str, list[str]]] = {}
    running = db.session.scalars(
        select(Clock).where(Clock.case_id.in_(cases), Clock.stopped_at.is_(None))
    ).all()
    wanted = set(ids)
    for clock in running:
        due = again.due(clock) if clock.id in wanted else None
        if due is None or not _differs(clock, due):
            continue
        if due.at != clock.due_at:
            change = [clock.due_at.isoformat(), due.at.isoformat()]
            moved.setdefault(clock.case_id, {})[clock.rule_key] = change
            _tell_citizen(clock, due)
            clock.version += 1
        clock.due_at, clock.yellow_at = due.at, yellow_from(due)
        clock.provisional, clock.calendar_version = due.provisional, calendar.version
    for case_id, changes in moved.items():
        case = cases[case_id]
        clocks.show_earliest(case, [clock for clock in running if clock.case_id == case_id])
        db.session.add(_event(case, changes, calendar, at))
    db.session.flush()
    db.session.expunge_all()
    return sum(map(len, moved.values()))


def _differs(clock: Clock, due: Due) -> bool:
    return due.at != clock.due_at or due.provisional != clock.provisional


def _tell_citizen(clock: Clock, due: Due) -> None:
    db.session.execute(
        update(Tracking)
        .where(Tracking.case_id == clock.case_id, Tracking.due_at == clock.due_at)
        .values(due_at=due.at)
    )


def _event(
    case: Case, changes: dict[str, list[str]], calendar: Calendar, at: datetime
) -> CaseEvent:
    return CaseEvent(
        tenant_id=case.tenant_id,
        case_id=case.id,
        name="recomputed",
        at=at,
        actor_kind=SYSTEM.kind,
        actor_name=SYSTEM.name,
        actor_unit="",
        internal=True,
        reason=f"工作日历更新为{calendar.version}版",
        payload={"clocks_moved": changes, "calendar": calendar.version},
    )


class Counted(Protocol):
    """What a due instant is computed from: a clock, or the columns of one."""

    @property
    def rule_key(self) -> Any: ...

    @property
    def rule_version(self) -> Any: ...

    @property
    def started_at(self) -> Any: ...

    @property
    def inputs(self) -> Any: ...


class _Again:
    """Computes due instants anew: each rule is read once, each start day counted once."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._rules: dict[tuple[str, int], Rule | None] = {}
        self._counted: dict[tuple[str, int, object], Due] = {}

    def due(self, clock: Counted) -> Due | None:
        """The due instant on the new calendar; None where the calendar does not matter to it."""
        rule = self._rule(clock.rule_key, clock.rule_version)
        if rule is None or (rule.unit not in COUNTING and not clock.inputs.get("extensions")):
            return None
        if clock.inputs:
            return compute(rule, clock.started_at, self._calendar, **_inputs(clock.inputs))
        day = clock.started_at if rule.from_due else local(clock.started_at).date()
        key = (rule.key, rule.version, day)
        if key not in self._counted:  # the start day is excluded: its hours do not matter
            self._counted[key] = compute(rule, clock.started_at, self._calendar)
        return replace(self._counted[key], start=clock.started_at)

    def _rule(self, key: str, version: int) -> Rule | None:
        if (key, version) not in self._rules:
            row = db.session.scalar(
                select(DeadlineRule).where(DeadlineRule.key == key, DeadlineRule.version == version)
            )
            self._rules[(key, version)] = clocks.as_rule(row) if row else None
        return self._rules[(key, version)]


def _inputs(stored: dict[str, Any]) -> dict[str, Any]:
    """Pauses, outages and extensions as `compute` takes them."""
    return {
        "pauses": [_window(each) for each in stored.get("pauses", []) if each.get("end")],
        "outages": [_window(each) for each in stored.get("outages", []) if each.get("end")],
        "extensions": [Extension(each["workdays"]) for each in stored.get("extensions", [])],
    }


def _window(each: dict[str, str]) -> Window:
    start, end = datetime.fromisoformat(each["start"]), datetime.fromisoformat(each["end"])
    return Window(start, end, each.get("reason", ""))


def _touched(old: Calendar, new: Calendar) -> Select[Any] | None:
    """Running clocks whose counting may come past a day on which the calendars differ."""
    days = workcalendar.differences(old, new)
    if not days:
        return None
    where = [Clock.stopped_at.is_(None), Clock.due_at >= midnight(days[0])]
    if old.last == new.last:
        where.append(Clock.started_at < midnight(days[-1]))
    columns = (
        Clock.rule_key,
        Clock.rule_version,
        Clock.started_at,
        Clock.due_at,
        Clock.inputs,
        Case.number,
    )
    query = select(*columns).join(Case, Case.id == Clock.case_id).where(and_(*where))
    return query.order_by(Clock.due_at, Clock.id)


def _first_touched(calendar: Calendar) -> datetime:
    """No clock due before the first day that any earlier version disagrees about can move."""
    first: date | None = None
    for row in db.session.scalars(select(WorkCalendar)):
        for day in workcalendar.differences(clocks.as_calendar(row), calendar)[:1]:
            first = min(first, day) if first else day
    return midnight(first) if first else FAR
