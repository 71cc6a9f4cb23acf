"""Which days are worked: Monday to Friday, but for holidays (放假) and make-up days (调休)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version as installed_version
from types import MappingProxyType
from typing import NamedTuple

from chinese_calendar import constants

NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


class SpecialDay(NamedTuple):
    """One line of a yearly arrangement (放假安排): the day, whether it is worked, the holiday."""

    day: date
    worked: bool
    name: str


@dataclass(frozen=True)
class Calendar:
    """A version of the workday calendar.

    ``exceptions`` holds only the days that differ from Monday to Friday, each with the Chinese
    name of the holiday behind it: a weekday in it is off, a weekend day in it is worked.
    Outside ``first``..``last`` (both included) the bare Monday-to-Friday pattern answers, and
    ``covers`` is False: who computes there must say so.
    """

    version: str
    first: date
    last: date
    exceptions: Mapping[date, str] = field(repr=False, hash=False)

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a calendar ends after it begins")
        outside = [day for day in self.exceptions if not self.covers(day)]
        if outside:
            raise ValueError(f"exceptions outside the coverage: {min(outside)}")
        object.__setattr__(self, "exceptions", MappingProxyType(dict(self.exceptions)))

    def covers(self, day: date) -> bool:
        """Whether the official arrangement for ``day`` is known."""
        return self.first <= day <= self.last

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is worked; beyond the coverage, whether it is Monday to Friday."""
        return _weekday(day) != (day in self.exceptions)

    def is_makeup(self, day: date) -> bool:
        """Whether ``day`` is a weekend day that is worked (调休上班)."""
        return day in self.exceptions and not _weekday(day)

    def holiday(self, day: date) -> str | None:
        """Return the Chinese name of the holiday that ``day`` is off for, else None.

        A weekend that touches a holiday belongs to it (10-03 is a Saturday of 国庆节).
        """
        if self.is_workday(day):
            return None
        return self._nearest(day, -1) or self._nearest(day, +1)

    def _nearest(self, day: date, step: int) -> str | None:
        while not self.is_workday(day):
            if day in self.exceptions:
                return self.exceptions[day]
            day += timedelta(days=step)
        return None

    def workday_before(self, day: date) -> date:
        """Return the last workday before ``day``."""
        day -= timedelta(days=1)
        while not self.is_workday(day):
            day -= timedelta(days=1)
        return day


def arranged(version: str, first: date, last: date, days: Iterable[SpecialDay]) -> Calendar:
    """Build a calendar from arrangement lines, dropping those that change nothing.

    Raises ValueError when a line lies outside ``first``..``last``.
    """
    changing = {line.day: line.name for line in days if line.worked != _weekday(line.day)}
    return Calendar(version, first, last, changing)


@cache
def official() -> Calendar:
    """Return the State Council's arrangements as ``chinesecalendar`` carries them.

    Covers whole years: the yearly notice settles every day of its year, also those after the
    last holiday that it names.
    """
    years = {day.year for day in constants.holidays}
    return arranged(
        f"chinesecalendar-{installed_version('chinesecalendar')}",
        date(min(years), 1, 1),
        date(max(years), 12, 31),
        (
            *(SpecialDay(day, False, _zh(name)) for day, name in constants.holidays.items()),
            *(SpecialDay(day, True, _zh(name)) for day, name in constants.workdays.items()),
        ),
    )


def _zh(name: str) -> str:
    # a later chinesecalendar may know a one-off holiday that is not in the table
    return NAMES.get(name) or str(constants.Holiday(name).chinese)


def _weekday(day: date) -> bool:
    return day.weekday() < 5
