"""Reading a start that a person typed: local time, minutes or seconds, or a bare date."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from minxin.calendars.counting import DAY, midnight
from minxin.clock import SHANGHAI
from minxin.errors import Refused

# Shanghai kept summer time until 1991; no case is that old, and no clock reaches past 2100.
FIRST_YEAR, LAST_YEAR = 2000, 2099

_FORM = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)


class BadStart(Refused):
    """The start is no instant: wrong form, or a date or time that does not exist."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="start")


def read_start(text: str, *, bare_is_end: bool = False) -> datetime:
    """Return the aware UTC instant of ``text``, read as Shanghai time unless it has an offset.

    ``2026-09-29 10:00``, ``…T10:00:30``, ``…T10:00+08:00``, ``2026-09-29 24:00`` (the end of
    that day) and ``2026-09-29`` (its beginning, or its end with ``bare_is_end``). Raises
    BadStart with a Chinese sentence.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise BadStart(f"看不懂起算时间“{text}”，请按“2026-09-29 10:00”的格式填写。")
    year, month, day, hour, minute, second, offset = match.groups()
    on = _date(text, int(year), int(month), int(day))
    if hour is None:
        return midnight(on + DAY if bare_is_end else on)
    clock = (int(hour), int(minute), int(second or 0))
    if clock == (24, 0, 0):
        on, clock = on + DAY, (0, 0, 0)
    try:
        local = datetime.combine(on, time(*clock))
        zone = SHANGHAI if offset is None else _zone(offset)
    except ValueError:
        raise BadStart(f"“{text}”的时间不存在，请填写00:00至24:00之间的时间。") from None
    return local.replace(tzinfo=zone).astimezone(UTC)


def _date(text: str, year: int, month: int, day: int) -> date:
    try:
        on = date(year, month, day)
    except ValueError:
        raise BadStart(f"“{text}”的日期不存在，请核对年、月、日。") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadStart(f"起算年份应在{FIRST_YEAR}年至{LAST_YEAR}年之间，请核对“{text}”。")
    return on


def _zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if minutes > 59:
        raise ValueError(offset)
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if offset[0] == "-" else span)
