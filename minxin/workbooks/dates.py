"""One cell of a workbook, turned into an instant.

The same column of a real file holds true Excel dates and dates typed as text, side by side.
All of them are wall time in China.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.workbooks.cells import clean, shown, to_text

EARLIEST = 1980
_SAMPLE = "请按“2019-02-20 16:26”的样子填写。"
# A bare number is an Excel serial only where it means a day of 1980–2100 (days since 1899-12-30).
_SERIALS = (29_221, 73_415)
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=SHANGHAI)

_WRITTEN = re.compile(
    r"""
    (?P<year>\d{4}) \s*[-/.年]\s* (?P<month>\d{1,2}) \s*[-/.月]\s* (?P<day>\d{1,2}) \s*[日号]?
    (?:\s* \(?(?:星期|周)[一二三四五六日天]\)?)?
    (?: (?:\s+|T|,|(?<=[日号])|(?<=\)))\s*
        (?P<half>凌晨|早上|上午|中午|下午|晚上)?\s*
        (?P<hour>\d{1,2}) \s*[:时点]\s* (?:(?P<minute>\d{1,2}) \s*[:分]?\s*)?
        (?:(?P<second>\d{1,2}) (?:\.\d+)? \s*秒?)?
        \s*(?P<half_after>[AaPp][Mm])?
        \s*(?P<offset>Z|[+-]\d\d:?\d\d)?
    )?
    """,
    re.VERBOSE,
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")


@dataclass(frozen=True, slots=True)
class _Moment:
    at: datetime
    whole_day: bool


def to_datetime(value: object, *, not_after: datetime | None = None) -> datetime | None:
    """The instant of the cell in Shanghai time, to the second; None for an empty cell.

    Reads Excel dates, Excel serial numbers, and text such as 2019/2/20 16:26:44,
    2019-02-20 16:26, 2019年2月20日 下午4时26分, 20190220162644, full-width digits included.
    A day without a time means its first moment.
    Raises Refused for anything else, for days that do not exist, for years before 1980, and for
    instants later than `not_after` (aware).
    """
    moment = _read(value)
    if moment is None:
        return None
    if not_after is not None and moment.at > not_after:
        raise Refused(f"“{_typed(value)}”晚于现在，请核对日期。")
    return moment.at


def to_due(value: object) -> datetime | None:
    """A due instant: the first moment that is late; None for an empty cell.

    A day without a time may be used up: 2019-02-20 gives 2019-02-21T00:00+08:00.
    Raises Refused as `to_datetime` does.
    """
    moment = _read(value)
    if moment is None:
        return None
    return moment.at + timedelta(days=1) if moment.whole_day else moment.at


def _read(value: object) -> _Moment | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return _of_excel(value)
    if isinstance(value, date):
        return _of_excel(datetime(value.year, value.month, value.day, tzinfo=SHANGHAI))
    if isinstance(value, int | float) and _SERIALS[0] <= value < _SERIALS[1]:
        return _of_excel(_EXCEL_EPOCH + timedelta(days=value))
    text = unicodedata.normalize("NFKC", to_text(value, limit=100)).strip(" '\"`")
    return _of_text(text) if text else None


def _of_excel(value: datetime) -> _Moment:
    if value.tzinfo is not None:
        value = value.astimezone(SHANGHAI).replace(tzinfo=None)
    # Excel stores days as floats: 11:25:05 may come back as 11:25:04.999.
    value = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    _expect_year(value.year, shown(value))
    return _Moment(value.replace(tzinfo=SHANGHAI), value.time() == datetime.min.time())


def _of_text(text: str) -> _Moment:
    compact = _COMPACT.fullmatch(text)
    if compact:
        year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups())
        return _moment(text, (year, month, day), (hour, minute, second), compact[4] is None)
    if re.fullmatch(r"\d+(\.\d+)?", text) and _SERIALS[0] <= float(text) < _SERIALS[1]:
        return _of_excel(_EXCEL_EPOCH + timedelta(days=float(text)))
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise Refused(f"看不懂日期“{text}”，{_SAMPLE}")
    day_parts = (int(found["year"]), int(found["month"]), int(found["day"]))
    clock_parts = (_hour(found, text), int(found["minute"] or 0), int(found["second"] or 0))
    moment = _moment(text, day_parts, clock_parts, found["hour"] is None)
    return _shifted(moment, found["offset"])


def _hour(found: re.Match[str], text: str) -> int:
    hour = int(found["hour"] or 0)
    half = (found["half"] or found["half_after"] or "").lower()
    if half in {"下午", "晚上", "pm"} and hour < 12:
        return hour + 12
    if half == "中午" and hour < 3:
        return hour + 12
    if half in {"凌晨", "am"} and hour == 12:
        return 0
    return hour


def _moment(
    text: str, day: tuple[int, int, int], clock: tuple[int, int, int], whole_day: bool
) -> _Moment:
    try:
        start = datetime(*day, tzinfo=SHANGHAI)
    except ValueError:
        raise Refused(f"没有“{text}”这一天，请核对日期。") from None
    _expect_year(day[0], text)
    hour, minute, second = clock
    midnight = clock == (24, 0, 0)
    if not midnight and (hour > 23 or minute > 59 or second > 59):
        raise Refused(f"没有“{text}”这个时间，请核对后再导入。")
    return _Moment(start + timedelta(hours=hour, minutes=minute, seconds=second), whole_day)


def _shifted(moment: _Moment, offset: str | None) -> _Moment:
    if offset is None:
        return moment
    # Written with its own offset: the digits are that zone's wall time, not Shanghai's.
    written = moment.at.replace(tzinfo=None).isoformat() + offset.replace("Z", "+00:00")
    try:
        return _Moment(datetime.fromisoformat(written).astimezone(SHANGHAI), False)
    except ValueError:
        raise Refused(f"看不懂日期“{written}”，{_SAMPLE}") from None


def _expect_year(year: int, text: str) -> None:
    if not EARLIEST <= year <= 2100:
        raise Refused(f"“{text}”的年份不对，请核对日期。")


def _typed(value: object) -> str:
    return clean(shown(value))
