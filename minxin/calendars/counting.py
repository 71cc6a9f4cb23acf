"""Counting days: the start day is excluded, each counted or skipped day is kept as a step."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from minxin.calendars.workdays import Calendar
from minxin.clock import SHANGHAI, local

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One day of the working.

    ``number`` is which day of the limit it is, or None when the day is skipped; ``reason`` says
    why it is skipped (国庆节放假, 周末) or, for a weekend day, why it counts (国庆节调休上班);
    ``extension`` is 0 within the rule's own limit, n within the n-th extension.
    """

    day: date
    number: int | None
    reason: str = ""
    extension: int = 0


class Count:
    """Counts on one calendar and remembers the years for which it had no arrangement."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._uncovered: set[int] = set()

    @property
    def uncovered_years(self) -> tuple[int, ...]:
        """The years, ascending, of the days that were judged by the bare weekday pattern."""
        return tuple(sorted(self._uncovered))

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is worked, noting its year when the calendar does not cover it."""
        if not self.calendar.covers(day):
            self._uncovered.add(day.year)
        return self.calendar.is_workday(day)

    def workdays(self, after: date, amount: int, extension: int = 0) -> list[Step]:
        """Return the steps from the day after ``after`` to the ``amount``-th workday."""
        steps: list[Step] = []
        day, number = after, 0
        while number < amount:
            day += DAY
            worked = self.is_workday(day)
            number += worked
            steps.append(Step(day, number if worked else None, self._reason(day), extension))
        return steps

    def _reason(self, day: date) -> str:
        if self.calendar.is_makeup(day):
            return f"{self.calendar.exceptions[day]}调休上班"
        if self.calendar.is_workday(day):
            return ""
        holiday = self.calendar.holiday(day)
        return f"{holiday}放假" if holiday else "周末"


def calendar_days(after: date, amount: int) -> list[Step]:
    """Return the steps of ``amount`` calendar days, weekends and holidays counted alike."""
    return [Step(after + DAY * number, number) for number in range(1, amount + 1)]


def midnight(day: date) -> datetime:
    """Return the instant, UTC, at which ``day`` begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return 24:00 of ``day`` in Shanghai as a UTC instant: the first that is late."""
    return midnight(day + DAY)


def last_day(at: datetime) -> date:
    """Return the local day of the last instant before ``at``: 24:00 belongs to the day it ends."""
    return local(at - timedelta.resolution).date()
