"""The workday calendar of the city: each change is a new version, adopted whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import select

from minxin.audit import log
from minxin.background import later
from minxin.calendars.workdays import Calendar
from minxin.cases import clocks, tallies
from minxin.cases.models import WorkCalendar
from minxin.cases.starter import as_calendar_row
from minxin.clock import local
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.workbooks.dates import to_datetime

COVERAGE = timedelta(days=60)
"""How long before the calendar's end its next year is asked for."""
MOST_DAYS = 62
"""Longer than any holiday: a span that is longer is a slip of the pen."""

Word = Literal["休", "班", "平"]
WORDS: tuple[Word, ...] = ("休", "班", "平")
"""放假, 调休上班, or as the week has it (takes an entry back)."""

_LINE = re.compile(
    r"(?P<first>\d{4}\D\d{1,2}\D\d{1,2}日?)"
    r"(?:\s*(?:至|到|~|～|—|–|--)\s*(?P<last>\d{4}\D\d{1,2}\D\d{1,2}日?))?"
    r"\s*[，,]?\s*(?P<word>休|班|平)\s*[，,]?\s*(?P<name>\S*)"
)


@dataclass(frozen=True)
class Change:
    """One day of an arrangement: off, worked, or as the week has it; and the holiday behind it."""

    day: date
    word: Word
    name: str = ""


def newest() -> WorkCalendar:
    """The version in force."""
    return db.session.scalars(select(WorkCalendar).order_by(WorkCalendar.id.desc()).limit(1)).one()


def versions(limit: int = 20) -> Sequence[WorkCalendar]:
    """What was adopted, the newest first."""
    return db.session.scalars(
        select(WorkCalendar).order_by(WorkCalendar.id.desc()).limit(limit)
    ).all()


@dataclass(frozen=True)
class Ending:
    """The calendar comes to its end: what is missing, and how many due dates hang on it."""

    last: date
    provisional: int

    @property
    def year(self) -> int:
        """The first year that the calendar does not know."""
        return (self.last + timedelta(days=1)).year

    @property
    def words(self) -> str:
        """What follows from it."""
        last = f"{self.last.year}年{self.last.month}月{self.last.day}日"
        now = f"现有{self.provisional:,}个在办时限为暂定。" if self.provisional else ""
        return f"工作日历录到{last}，之后到期的时限暂按周一至周五计算，录入后自动重算。{now}"


def ending(today: date) -> Ending | None:
    """The end of the calendar, where it is near or due dates pass it already."""
    last = date.fromisoformat(newest().last)
    provisional = tallies.read().get(tallies.PROVISIONAL, 0)
    near = last - today <= COVERAGE
    return Ending(last, provisional) if near or provisional else None


def read_lines(text: str) -> list[Change]:
    """An arrangement as typed, one span a line: `2027-01-01 至 2027-01-03 休 元旦`.

    Raises Refused naming the line that cannot be read, or a day that does not exist.
    """
    changes: list[Change] = []
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    for number, line in lines:
        if not line:
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise Refused(
                f"第{number}行“{line[:40]}”看不懂，请按“2027-01-01 至 2027-01-03 休 元旦”填写",
                "lines",
            )
        try:
            first = day_of(found["first"])
            last = day_of(found["last"]) if found["last"] else first
        except Refused as refused:
            raise Refused(f"第{number}行：{refused.message}", "lines") from None
        if last < first or (last - first).days > MOST_DAYS:
            raise Refused(f"第{number}行：起止日期不对，一段最多{MOST_DAYS}天", "lines")
        word: Word = found["word"]  # type: ignore[assignment]
        changes += [
            Change(first + timedelta(days=n), word, found["name"])
            for n in range((last - first).days + 1)
        ]
    if not changes:
        raise Refused("请至少填写一行安排", "lines")
    return changes


def day_of(text: object) -> date:
    """A day as typed. Raises Refused for one that does not exist."""
    moment = to_datetime(text)
    if moment is None:
        raise Refused("请填写日期")
    return moment.date()


def drafted(base: Calendar, changes: Iterable[Change], last: date, version: str) -> Calendar:
    """The calendar that some changes make of another one; nothing is stored.

    Raises Refused for a day named twice, without a holiday's name, or beyond the coverage.
    """
    exceptions = dict(base.exceptions)
    named: dict[date, Word] = {}
    if last < base.last and any(day > last for day in exceptions):
        raise Refused("“安排录全至”之后已有录入的节假日，不能提前", "last")
    for change in changes:
        if named.setdefault(change.day, change.word) != change.word:
            raise Refused(f"{change.day:%Y-%m-%d}重复出现，且安排不同，请核对", "lines")
        if not base.first <= change.day <= last:
            raise Refused(
                f"{change.day:%Y-%m-%d}超出日历范围（{base.first:%Y-%m-%d}至{last:%Y-%m-%d}）。"
                "录入新一年的安排时，请同时填写“安排录全至”",
                "last" if change.day > last else "lines",
            )
        if _changes(change):
            if not change.name:
                raise Refused(f"请写明{change.day:%Y-%m-%d}属于哪个节日", "lines")
            exceptions[change.day] = change.name[:20]
        else:
            exceptions.pop(change.day, None)
    return Calendar(version, base.first, last, exceptions)


def next_version(at: datetime) -> str:
    """What the next version will be called: 2026-11-22-3."""
    number = (db.session.scalar(select(WorkCalendar.id).order_by(WorkCalendar.id.desc())) or 0) + 1
    return f"{local(at):%Y-%m-%d}-{number}"


def differences(old: Calendar, new: Calendar) -> list[date]:
    """The days on which two calendars differ, the first of newly covered days included."""
    days = {
        day
        for day in {*old.exceptions, *new.exceptions}
        if old.exceptions.get(day) != new.exceptions.get(day)
    }
    if old.last != new.last:
        days.add(min(old.last, new.last) + timedelta(days=1))
    return sorted(days)


def adopt(
    changes: Sequence[Change], last: date, *, base: str | None, by: Actor, at: datetime
) -> WorkCalendar:
    """Adopt a new version; open clocks are recomputed by a worker right after (cases.recomputing).

    base: the version that the page was made from. Raises Refused for an impossible arrangement or
    one that changes nothing, Conflict where another version was adopted meanwhile.
    """
    row = db.session.scalars(
        select(WorkCalendar).order_by(WorkCalendar.id.desc()).limit(1).with_for_update()
    ).one()
    if base is not None and row.version != base:
        raise Conflict("工作日历刚刚由他人更新，您的改动没有保存。请核对下方最新日历后再提交一次")
    old = clocks.as_calendar(row)
    calendar = drafted(old, changes, last, next_version(at))
    days = differences(old, calendar)
    if not days:
        raise Refused("这些安排与现行日历相同，没有需要采用的改动", "lines")
    made = as_calendar_row(calendar, at)
    db.session.add(made)
    db.session.flush()
    later("clocks.recompute", queue="long", calendar_id=made.id)
    if by.tenant_id is not None:
        log.record(
            "calendar.adopt",
            tenant_id=by.tenant_id,
            by=by,
            at=at,
            object_kind="calendar",
            object_id=made.id,
            payload={
                "version": made.version,
                "last": made.last,
                "days": [day.isoformat() for day in days[:100]],
            },
        )
    return made


def _changes(change: Change) -> bool:
    """Does the arrangement differ from Monday to Friday on that day?"""
    weekday = change.day.weekday() < 5
    return (change.word == "休" and weekday) or (change.word == "班" and not weekday)
