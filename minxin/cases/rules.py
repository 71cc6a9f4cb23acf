"""Deadline rules of the city: a new version each time, from an instant on; none is ever edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from minxin.audit import log
from minxin.calendars.counting import midnight
from minxin.calendars.due import Due, ExemptWeek, compute
from minxin.calendars.rules import DEFAULT_RULES, UNIT_ZH, Rule
from minxin.calendars.workdays import Calendar
from minxin.cases.models import DeadlineRule
from minxin.clock import local
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people import given
from minxin.people.actor import Actor

FIXED = frozenset({"question"})
"""第九条（一）names this limit itself: four calendar days."""

MOST = {"workday": 365, "day": 365, "hour": 720, "minute": 1440, "week": 5}


@dataclass(frozen=True)
class NewVersion:
    """What a rule is to say: how much of which unit, by which article, from when on."""

    amount: int
    unit: str
    article: str
    adopted_at: datetime


def versions(key: str | None = None) -> Sequence[DeadlineRule]:
    """Every version of one rule, or of all, the newest first."""
    query = select(DeadlineRule).order_by(DeadlineRule.key, DeadlineRule.version.desc())
    return db.session.scalars(query.where(DeadlineRule.key == key) if key else query).all()


def in_order(rows: Sequence[DeadlineRule]) -> list[list[DeadlineRule]]:
    """Versions by rule, the rules in the order of a case's life."""
    by_key: dict[str, list[DeadlineRule]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    order = {key: place for place, key in enumerate(DEFAULT_RULES)}
    return [by_key[key] for key in sorted(by_key, key=lambda key: order.get(key, 999))]


def in_force(rows: Sequence[DeadlineRule], at: datetime) -> DeadlineRule:
    """The version of one rule's that counts at an instant: the newest that has begun.

    The first one counts for all time before: cases may be older than the installation.
    """
    return next((row for row in rows if row.adopted_at <= at), rows[-1])


def adopt(
    key: str, new: NewVersion, *, by: Actor, at: datetime, base: int | None = None
) -> DeadlineRule:
    """Adopt a new version of a rule; clocks that run already keep theirs.

    base: the version that the form was made from. Raises Refused for a limit that makes no sense
    or that the regulation fixes, Conflict where somebody adopted another version meanwhile.
    """
    rows = db.session.scalars(
        select(DeadlineRule)
        .where(DeadlineRule.key == key)
        .order_by(DeadlineRule.version.desc())
        .with_for_update()
    ).all()
    if not rows:
        raise Refused("没有这条时限规则", "key")
    newest = rows[0]
    if base is not None and base != newest.version:
        raise Conflict(
            f"这条规则刚刚由他人更新到第{newest.version}版，您的修改没有保存。请核对后再提交一次"
        )
    rule = checked(newest, new)
    if new.adopted_at < at - timedelta(minutes=1):
        raise Refused("生效时间不能早于现在；已经开始的时限按原版本计算", "adopted_at")
    if new.adopted_at > at + timedelta(days=366):
        raise Refused("生效时间不能晚于一年以后，请核对日期", "adopted_at")
    if new.adopted_at < newest.adopted_at:
        raise Refused(
            f"第{newest.version}版将于{local(newest.adopted_at):%Y-%m-%d %H:%M}生效，"
            "新版本须在此之后",
            "adopted_at",
        )
    made = DeadlineRule(
        key=key,
        version=newest.version + 1,
        name=newest.name,
        unit=rule.unit,
        amount=rule.amount,
        article=rule.article,
        begins=newest.begins,
        from_due=newest.from_due,
        adopted_at=max(new.adopted_at, newest.adopted_at),
    )
    db.session.add(made)
    db.session.flush()
    _note(made, by, at)
    return made


def checked(newest: DeadlineRule, new: NewVersion) -> Rule:
    """The rule that a new version would be. Raises Refused where it makes no sense."""
    if newest.key in FIXED:
        raise Refused("4日时限由第九条（一）规定，不能调整")
    if new.unit not in UNIT_ZH:
        raise Refused("请选择计算单位", "unit")
    if (new.unit == "week") != (newest.unit == "week"):
        raise Refused("按周计算的规则只用于周总结", "unit")
    if not 1 <= new.amount <= MOST[new.unit]:
        raise Refused(f"时限请填1至{MOST[new.unit]}之间的整数", "amount")
    article = given.name(new.article, "依据", field="article", limit=100)
    if (new.amount, new.unit, article) == (newest.amount, newest.unit, newest.article):
        raise Refused("与现行版本相同，没有需要采用的改动", "amount")
    return Rule(
        newest.key,
        newest.name,
        new.unit,  # type: ignore[arg-type]
        new.amount,
        article,
        newest.version + 1,
        newest.begins,
        newest.from_due,
    )


def examples(rule: Rule, calendar: Calendar, today: date) -> list[tuple[datetime, Due | None]]:
    """Five starts (an ordinary morning, a Friday evening, before the long holidays) and what
    comes of each; None where no duty arises."""
    shown: list[tuple[datetime, Due | None]] = []
    for day, hour in _starts(calendar, today):
        start = midnight(day) + timedelta(hours=hour)
        try:
            shown.append((start, compute(rule, start, calendar)))
        except ExemptWeek:
            shown.append((start, None))
    return shown


def _starts(calendar: Calendar, today: date) -> list[tuple[date, int]]:
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    found = [(_workday_from(calendar, today), 10), (friday, 17), (friday + timedelta(days=1), 9)]
    found.append((_before_holiday(calendar, friday), 16))
    found.append((date(today.year + (today.month > 9), 9, 30), 10))
    return sorted(dict.fromkeys(found))


def _workday_from(calendar: Calendar, day: date) -> date:
    while not calendar.is_workday(day):
        day += timedelta(days=1)
    return day


def _before_holiday(calendar: Calendar, after: date) -> date:
    """The last workday before the next holiday that the calendar knows, else the next Monday."""
    for ahead in range(3, 370):
        day = after + timedelta(days=ahead)
        if calendar.is_workday(day) and calendar.holiday(day + timedelta(days=1)):
            return day
    return after + timedelta(days=3)


def _note(made: DeadlineRule, by: Actor, at: datetime) -> None:
    if by.tenant_id is not None:
        log.record(
            "rule.adopt",
            tenant_id=by.tenant_id,
            by=by,
            at=at,
            object_kind="rule",
            object_id=made.id,
            payload={
                "key": made.key,
                "version": made.version,
                "amount": made.amount,
                "unit": made.unit,
                "from": made.adopted_at.isoformat(),
            },
        )
