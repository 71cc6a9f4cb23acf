"""周总结: each workstation tells the city of its week, by the first workday after (1.8 A22)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Row, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from minxin.calendars.counting import midnight
from minxin.calendars.due import ExemptWeek
from minxin.cases import rulebook, tallies
from minxin.cases.models import Assignment, Case
from minxin.cases.returns import Return
from minxin.clock import local
from minxin.comparison.models import Rollup
from minxin.errors import Refused
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people.actor import Actor
from minxin.people.models import Unit, User
from minxin.people.roles import Role
from minxin.tenancy.models import OfTenant, Tenant

RULE = "summary"
TEXT_LIMIT = 5_000
WEEK = timedelta(days=7)
OFFICE = (Role.OFFICE_CLERK, Role.OFFICE_HEAD)


class Summary(OfTenant):
    """One station's week: the figures as they stood when it was handed in, and what it says.

    missed_at: when it was found missing at its due instant, a fact of 13(8).
    """

    __tablename__ = "summaries"
    __table_args__ = (UniqueConstraint("unit_id", "monday"),)

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))
    monday: Mapped[date] = mapped_column(Date, index=True)
    due_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]
    course: Mapped[str] = mapped_column(default="")  # 本周工作情况
    problems: Mapped[str] = mapped_column(default="")  # 超期、退件和重点件
    plans: Mapped[str] = mapped_column(default="")  # 下周打算
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str] = mapped_column(default="")
    missed_at: Mapped[datetime | None]

    @property
    def late(self) -> bool:
        """Was it handed in after its due instant?"""
        return self.submitted_at is not None and self.submitted_at >= self.due_at


def due(monday: date) -> datetime | None:
    """Until when the summary of a week is due; None for a week without a workday."""
    try:
        return rulebook.rulebook().due(RULE, midnight(monday)).at
    except ExemptWeek:
        return None


def open_week(at: datetime) -> int:
    """Give each station a draft of the week that has ended; how many were new. By the city's
    login; run twice it does nothing more."""
    today = local(at).date()
    monday = today - timedelta(days=today.weekday()) - WEEK
    until = due(monday)
    if until is None:
        return 0
    stations = db.session.execute(
        select(Unit.id, Unit.tenant_id)
        .join(Tenant, Tenant.id == Unit.tenant_id)
        .where(Unit.kind == "station", Unit.active, Tenant.active)
        .where(Unit.valid_from < monday + WEEK)
    ).all()
    made = 0
    for unit_id, tenant_id in stations:
        row = insert(Summary).values(
            tenant_id=tenant_id,
            unit_id=unit_id,
            monday=monday,
            due_at=until,
            figures=figures(tenant_id, monday),
            course="",
            problems="",
            plans="",
            submitted_by="",
        )
        new = db.session.scalar(
            row.on_conflict_do_nothing(index_elements=["unit_id", "monday"]).returning(Summary.id)
        )
        made += new is not None
    return made


def miss(at: datetime) -> int:
    """Record what is missing at its due instant, once, and tell station and office of it."""
    rows = db.session.scalars(
        select(Summary)
        .where(Summary.submitted_at.is_(None), Summary.missed_at.is_(None), Summary.due_at <= at)
        .order_by(Summary.id)
        .with_for_update(skip_locked=True)
    ).all()
    for summary in rows:
        summary.missed_at = at
        unit = db.session.get_one(Unit, summary.unit_id)
        people = select(User).where(
            User.active,
            (User.role.in_(OFFICE)) | ((User.unit_id == unit.id) & (User.role == Role.STATION)),
        )
        inbox.tell(
            db.session.scalars(people).all(),
            f"{unit.name}未按时提交{week_zh(summary.monday)}周总结",
            key=f"summary:{summary.id}:missed",
            page=f"summaries/{summary.id}",
            level="late",
            at=at,
        )
    return len(rows)


def write(
    summary: Summary, course: str, problems: str, plans: str, *, by: Actor, at: datetime
) -> None:
    """Save the draft. Raises Refused where it was handed in, or for texts that are too long."""
    if summary.submitted_at is not None:
        raise Refused("周总结已经提交，不能再改")
    for field, text in (("course", course), ("problems", problems), ("plans", plans)):
        if len(text) > TEXT_LIMIT:
            raise Refused(f"每项不能超过{TEXT_LIMIT}个字", field)
    summary.course, summary.problems = course.strip(), problems.strip()
    summary.plans = plans.strip()


def submit(summary: Summary, *, by: Actor, at: datetime) -> None:
    """提交: the figures are counted a last time and stand; late is late."""
    if summary.submitted_at is not None:
        raise Refused("周总结已经提交，没有重复提交")
    if not summary.course:
        raise Refused("请填写本周工作情况", "course")
    if not summary.plans:
        raise Refused("请填写下周打算", "plans")
    summary.figures = figures(summary.tenant_id, summary.monday)
    summary.submitted_at, summary.submitted_by = at, by.name


def figures(tenant_id: int, monday: date) -> dict[str, Any]:
    """The week of a tenant in figures, from the days' roll-ups and what was sent in the week."""
    names = ("received", "closed", "handled", "on_time", "rated", "satisfied")
    sums = db.session.execute(
        select(*(func.coalesce(func.sum(getattr(Rollup, name)), 0).label(name) for name in names))
        .where(Rollup.tenant_id == tenant_id)
        .where(Rollup.day >= monday, Rollup.day < monday + WEEK)
    ).one()
    start, end = midnight(monday), midnight(monday + WEEK)
    kinds = db.session.execute(
        select(Case.kind, func.count(Case.id.distinct()))
        .join(Assignment, Assignment.case_id == Case.id)
        .where(Assignment.tenant_id == tenant_id, Assignment.part == "main")
        .where(Assignment.sent_at >= start, Assignment.sent_at < end)
        .group_by(Case.kind)
    ).tuples()
    returned = select(func.count()).where(
        Return.tenant_id == tenant_id, Return.asked_at >= start, Return.asked_at < end
    )
    now = tallies.by_tenant().get(tenant_id, {})
    return {
        **{name: int(getattr(sums, name)) for name in names},
        "returned": db.session.scalar(returned) or 0,
        "overdue": now.get("late_unit", 0) + now.get("late_after", 0),
        "kinds": {kind or "other": number for kind, number in kinds},
    }


def of_station(unit_id: int, limit: int = 26) -> Sequence[Summary]:
    """A station's own, the newest week first."""
    query = select(Summary).where(Summary.unit_id == unit_id)
    return db.session.scalars(query.order_by(Summary.monday.desc()).limit(limit)).all()


def weeks(limit: int = 8) -> Sequence[date]:
    """The newest weeks of which there are summaries."""
    query = select(Summary.monday).group_by(Summary.monday)
    return db.session.scalars(query.order_by(Summary.monday.desc()).limit(limit)).all()


def of_weeks(mondays: Sequence[date]) -> Sequence[Row[*tuple[Any, ...]]]:
    """(summary, station, tenant) of some weeks, by tenant."""
    query = (
        select(Summary, Unit.name, Tenant.name)
        .join(Unit, Unit.id == Summary.unit_id)
        .join(Tenant, Tenant.id == Summary.tenant_id)
        .where(Summary.monday.in_(mondays))
        .order_by(Tenant.rank, Unit.path, Summary.monday.desc())
    )
    return db.session.execute(query).all()


def week_zh(monday: date) -> str:
    """A week in words: 11月16日至22日."""
    sunday = monday + timedelta(days=6)
    month = "" if sunday.month == monday.month else f"{sunday.month}月"
    return f"{monday.month}月{monday.day}日至{month}{sunday.day}日"
