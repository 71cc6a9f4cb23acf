"""When a clock runs out: rule, start and calendar give one instant and the whole working."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from minxin.calendars.counting import (
    DAY,
    Count,
    Step,
    calendar_days,
    end_of,
    last_day,
    midnight,
)
from minxin.calendars.pauses import Credit, Window, give_back
from minxin.calendars.rules import Rule
from minxin.calendars.workdays import Calendar
from minxin.clock import local


@dataclass(frozen=True)
class Extension:
    """An approved 延期: ``workdays`` counted from the old due day (1.8 A14)."""

    workdays: int

    def __post_init__(self) -> None:
        if self.workdays < 1:
            raise ValueError("an extension gives at least one workday")


@dataclass(frozen=True)
class Due:
    """A due instant with its inputs and its working.

    ``at`` is the first instant that is late (aware, UTC): on time means before it. ``steps`` are
    the days looked at, in order, without the start day; hour and minute rules have none unless
    extended. ``until`` is a day that a person chose instead. ``uncovered_years`` are the years
    whose arrangement the calendar lacks.
    """

    at: datetime
    rule: Rule
    calendar: Calendar
    start: datetime
    steps: tuple[Step, ...] = ()
    pauses: tuple[Credit, ...] = ()
    outages: tuple[Credit, ...] = ()
    extensions: tuple[Extension, ...] = ()
    uncovered_years: tuple[int, ...] = ()
    until: date | None = None

    @property
    def calendar_version(self) -> str:
        """The version of the calendar that was counted on."""
        return self.calendar.version

    @property
    def provisional(self) -> bool:
        """Whether a coming holiday arrangement may still move ``at``."""
        return bool(self.uncovered_years)


class ExemptWeek(Exception):
    """The week of a summary has no workday, so none is due (1.8 A22)."""

    def __init__(self, rule: Rule, calendar: Calendar, monday: date) -> None:
        self.rule, self.calendar = rule, calendar
        self.monday, self.sunday = monday, monday + DAY * 6
        super().__init__(f"no workday from {self.monday} to {self.sunday}")


def compute(
    rule: Rule,
    start: datetime,
    calendar: Calendar,
    *,
    pauses: Sequence[Window] = (),
    outages: Sequence[Window] = (),
    extensions: Sequence[Extension] = (),
    until: date | None = None,
) -> Due:
    """Return when ``rule``, started at the aware instant ``start``, runs out.

    Days: the start day is excluded and the last one ends at 24:00 Shanghai; calendar days are
    never rolled over a holiday (A1). Hours and minutes are plain elapsed time. A week rule may
    start at any instant of its week; raises ExemptWeek when that week has no workday. Extensions
    count from the old due day; time lost to windows is added last. A day that a person chose
    (``until``, of a promise) stands as it was chosen: nothing is counted or added. Raises
    ValueError for a naive ``start``.
    """
    if start.tzinfo is None:
        raise ValueError("a clock's start must carry its time zone")
    start = start.astimezone(UTC)
    if until is not None:
        return Due(end_of(until), rule, calendar, start, until=until)
    count = Count(calendar)
    steps = _steps(rule, start, count)
    at = end_of(steps[-1].day) if steps else start + (rule.elapsed or timedelta())
    for number, extension in enumerate(extensions, start=1):
        steps += count.workdays(last_day(at), extension.workdays, number)
        at = end_of(steps[-1].day)
    by_workdays = rule.unit in ("workday", "week")
    at, credits = give_back(
        start, at, (*pauses, *outages), count.is_workday if by_workdays else None
    )
    return Due(
        at=at,
        rule=rule,
        calendar=calendar,
        start=start,
        steps=tuple(steps),
        pauses=tuple(each for each in credits if each.window in pauses),
        outages=tuple(each for each in credits if each.window not in pauses),
        extensions=tuple(extensions),
        uncovered_years=count.uncovered_years,
    )


def _steps(rule: Rule, start: datetime, count: Count) -> list[Step]:
    day = last_day(start) if rule.from_due else local(start).date()
    if rule.unit == "day":
        return calendar_days(day, rule.amount)
    if rule.unit == "workday":
        return count.workdays(day, rule.amount)
    if rule.unit == "week":
        monday = day - DAY * day.weekday()
        # a list, not a generator: every day of the week is to be checked for coverage
        if not any([count.is_workday(monday + DAY * n) for n in range(7)]):
            raise ExemptWeek(rule, count.calendar, monday)
        return count.workdays(monday + DAY * 6, rule.amount)
    return []


def yellow_from(due: Due) -> datetime:
    """Return the aware UTC instant from which ``due`` shows 黄牌 (2.2: due less one workday).

    Workday rules: 00:00 of the workday before the due day; calendar-day rules: of the day
    before; week rules and rules of a single day: of the due day itself, for a card that is
    yellow from the first hour says nothing; hour and minute rules: half of the time. Never before
    the start.
    """
    if due.until is not None:
        return max(due.start, midnight(due.calendar.workday_before(due.until)))
    if not due.steps:
        return due.start + (due.at - due.start) / 2
    day = last_day(due.at)
    single = due.rule.unit in ("workday", "day") and due.rule.amount == 1
    if (single or due.rule.unit == "week") and not due.extensions:
        return max(due.start, midnight(day))
    if due.rule.unit == "day" and not due.extensions:
        return max(due.start, midnight(day - DAY))
    return max(due.start, midnight(due.calendar.workday_before(day)))
