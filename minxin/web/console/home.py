"""The console's first page: what asks for somebody's hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import render_template, url_for
from sqlalchemy import func, select

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.cases import readiness, workcalendar
from minxin.extensions import db
from minxin.people import tenants
from minxin.people.models import Responder, Unit, User
from minxin.web.console import pages
from minxin.web.frame import MANAGING
from minxin.web.guards import permitted
from minxin.web.life import me

SOON = timedelta(days=30)


@pages.get("/")
@permitted(*MANAGING)
def home() -> Any:
    """Alerts, the gravest first; nothing to do says so."""
    by, at = me(), clock.now()
    today = clock.local(at).date()
    organising = check.has(by, P.ORGANISATION_MANAGE)
    lacks = list(readiness.lacks(at).values()) if organising else []
    waiting: dict[str, list[readiness.Lack]] = {}
    for lack in lacks:
        if lack.blocked:
            waiting.setdefault(lack.tenant, []).append(lack)
    return render_template(
        "console/home.html",
        urgent=[lack for lack in lacks if not lack.blocked],
        waiting=waiting,
        alerts=[*_waiting(by), *_calendar(by, today), *_administrators(by)],
        ending=_ending(today) if organising else [],
    )


def _waiting(by: Any) -> list[tuple[str, str, str]]:
    """(words, what to do, address): accounts that wait for their role."""
    query = select(func.count(User.id)).where(User.waiting)
    number = db.session.scalar(query) or 0
    if not number or not check.has(by, P.ROLE_MANAGE):
        return []
    url = url_for("console.people", state="waiting")
    return [(f"{number}个新账号等待授权", "核对单位和角色后授权，本人才能登录。", url)]


def _calendar(by: Any, today: date) -> list[tuple[str, str, str]]:
    if not check.has(by, P.RULES_MANAGE):
        return []
    ending = workcalendar.ending(today)
    if ending is None:
        return []
    url = url_for("console.calendar", year=ending.year)
    return [(f"{ending.year}年放假安排尚未录入", ending.words, url)]


def _administrators(by: Any) -> list[tuple[str, str, str]]:
    if not check.has(by, P.TENANT_MANAGE):
        return []
    without = tenants.without_administrator()
    if not without:
        return []
    names = [tenant.name for tenant in tenants.every() if tenant.id in without]
    return [
        (
            f"{len(names)}个区县没有系统管理员或安全管理员",
            f"{'、'.join(names[:8])}{'等' if len(names) > 8 else ''}不能自行维护单位和账号，"
            "请设立首任管理员。",
            url_for("console.tenants"),
        )
    ]


def _ending(today: date) -> list[Any]:
    """Appointments that end within a month: (unit id, unit, post, person, last day)."""
    query = (
        select(Unit.id, Unit.name, Responder.post, User.name, Responder.valid_to)
        .join(Unit, Unit.id == Responder.unit_id)
        .join(User, User.id == Responder.user_id)
        .where(Unit.active, Responder.valid_to.between(today, today + SOON))
        .order_by(Responder.valid_to)
        .limit(50)
    )
    return list(db.session.execute(query))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
