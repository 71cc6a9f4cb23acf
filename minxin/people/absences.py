"""离岗: a responder is away from a day to a day; the other post takes over (第九条（一）)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Row, select
from sqlalchemy.orm import Mapped, mapped_column

from minxin.audit import log
from minxin.clock import local
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Responder, Unit, User
from minxin.people.responders import valid_on
from minxin.people.roles import Role
from minxin.tenancy.models import OfTenant

REASON_LIMIT = 200
LONGEST_DAYS = 366


class Absence(OfTenant):
    """A person's time away, both days included; one that was taken back stays on record."""

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_user_id_last_day", "user_id", "last_day"),)

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"), index=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]


def enter(user: User, first: date, last: date, reason: str, *, by: Actor, at: datetime) -> Absence:
    """登记离岗, by the person himself or the leader of his unit. Raises Refused otherwise, for
    days that cannot be, or where he is away then already."""
    _check_right(user, by)
    today = local(at).date()
    if last < first:
        raise Refused("结束日期不能早于开始日期", "last_day")
    if last < today:
        raise Refused("结束日期已经过去", "last_day")
    if (last - first).days > LONGEST_DAYS:
        raise Refused("离岗时间超过一年的，请改派网络回应人", "last_day")
    if not reason.strip():
        raise Refused("请写明离岗事由", "reason")
    if len(reason) > REASON_LIMIT:
        raise Refused(f"事由不能超过{REASON_LIMIT}个字", "reason")
    clash = select(Absence.id).where(
        Absence.user_id == user.id,
        Absence.ended_at.is_(None),
        Absence.first_day <= last,
        Absence.last_day >= first,
    )
    if db.session.scalar(clash.limit(1)) is not None:
        raise Refused(f"{user.name}在这几天已经登记离岗", "first_day")
    made = Absence(
        tenant_id=user.tenant_id,
        unit_id=user.unit_id,
        user_id=user.id,
        first_day=first,
        last_day=last,
        reason=reason.strip(),
        entered_at=at,
        entered_by=by.name,
    )
    db.session.add(made)
    db.session.flush()
    _note("absence.enter", made, by, at)
    return made


def end(absence: Absence, *, by: Actor, at: datetime) -> None:
    """提前返岗: from now on he is there again."""
    _check_right(db.session.get_one(User, absence.user_id), by)
    if absence.ended_at is not None or absence.last_day < local(at).date():
        raise Refused("该次离岗已经结束")
    absence.ended_at, absence.ended_by = at, by.name
    _note("absence.end", absence, by, at)


def away(user_ids: Collection[int], day: date) -> frozenset[int]:
    """Those of some people who are away on a day."""
    query = select(Absence.user_id).where(
        Absence.user_id.in_(user_ids),
        Absence.ended_at.is_(None),
        Absence.first_day <= day,
        Absence.last_day >= day,
    )
    return frozenset(db.session.scalars(query))


def of_units(unit_ids: Collection[int], since: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """(absence, person, unit) of some units that ends on or after a day, the latest first."""
    query = (
        select(Absence, User.name, Unit.name)
        .join(User, User.id == Absence.user_id)
        .join(Unit, Unit.id == Absence.unit_id)
        .where(Absence.unit_id.in_(unit_ids), Absence.last_day >= since)
        .order_by(Absence.first_day.desc(), Absence.id.desc())
    )
    return db.session.execute(query).all()


def responders_of(unit_ids: Collection[int], day: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """(user id, name, post, unit) of the responders in post on a day."""
    query = (
        select(User.id, User.name, Responder.post, Unit.name)
        .join(Responder, Responder.user_id == User.id)
        .join(Unit, Unit.id == Responder.unit_id)
        .where(User.active, Responder.unit_id.in_(unit_ids), valid_on(day))
        .order_by(Unit.path, Responder.post, User.id)
    )
    return db.session.execute(query).all()


def _check_right(user: User, by: Actor) -> None:
    leads = by.role in (Role.UNIT_HEAD, Role.STATION) and user.unit_id in by.unit_ids
    if user.id != by.user_id and not leads:
        raise Refused("只能登记本人的离岗；他人的由本单位主管领导或工作站登记")
    if user.unit_id is None:
        raise Refused("市民心网办人员不登记离岗")


def _note(act: str, absence: Absence, by: Actor, at: datetime) -> None:
    log.record(
        act,
        tenant_id=absence.tenant_id,
        by=by,
        at=at,
        object_kind="absence",
        object_id=absence.id,
        payload={"user_id": absence.user_id, "first_day": absence.first_day.isoformat(),
                 "last_day": absence.last_day.isoformat()},
    )  # fmt: skip
