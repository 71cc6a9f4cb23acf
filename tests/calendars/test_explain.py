"""The words: the working, the last line of `flask due`, what a clock says."""

from datetime import datetime

import pytest

from minxin.calendars.due import Extension, compute
from minxin.calendars.explain import due_text, remaining, sentences, warnings, working
from minxin.calendars.pauses import Window
from minxin.calendars.rules import DEFAULT_RULES
from minxin.calendars.workdays import official
from minxin.clock import SHANGHAI
from minxin.errors import Refused


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def work(key: str, start: str) -> str:
    return working(key, start, official(), DEFAULT_RULES)


def test_the_working_of_a_complaint_over_national_day_reads_day_by_day():
    assert work("complaint", "2026-09-29 10:00").splitlines() == [
        "投诉办理：时限10个工作日（第九条（二），时限按系统默认值）。",
        "2026年9月29日（周二）10:00 转办，当日不计。",
        "9月30日（周三），计第1个工作日。",
        "10月1日至7日国庆节放假，不计。",
        "10月8日至9日，计第2至3个工作日。",
        "10月10日（周六）国庆节调休上班，计第4个工作日。",
        "10月11日（周日）休息，不计。",
        "10月12日至16日，计第5至9个工作日。",
        "10月17日至18日周末，不计。",
        "10月19日（周一），计第10个工作日。",
        "到期：10月19日（周一）24:00，此后即为超时限。",
        "2026-10-20T00:00:00+08:00",
    ]


def test_the_working_of_a_question_says_that_holidays_count():
    lines = work("question", "2026-09-30 16:40").splitlines()
    assert "双休日和法定假日计算在内，期满不顺延。" in lines
    assert lines[-1] == "2026-10-05T00:00:00+08:00"


def test_the_working_of_an_exempt_week_ends_with_the_exemption():
    assert work("summary", "2026-02-18").splitlines() == [
        "2026年2月16日至22日春节放假，全周没有工作日，免报周总结。",
        "免报",
    ]


def test_the_working_past_the_coverage_warns():
    lines = work("claim", "2026-12-31 10:00").splitlines()
    assert lines[-2] == "2027年放假安排尚未录入，暂按周一至周五计算，录入后将重算。"
    assert lines[-1] == "2027-01-02T00:00:00+08:00"


def test_minutes_are_said_to_the_second_when_they_have_seconds():
    lines = work("instruction_request", "2026-12-31 23:45:10").splitlines()
    assert lines[-2:] == [
        "到期：2027年1月1日（周五）00:15:10，此后即为超时限。",
        "2027-01-01T00:15:10+08:00",
    ]


@pytest.mark.parametrize(
    "start",
    [
        "2026-09-29 10:00", "2026-09-29 10:00:30", "2026-09-29T10:00", "2026-09-29T10:00:00",
        "2026-09-29", " 2026-9-29 9:05 ", "2026-09-29T10:00:00+08:00", "2026-09-29T02:00Z",
        "2026-09-28 24:00",
    ],
)  # fmt: skip
def test_a_start_may_be_written_in_these_forms(start):
    assert work("complaint", start).endswith("\n2026-10-20T00:00:00+08:00")


@pytest.mark.parametrize(
    "old_due",
    ["2026-10-19", "2026-10-19 24:00", "2026-10-19 17:00", "2026-10-20T00:00:00+08:00"],
)
def test_an_extension_starts_from_an_old_due_however_it_is_written(old_due):
    assert work("extension", old_due).endswith("\n2026-10-27T00:00:00+08:00")


@pytest.mark.parametrize(
    ("start", "says"),
    [
        ("2026-02-30 10:00", "日期不存在"),
        ("2026-13-01", "日期不存在"),
        ("2025-02-29", "日期不存在"),
        ("2026-09-29 25:00", "时间不存在"),
        ("2026-09-29 24:01", "时间不存在"),
        ("2026-09-29 10:60", "时间不存在"),
        ("2026-09-29 10:00+99:00", "时间不存在"),
        ("1987-06-01", "年份应在"),
        ("9999-12-31", "年份应在"),
        ("昨天", "看不懂"),
        ("", "看不懂"),
        ("2026-09-29 10", "看不懂"),
    ],
)
def test_an_impossible_start_is_refused_in_chinese(start, says):
    with pytest.raises(Refused, match=says):
        work("complaint", start)


