"""Why this date: the working of a due instant in sentences that anyone can check."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from itertools import groupby

from minxin.calendars.counting import Step, calendar_days, last_day
from minxin.calendars.due import Due, ExemptWeek, compute
from minxin.calendars.pauses import Credit
from minxin.calendars.rules import Rule
from minxin.calendars.starting import read_start
from minxin.calendars.words import (
    Remaining,
    day_text,
    due_text,
    range_text,
    remaining,
    span_text,
    time_text,
    weekday_text,
)
from minxin.calendars.workdays import Calendar
from minxin.clock import SHANGHAI, local
from minxin.errors import Refused

__all__ = [
    "Remaining",
    "UnknownRule",
    "due_text",
    "exemption",
    "for_citizen",
    "remaining",
    "sentences",
    "warnings",
    "working",
]

EXEMPT = "免报"


class UnknownRule(Refused):
    """No deadline rule has the key that was asked for."""

    def __init__(self, key: str, rules: Mapping[str, Rule]) -> None:
        known = "、".join(f"{each.key}（{each.name_zh}）" for each in rules.values())
        super().__init__(f"没有名为“{key}”的时限规则。可用的规则：{known}。", field="rule")


def sentences(due: Due) -> list[str]:
    """Return the working of ``due`` in Chinese: limit, start, days, time given back, result."""
    year = local(due.start).year
    if due.until is not None:
        return [
            f"{due.rule.name_zh}：完成日期由承诺人自定（{due.rule.article}）。",
            f"到期：{_instant(due, year)}，此后即为超时限。",
        ]
    return [
        f"{due.rule.name_zh}：时限{due.rule.limit_zh}（{due.rule.article}）。",
        f"{_start(due)}。",
        *(f"{line}。" for line in _days(due, year)),
        *(f"平台停机{_credit(each, due)}。" for each in due.outages),
        *(f"{each.window.reason}，暂停计时{_credit(each, due)}。" for each in due.pauses),
        f"到期：{_instant(due, year)}，此后即为超时限。",
        *warnings(due),
    ]


def for_citizen(due: Due) -> list[str]:
    """Return the working of ``due`` for the person who waits: the same days, without articles."""
    year = local(due.start).year
    return [
        f"承办单位的办理时限是{due.rule.limit_zh}。",
        f"{_start(due)}。",
        *(f"{line}。" for line in _days(due, year)),
        *(f"平台停机{_credit(each, due)}。" for each in due.outages),
        *(f"期间暂停计时{_credit(each, due)}。" for each in due.pauses),
        f"最迟{_instant(due, year)}办出结果。",
        *warnings(due),
    ]


def warnings(due: Due) -> list[str]:
    """Return one sentence for each year that the calendar does not cover; empty when final."""
    return [
        f"{year}年放假安排尚未录入，暂按周一至周五计算，录入后将重算。"
        for year in due.uncovered_years
    ]


def exemption(exempt: ExemptWeek) -> str:
    """Return why no summary is due for the week."""
    holidays = dict.fromkeys(
        name
        for step in calendar_days(exempt.monday - timedelta(days=1), 7)
        if (name := exempt.calendar.holiday(step.day))
    )
    return (
        f"{range_text(exempt.monday, exempt.sunday)}{'、'.join(holidays)}放假，"
        f"全周没有工作日，免报{exempt.rule.name_zh}。"
    )


def working(rule_key: str, start_text: str, calendar: Calendar, rules: Mapping[str, Rule]) -> str:
    """Return the working of ``flask due RULE START`` as lines of text.

    The last line is the first late instant alone, ISO with +08:00, or 免报 for an exempt week.
    Raises UnknownRule and ``starting.BadStart`` (both Refused) with a Chinese sentence.
    """
    if rule_key not in rules:
        raise UnknownRule(rule_key, rules)
    rule = rules[rule_key]
    # A bare date names the whole day; as another clock's due instant that is its 24:00.
    start = read_start(start_text, bare_is_end=rule.from_due)
    try:
        due = compute(rule, start, calendar)
    except ExemptWeek as exempt:
        return f"{exemption(exempt)}\n{EXEMPT}"
    return "\n".join([*sentences(due), due.at.astimezone(SHANGHAI).isoformat()])


def _start(due: Due) -> str:
    start = local(due.start)
    if due.rule.from_due:
        return f"{due_text(due.start, due.start)} {due.rule.begins}，自次日起计"
    if due.rule.unit == "week":
        monday = start.date() - timedelta(days=start.weekday())
        week = range_text(monday, monday + timedelta(days=6))
        return f"{due.rule.begins}为{week}（周一至周日），自周日24:00起计"
    said = f"{day_text(start.date())}（{weekday_text(start.date())}）{_exact(due.start, '00:00')}"
    rest = "即时连续计时，双休日和法定假日照计" if due.rule.elapsed else "当日不计"
    return f"{said} {due.rule.begins}，{rest}"


def _days(due: Due, year: int) -> Iterator[str]:
    for extension, steps in groupby(due.steps, key=lambda step: step.extension):
        if extension:
            yield f"延期{due.extensions[extension - 1].workdays}个工作日，自原到期日次日起计"
        noun = "日" if due.rule.unit == "day" and not extension else "个工作日"
        for _, run in groupby(steps, key=lambda step: (step.number is None, step.reason)):
            yield _run(list(run), year, noun)
    if due.rule.unit == "day":
        yield "双休日和法定假日计算在内，期满不顺延"


def _run(run: list[Step], year: int, noun: str) -> str:
    first, last = run[0], run[-1]
    days = range_text(first.day, last.day, year)
    if first.number is None:
        reason = "休息" if first is last and first.reason == "周末" else first.reason
        return f"{days}{reason}，不计"
    numbers = f"第{first.number}" + ("" if first is last else f"至{last.number}")
    return f"{days}{first.reason}，计{numbers}{noun}"


def _credit(credit: Credit, due: Due) -> str:
    start, end = local(credit.window.start), local(credit.window.end)
    upto = f"{end:%H:%M}" if start.date() == end.date() else _stamp_text(credit)
    counted = "工作日时间" if due.rule.unit in ("workday", "week") else "时间"
    head = f"{day_text(start.date(), local(due.start).year)}{start:%H:%M}"
    return f"（{head}至{upto}），补回{counted} {span_text(credit.time)}"


def _stamp_text(credit: Credit) -> str:
    end = credit.window.end
    return f"{day_text(last_day(end), local(credit.window.start).year)}{time_text(end)}"


def _instant(due: Due, year: int) -> str:
    day = last_day(due.at)
    return f"{day_text(day, year)}（{weekday_text(day)}）{_exact(due.at, '24:00')}"


def _exact(at: datetime, midnight: str) -> str:
    # half an hour is counted to the second, so the working must show the seconds
    moment = local(at)
    if moment.time() == time():
        return midnight
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
