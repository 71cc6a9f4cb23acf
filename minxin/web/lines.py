"""The lines of a list: the rows of a page put into words, once, before a template prints them.

Fifty rows are the largest part of a list's time. What is the same for all of them (this year, the
register's address) is found once here; the template only prints.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from flask import g, url_for

from minxin import clock
from minxin.calendars import words
from minxin.cases.clocks import WORDS
from minxin.cases.models import FAR
from minxin.cases.states import ENDED, UNHURRIED, WITH_UNIT, Kind, Source, State, Track, Urgency
from minxin.clock import local
from minxin.web.marks import tone

CARDS = {"soon": "黄牌 ", "late": "红牌 "}
PROVISIONAL = "（暂定：放假安排尚未录入，录入后重算）"

_KINDS = {kind.value: kind.label for kind in Kind}
_SOURCES = {source.value: source.label for source in Source}
_STATES = {state.value: (state.label, tone(state)) for state in State}
_URGENT = {each.value: each.label for each in Urgency if each is not Urgency.NORMAL}

_UNJUDGED = State.JUDGED.value
"""Of an answer that nobody judged a list says that it was archived."""


class Time(NamedTuple):
    """An instant for `<time>`: machine-readable, short (11月22日 16:40), whole for the title."""

    iso: str
    short: str
    full: str


class Left(NamedTuple):
    """What a clock says in a list (components/clock.html): words, level, title."""

    words: str
    level: str
    title: str = ""


class Line(NamedTuple):
    """One case of a list, in words.

    urgency: empty where it is normal · unit: empty where the case was not dispatched · tenant: at
    the city's desk only · left: None where no clock is shown · closed: None while it is open.
    """

    number: str
    url: str
    title: str
    urgency: str
    about: str
    unit: str
    tenant: str
    state: str
    tone: str
    left: Left | None
    provisional: bool
    closed: Time | None
    updated: Time


def of(rows: Iterable[Any], *, by_unit: bool) -> list[Line]:
    """The rows of `cases.lists` in words. by_unit: for a unit, whose clock alone is shown to it."""
    now = clock.now()
    year = local(now).year
    register = url_for("workbench.cases", desk=g.desk.slug)  # every case has its page below it
    return [
        Line(
            number=row.number,
            url=f"{register}/{row.number}",
            title=row.title,
            urgency=_URGENT.get(row.urgency, ""),
            about=_about(row),
            unit=row.unit_name or "",
            tenant=row.tenant_name if g.desk.is_city else "",
            state=_state(row),
            tone=_STATES[row.state][1],
            left=_left(row, now, by_unit),
            provisional=row.due_provisional,
            closed=_time(row.closed_at, year) if row.closed_at else None,
            updated=_time(row.updated_at, year),
        )
        for row in rows
    ]


def _state(row: Any) -> str:
    if row.state == _UNJUDGED and row.satisfaction is None:
        return "已归档"
    return _STATES[row.state][0]


def _about(row: Any) -> str:
    asked = " · 网络回应" if row.track == Track.QUESTION.value else ""
    return f"{_KINDS.get(row.kind, '未定性')} · {_SOURCES[row.source]}{asked}"


def _left(row: Any, now: datetime, by_unit: bool) -> Left | None:
    # What is reported runs by the office's clock, not by the unit's.
    if row.due_at < FAR and (not by_unit or row.state in WITH_UNIT):
        if row.state in UNHURRIED:
            return _window(row.due_at, now)
        left = words.remaining(row.due_at, now, row.yellow_at)
        due = f"{WORDS.get(row.clock_key, '')}时限 {words.due_text(row.due_at, now)} 到期"
        provisional = PROVISIONAL if row.due_provisional else ""
        return Left(
            f"{CARDS.get(left.level, '')}{left.words}",
            left.level,
            f"{due}{provisional}。点开看为什么是这一天",
        )
    if row.clock_key and row.state not in ENDED and not by_unit:
        return Left("暂停计时", "paused")
    return None


def _window(ends_at: datetime, now: datetime) -> Left:
    if now >= ends_at:
        return Left("已期满", "soon", f"征求意见已于 {words.due_text(ends_at, now)} 期满")
    return Left(f"至 {words.due_text(ends_at, now)}", "fine", "正在网上公开征求意见")


def _time(instant: datetime, year: int) -> Time:
    here = local(instant)
    day, at = f"{here.month}月{here.day}日", f"{here.hour:02}:{here.minute:02}"
    this_year = "" if here.year == year else f"{here.year}年"
    return Time(
        instant.isoformat(),
        f"{this_year}{day} {at}",
        f"{here.year}年{day} {at}:{here.second:02}",
    )