def test_an_unknown_rule_is_refused_with_the_keys():
    with pytest.raises(Refused, match=r"没有名为“complain”.*complaint（投诉办理）.*summary"):
        work("complain", "2026-09-29")


def test_every_rule_has_a_working():
    for key in DEFAULT_RULES:
        last = work(key, "2026-09-29 10:00").splitlines()[-1]
        assert datetime.fromisoformat(last).utcoffset() == at("2026-01-01").utcoffset()


def test_extensions_and_windows_stand_in_the_working():
    due = compute(
        DEFAULT_RULES["consult"],
        at("2026-11-02 09:00"),
        official(),
        pauses=[Window(at("2026-11-05 12:00"), at("2026-11-07 00:00"), "责任不清裁定")],
        outages=[Window(at("2026-11-03 08:00"), at("2026-11-03 11:30"), "机房断电")],
        extensions=[Extension(2)],
    )
    lines = sentences(due)
    assert "延期2个工作日，自原到期日次日起计。" in lines
    assert "平台停机（11月3日08:00至11:30），补回工作日时间 3 小时 30 分。" in lines
    assert (
        "责任不清裁定，暂停计时（11月5日12:00至11月6日24:00），补回工作日时间 1 天 12 小时。"
        in lines
    )
    assert "到期：11月13日（周五）15:30，此后即为超时限。" in lines
    assert warnings(due) == []


@pytest.mark.parametrize(
    ("instant", "now", "words"),
    [
        ("2026-10-20 00:00", "2026-10-01", "10月19日 24:00"),
        ("2026-10-19 14:30", "2026-10-01", "10月19日 14:30"),
        ("2027-01-01 00:00", "2026-12-01", "12月31日 24:00"),
        ("2027-01-05 00:00", "2026-12-31 23:59", "2027年1月4日 24:00"),
        ("2026-01-01 00:00", "2026-01-01", "2025年12月31日 24:00"),
    ],
)
def test_midnight_is_said_as_the_end_of_the_day(instant, now, words):
    assert due_text(at(instant), at(now)) == words


@pytest.mark.parametrize(
    ("now", "words", "level"),
    [
        ("2026-10-12 08:00", "剩 7 天 16 小时", "fine"),
        ("2026-10-15 23:59", "剩 4 天", "fine"),
        ("2026-10-16 00:00", "剩 4 天", "soon"),
        ("2026-10-17 20:00", "剩 2 天 4 小时", "soon"),
        ("2026-10-18 22:30", "剩 1 天 1 小时", "soon"),
        ("2026-10-19 00:00", "今日到期", "soon"),
        ("2026-10-19 23:59:59", "今日到期", "soon"),
        ("2026-10-20 00:00", "刚刚超期", "late"),
        ("2026-10-20 00:20", "超期 20 分钟", "late"),
        ("2026-10-20 09:30", "超期 9 小时", "late"),
        ("2026-10-21 00:00", "超期 1 天", "late"),
        ("2026-10-30 12:00", "超期 10 天", "late"),
    ],
)
def test_a_clock_says_what_is_left(now, words, level):
    assert remaining(at("2026-10-20"), at(now), yellow_at=at("2026-10-16")) == (words, level)


def test_a_clock_of_hours_says_hours_and_minutes():
    due = at("2026-10-19 14:30")
    assert remaining(due, at("2026-10-19 11:10")) == ("剩 3 小时 20 分", "soon")
    assert remaining(due, at("2026-10-19 14:05")) == ("剩 25 分钟", "soon")
    assert remaining(due, at("2026-10-19 14:29:40")) == ("剩不足 1 分钟", "soon")


def test_without_a_yellow_instant_the_day_before_is_soon():
    assert remaining(at("2026-10-20"), at("2026-10-17 23:59")).level == "fine"
    assert remaining(at("2026-10-20"), at("2026-10-18 00:00")).level == "soon"
