"""Instants and spans in the office's words: 10月19日 24:00, 剩 2 天 4 小时."""

from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from minxin import clock
from minxin.calendars.counting import DAY, last_day, midnight
from minxin.clock import local

WEEKDAYS = "一二三四五六日"

Level = Literal["fine", "soon", "late"]


class Remaining(NamedTuple):
    """What a clock says: the words, and the level that its colour and icon follow."""

    words: str
    level: Level


def day_text(day: date, year: int | None = None) -> str:
    """Return 10月19日, with the year in front unless it is ``year``."""
    words = f"{day.month}月{day.day}日"
    return words if day.year == year else f"{day.year}年{words}"


def weekday_text(day: date) -> str:
    """Return 周一 to 周日."""
    return f"周{WEEKDAYS[day.weekday()]}"


def range_text(first: date, last: date, year: int | None = None) -> str:
    """Return 10月1日至7日 or 9月30日至10月2日; one day alone carries its weekday."""
    head = day_text(first, year)
    if first == last:
        return f"{head}（{weekday_text(first)}）"
    if (first.year, first.month) == (last.year, last.month):
        return f"{head}至{last.day}日"
    return f"{head}至{day_text(last, first.year)}"


def time_text(at: datetime) -> str:
    """Return the local time 10:00; midnight, which ends the day before, as 24:00."""
    moment = local(at)
    return "24:00" if at == midnight(moment.date()) else f"{moment:%H:%M}"


def due_text(at: datetime, now: datetime | None = None) -> str:
    """Return a due instant as 10月19日 24:00, with the year when it is not that of ``now``."""
    year = local(now or clock.now()).year
    return f"{day_text(last_day(at), year)} {time_text(at)}"


def span_text(span: timedelta) -> str:
    """Return a span in its two largest units: 2 天 4 小时, 3 小时 20 分, 25 分钟."""
    minutes = span // timedelta(minutes=1)
    if not minutes:
        return "不足 1 分钟"
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    if hours:
        return f"{hours} 小时 {minutes} 分" if minutes else f"{hours} 小时"
    return f"{minutes} 分钟"


def remaining(
    due_at: datetime, now: datetime | None = None, yellow_at: datetime | None = None
) -> Remaining:
    """Return how a clock due at ``due_at`` reads at ``now``.

    剩 2 天 4 小时 · 今日到期 · 超期 1 天. It is ``soon`` from ``yellow_at`` (see
    ``due.yellow_from``); without it, from 00:00 of the day before the due day. All aware.
    """
    now = now or clock.now()
    if now >= due_at:
        return Remaining(_overdue(now - due_at), "late")
    day = last_day(due_at)
    soon = now >= (yellow_at or midnight(day - DAY)) or local(now).date() == day
    return Remaining(_left(due_at, now), "soon" if soon else "fine")


def _left(due_at: datetime, now: datetime) -> str:
    today = local(now).date()
    if due_at == midnight(today + DAY):
        return "今日到期"
    left = span_text(due_at - now)
    return f"剩 {left}" if left[0].isdigit() else f"剩{left}"


def _overdue(span: timedelta) -> str:
    if span.days:
        return f"超期 {span.days} 天"
    if span < timedelta(minutes=1):
        return "刚刚超期"
    hours = span // timedelta(hours=1)
    return f"超期 {hours} 小时" if hours else f"超期 {span_text(span)}"
