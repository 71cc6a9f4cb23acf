"""How instants and counts are written on pages (looks.md, Numbers)."""

from __future__ import annotations

from datetime import date, datetime

from minxin import clock
from minxin.calendars import words
from minxin.cases.models import FAR
from minxin.cases.states import State

TONES = {
    State.UNCLAIMED: "open",
    State.CLAIMED: "work",
    State.DISPATCHED: "open",
    State.ACCEPTED: "work",
    State.HANDLING: "work",
    State.CLOSED: "done",
    State.REFUSED: "stop",
    State.WITHDRAWN: "stop",
}
"""The tone of a state's mark (components/state.html); what is not named waits for somebody."""


def tone(state: str) -> str:
    """How a state looks: open, work, wait, done or stop."""
    return TONES.get(State(state), "wait")


def moment(instant: datetime | str) -> str:
    """11月22日 16:40, with the year when it is not this one."""
    local = clock.local(_instant(instant))
    year = "" if local.year == clock.local(clock.now()).year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def full_moment(instant: datetime | str) -> str:
    """2026年11月22日 16:40:05, for titles and print."""
    local = clock.local(_instant(instant))
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}"


def day(value: date) -> str:
    """2026年11月22日."""
    return f"{value.year}年{value.month}月{value.day}日"


def remaining(due_at: datetime, yellow_at: datetime | None) -> words.Remaining | None:
    """剩2天4小时 and its level; None where no clock runs."""
    if due_at >= FAR:
        return None
    return words.remaining(due_at, clock.now(), yellow_at)


def waited(since: datetime, until: datetime | None) -> str:
    """The citizen's own clock, from receipt to the end or to now: 12 天 1 小时."""
    return words.span_text((until or clock.now()) - since)


def _instant(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
