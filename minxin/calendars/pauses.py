"""Time given back to a clock: platform outages, rulings of 责任不清 (1.8 A2, 1.10)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from minxin.calendars.counting import DAY, midnight
from minxin.clock import local


@dataclass(frozen=True)
class Window:
    """A closed span in which a clock stood still; both ends aware, ``end`` excluded.

    A pause that is still open has no end and so no due instant yet: it is not a Window.
    """

    start: datetime
    end: datetime
    reason: str

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a window's ends must carry their time zone")
        if self.end <= self.start:
            raise ValueError("a window ends after it starts")


@dataclass(frozen=True)
class Credit:
    """What one window gave: the time by which it moved the due instant."""

    window: Window
    time: timedelta


def give_back(
    start: datetime,
    at: datetime,
    windows: Iterable[Window],
    is_workday: Callable[[date], bool] | None,
) -> tuple[datetime, tuple[Credit, ...]]:
    """Move the due instant ``at`` by what the windows took from a clock running since ``start``.

    Overlapping windows count once; one that opens after the clock ran out gives nothing. With
    ``is_workday`` (workday clocks) only time on workdays is lost, and it is given back on
    workdays, so that such a clock never ends on a day off.
    """
    credits: list[Credit] = []
    done = start
    for window in sorted(windows, key=lambda each: (each.start, each.end)):
        begin = max(window.start, done)
        if window.start >= at or window.end <= begin:
            continue
        done = window.end
        lost = _worked(begin, window.end, is_workday) if is_workday else window.end - begin
        if lost:
            at = _after_worked(at, lost, is_workday) if is_workday else at + lost
            credits.append(Credit(window, lost))
    return at, tuple(credits)


def _worked(begin: datetime, end: datetime, is_workday: Callable[[date], bool]) -> timedelta:
    total = timedelta()
    while begin < end:
        day = local(begin).date()
        stop = min(end, midnight(day + DAY))
        if is_workday(day):
            total += stop - begin
        begin = stop
    return total


def _after_worked(at: datetime, time: timedelta, is_workday: Callable[[date], bool]) -> datetime:
    while True:
        day = local(at).date()
        stop = midnight(day + DAY)
        if is_workday(day):
            if time <= stop - at:
                return at + time
            time -= stop - at
        at = stop
