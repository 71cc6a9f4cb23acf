# ruff: noqa: DTZ001 - instants in a workbook carry no zone
from datetime import UTC, date, datetime, time

import pytest

from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.workbooks.dates import to_datetime, to_due


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (datetime(2026, 3, 5, 9, 8, 7), at(2026, 3, 5, 9, 8, 7)),
        (datetime(2026, 3, 5, 9, 8, 6, 999_600), at(2026, 3, 5, 9, 8, 7)),
        (date(2026, 3, 5), at(2026, 3, 5)),
        (46086, at(2026, 3, 5)),
        (46086.5, at(2026, 3, 5, 12)),
        ("46086.5", at(2026, 3, 5, 12)),
        ("2026/3/5 9:08:07", at(2026, 3, 5, 9, 8, 7)),
        ("2026-03-05 09:08", at(2026, 3, 5, 9, 8)),
        ("2026.3.5", at(2026, 3, 5)),
        ("2026年3月5日", at(2026, 3, 5)),
        ("2026年3月5日9时8分", at(2026, 3, 5, 9, 8)),
        ("2026年3月5日 星期四 下午3点8分7秒", at(2026, 3, 5, 15, 8, 7)),
        ("2026年3月5日(周四) 9:08", at(2026, 3, 5, 9, 8)),
        ("2026-3-5 3:08 PM", at(2026, 3, 5, 15, 8)),
        ("2026-3-5 凌晨12:08", at(2026, 3, 5, 0, 8)),
        ("２０２６／３／５　９：０８", at(2026, 3, 5, 9, 8)),
        ("\t2026/3/5 9:08:07 \n", at(2026, 3, 5, 9, 8, 7)),
        ("'2026-03-05", at(2026, 3, 5)),
        ("20260305", at(2026, 3, 5)),
        (20260305090807, at(2026, 3, 5, 9, 8, 7)),
        ("2026-03-05 24:00", at(2026, 3, 6)),
        ("2026-03-05T09:08:07+08:00", at(2026, 3, 5, 9, 8, 7)),
        ("2026-03-05T01:08:07.123Z", at(2026, 3, 5, 9, 8, 7)),
        (" ", None),
        (None, None),
    ],
)
def test_a_date_is_read_however_it_was_written(cell: object, wanted: datetime | None) -> None:
    assert to_datetime(cell) == wanted


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("2026-02-30", "没有“2026-02-30”这一天"),
        ("2026年13月1日", "这一天"),
        ("2026-3-5 25:00", "这个时间"),
        ("2026-3-5 24:01", "这个时间"),
        ("3/5/2026", "看不懂日期"),
        ("26-3-5", "看不懂日期"),
        ("上周二", "看不懂日期“上周二”，请按“2019-02-20 16:26”的样子填写"),
        ("1900-01-01", "年份不对"),
        (datetime(1900, 1, 1), "年份不对"),
        (12, "看不懂日期"),
        (True, "看不懂日期"),
        (time(9, 8), "看不懂日期"),
        ("#VALUE!", "错误值"),
    ],
)
def test_a_date_that_is_none_is_refused_with_a_reason(cell: object, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        to_datetime(cell)


def test_a_date_in_the_future_is_refused_where_it_cannot_be() -> None:
    noon = datetime(2026, 3, 5, 4, tzinfo=UTC)
    assert to_datetime("2026-03-05 12:00", not_after=noon) == noon
    with pytest.raises(Refused, match="晚于现在"):
        to_datetime("2026-03-05 12:01", not_after=noon)


def test_a_due_day_may_be_used_to_its_end() -> None:
    assert to_due("2026年3月5日") == at(2026, 3, 6)
    assert to_due(datetime(2026, 3, 5)) == at(2026, 3, 6)
    assert to_due("2026-03-05 17:00") == at(2026, 3, 5, 17)
