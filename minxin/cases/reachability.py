"""有效联系方式: can the citizen still be reached by phone, or is the public to be asked (A18)?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from minxin.calendars.words import day_text
from minxin.cases.models import Case, Clock, FollowUp
from minxin.cases.states import CallOutcome
from minxin.clock import local
from minxin.extensions import db

CALLS, DAYS = 3, 2
"""So many calls in vain, on so many days: then nobody can be called."""
IN_VAIN = frozenset({CallOutcome.NO_ANSWER, CallOutcome.WRONG_NUMBER})


def unreachable(has_phone: bool, failed: Iterable[date]) -> bool:
    """Can nobody be called? failed: the local day of each call in vain since the last report."""
    days = list(failed)
    return not has_phone or (len(days) >= CALLS and len(set(days)) >= DAYS)


def why_not(case: Case) -> str:
    """What is still missing before the public is asked; empty where nothing is."""
    return lacking(case.has_phone, failed_days(case))


def lacking(has_phone: bool, failed: Iterable[date]) -> str:
    """The same from the days of calls in vain: 已有2次未接通（4月29日2次）。还须再拨打1次，…"""
    days = sorted(failed)
    if unreachable(has_phone, days):
        return ""
    each = "、".join(
        f"{day_text(day, days[-1].year)}{number}次" for day, number in Counter(days).items()
    )
    said = f"已有{len(days)}次未接通（{each}）" if days else "还没有未接通的回访"
    other = {0: f"，并分在{DAYS}天以上", 1: "，其中至少1次在另外一天"}.get(len(set(days)), "")
    more = max(CALLS - len(days), 1)
    return f"诉求人留有电话，{said}。还须再拨打{more}次{other}，仍未接通的，才转网上征求意见"


def failed_days(case: Case) -> list[date]:
    """The days of the calls in vain since the present follow-up began, one entry a call."""
    since: datetime | None = db.session.scalar(calling_since(case.id))
    query = select(FollowUp.at, FollowUp.outcome).where(FollowUp.case_id == case.id)
    return failed([(at, outcome) for at, outcome in db.session.execute(query)], since)


def failed(calls: Iterable[tuple[datetime, str]], since: datetime | None) -> list[date]:
    """The same from calls that were read before."""
    return [
        local(at).date()
        for at, outcome in calls
        if outcome in IN_VAIN and (since is None or at >= since)
    ]


def calling_since(case_id: Any) -> Select[datetime]:
    """When the present follow-up began: a consultation that was stopped begins it anew."""
    return select(func.max(Clock.started_at)).where(
        Clock.case_id == case_id, Clock.rule_key == "followup"
    )
