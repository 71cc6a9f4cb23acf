"""Which days of a month count for 值守: every day as the regulation says, or workdays (A4).

A choice of the city, kept by month: what was counted one way stays counted that way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped

from minxin.audit import log
from minxin.clock import local
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.duty import Counts
from minxin.tenancy.models import Key


class Mode(StrEnum):
    """Which days count."""

    ALL_DAYS = "all_days"
    WORKDAYS = "workdays"

    @property
    def label(self) -> str:
        """The choice in Chinese."""
        return {"all_days": "每天（含双休日和法定假日）", "workdays": "工作日"}[self]

    @property
    def short(self) -> str:
        """The choice in a word."""
        return {"all_days": "每天", "workdays": "工作日"}[self]


class DutyMode(Key):
    """A choice as adopted, from a month on; the newest one of a month counts."""

    __tablename__ = "duty_modes"
    __table_args__ = (UniqueConstraint("from_month"),)

    mode: Mapped[str]
    from_month: Mapped[date]  # its first day
    adopted_at: Mapped[datetime]
    adopted_by: Mapped[str]


def adopt(mode: str, from_month: date, *, by: Actor, at: datetime) -> None:
    """Let a choice count from a month on: this one or a later one. Raises Refused otherwise."""
    if mode not in set(Mode):
        raise Refused("请选择值守口径", "mode")
    first = from_month.replace(day=1)
    if first < local(at).date().replace(day=1):
        raise Refused("不能改变已经结束的月份，请选择本月或以后的月份", "from_month")
    if db.session.scalar(select(DutyMode.id).where(DutyMode.from_month >= first).limit(1)):
        raise Refused("这个月起已经另有口径，请选择更晚的月份", "from_month")
    if mode_of(first, every()) == mode:
        raise Refused("与现行口径相同，不需要更改", "mode")
    db.session.add(DutyMode(mode=mode, from_month=first, adopted_at=at, adopted_by=by.name))
    db.session.flush()
    if by.tenant_id is not None:
        log.record(
            "duty.adopt_mode",
            tenant_id=by.tenant_id,
            by=by,
            at=at,
            object_kind="duty_mode",
            payload={"mode": mode, "from_month": first.isoformat()},
        )


def every() -> Sequence[DutyMode]:
    """Every choice, the newest first."""
    return db.session.scalars(select(DutyMode).order_by(DutyMode.from_month.desc())).all()


def mode_of(month: date, adopted: Sequence[DutyMode]) -> Mode:
    """What counts in the month of a day; every day where nothing was adopted."""
    found = next((row for row in adopted if row.from_month <= month), None)
    return Mode(found.mode) if found else Mode.ALL_DAYS


def counting(is_workday: Callable[[date], bool]) -> Counts:
    """Whether a day counts, by the choice of its month. is_workday: of the city's calendar."""
    adopted = every()

    def counts(day: date) -> bool:
        return mode_of(day, adopted) is Mode.ALL_DAYS or is_workday(day)

    return counts
