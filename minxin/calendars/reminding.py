"""When a clock reminds: at half time, the day before, on the due day, and each day after.

Reminders keep to 8:00–18:00. A clock that counts workdays reminds on workdays only; one that
counts every day reminds on every day, because its time runs on; one of hours or minutes whenever
it is due to. That a deadline was missed is recorded at its instant, whatever the hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

from minxin.calendars.counting import DAY, last_day, midnight
from minxin.calendars.rules import Unit
from minxin.calendars.workdays import Calendar
from minxin.clock import local

OPENS, CLOSES = time(8), time(18)
"""Between these, Shanghai time, reminders are sent."""

Step = Literal["half", "before", "today", "late"]


class Rung(NamedTuple):
    """One reminder of a clock: which, a key that no other of its rungs has, and from when."""

    step: Step
    key: str
    at: datetime


@dataclass(frozen=True)
class Ladder:
    """The reminders of one clock. Holds no memory: what counts is the last rung that has passed,
    so whoever was away too long hears the newest word and not all that he missed."""

    unit: Unit
    started_at: datetime
    due_at: datetime
    calendar: Calendar

    def rungs(self) -> list[Rung]:
        """Those up to the first reminder of lateness, in order; each after the start."""
        found: list[Rung] = []
        for step, at in self._instants():
            if self.started_at < at and (step == "late" or at < self.due_at):
                while found and found[-1].at >= at:
                    found.pop()  # a later step says more
                found.append(Rung(step, step, at))
        return found

    def current(self, at: datetime) -> Rung | None:
        """The rung that speaks at an instant; after the due instant a new one each day."""
        passed = [rung for rung in self.rungs() if rung.at <= at]
        if not passed or passed[-1].step != "late":
            return passed[-1] if passed else None
        day = local(at).date()
        while not self._daily(day) or self._opening(day) > at:
            day -= DAY
        opened = self._opening(day)
        return Rung("late", f"late{day:%Y%m%d}", opened) if opened > passed[-1].at else passed[-1]

    def alarm(self, after: datetime) -> datetime:
        """The next instant after which there is something to say or to record."""
        coming = [at for at in (self.due_at, *(rung.at for rung in self.rungs())) if at > after]
        if coming:
            return min(coming)
        day = local(after).date()
        while not self._daily(day) or self._opening(day) <= after:
            day += DAY
        return self._opening(day)

    def open_from(self, at: datetime) -> datetime:
        """The first instant from `at` on at which a reminder may be sent."""
        if self.unit in ("hour", "minute"):
            return at
        moment = local(at)
        day = moment.date() + (DAY if moment.time() >= CLOSES else timedelta())
        while not self._daily(day):
            day += DAY
        return max(at, self._opening(day))

    def _instants(self) -> Iterator[tuple[Step, datetime]]:
        yield "half", self.open_from(self.started_at + (self.due_at - self.started_at) / 2)
        if self.unit not in ("hour", "minute"):
            last = last_day(self.due_at)
            before = last - DAY
            while not self._daily(before):
                before -= DAY
            yield "before", self._opening(before)
            if self._daily(last):
                yield "today", self._opening(last)
        yield "late", self.open_from(self.due_at)

    def _daily(self, day: date) -> bool:
        return self.unit in ("day", "hour", "minute") or self.calendar.is_workday(day)

    @staticmethod
    def _opening(day: date) -> datetime:
        return midnight(day) + timedelta(hours=OPENS.hour, minutes=OPENS.minute)
