"""Units over time: added, renamed, moved, closed, merged. Nothing that was is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, literal, select, update

from minxin.audit import log
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import appointing, given
from minxin.people.actor import Actor
from minxin.people.models import Post, Responder, Unit, UnitName, User
from minxin.tenancy.models import Tenant

DAY = timedelta(days=1)
MOST_LEVELS = 8


class UnitKind(StrEnum):
    """What a unit is in the network of chapter 2."""

    STATION = "station"
    UNIT = "unit"
    POINT = "point"
    OFFICE = "office"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return _KINDS[self]


_KINDS = {
    UnitKind.STATION: "工作站",
    UnitKind.UNIT: "联网单位",
    UnitKind.POINT: "联网点",
    UnitKind.OFFICE: "市级机关",
}


@dataclass(frozen=True)
class NewUnit:
    """A unit to be added: below another one, or at the head of its tenant."""

    name: str
    kind: str
    since: date
    under_id: int | None = None


@dataclass(frozen=True)
class Called:
    """What a unit was called from a day to a day (None: to this day)."""

    name: str
    since: date
    until: date | None


def seen(unit: Unit) -> str:
    """What a page about this unit showed."""
    return given.seen(unit.name, unit.kind, unit.parent_id, unit.active, unit.valid_to)


def names(unit: Unit) -> list[Called]:
    """Every name of a unit with its days, the newest first."""
    past = db.session.scalars(
        select(UnitName).where(UnitName.unit_id == unit.id).order_by(UnitName.valid_from.desc())
    ).all()
    since = past[0].valid_to + DAY if past else unit.valid_from
    now = Called(unit.name, since, unit.valid_to)
    return [now, *(Called(row.name, row.valid_from, row.valid_to) for row in past)]


def name_on(day: ColumnElement[date]) -> ColumnElement[str]:
    """SQL: what the unit of this row was called on a day. To be used beside `Unit`."""
    past = (
        select(UnitName.name)
        .where(UnitName.unit_id == Unit.id, UnitName.valid_from <= day, day <= UnitName.valid_to)
        .limit(1)
        .correlate_except(UnitName)
        .scalar_subquery()
    )
    return func.coalesce(past, Unit.name)


def add(new: NewUnit, *, tenant_id: int, by: Actor, at: datetime) -> Unit:
    """Add a unit to a tenant. Raises Refused for a taken name or an unfit place."""
    tenant = db.session.get(Tenant, tenant_id)
    if tenant is None or not tenant.active:
        raise Refused("请选择区县", "tenant_id")
    _lock(tenant.id)
    name = _free_name(tenant.id, new.name)
    under = _place(tenant.id, new.under_id)
    _check_kind(tenant, new.kind)
    if under is not None and new.since < under.valid_from:
        raise Refused(f"启用日期不能早于上级单位“{under.name}”的启用日期", "since")
    unit = appointing.add_unit(tenant, name, kind=new.kind, under=under, since=new.since)
    note("unit.add", unit, by, at, name=name, kind=new.kind)
    return unit


def rename(
    unit: Unit, name: str, *, since: date, by: Actor, at: datetime, shown: str | None = None
) -> None:
    """更名 from a day on; the name until then stays with that time.

    On the very day that the present name began, the name is corrected instead.
    Raises Refused for a taken name or an impossible day, Conflict where the page was stale.
    """
    begin(unit, shown)
    name = given.name(name, "新名称")
    if name == unit.name:
        raise Refused("新名称与现名称相同，不需要更名", "name")
    _free_name(unit.tenant_id, name, but=unit.id)
    given.not_in_future(since, at, "更名日期", field="since")
    begun = names(unit)[0].since
    if since < begun:
        raise Refused(f"更名日期不能早于现名称的启用日期（{said(begun)}）", "since")
    old = unit.name
    if since > begun:
        db.session.add(
            UnitName(
                tenant_id=unit.tenant_id,
                unit_id=unit.id,
                name=old,
                valid_from=begun,
                valid_to=since - DAY,
            )
        )
    unit.name = name
    note("unit.rename", unit, by, at, old=old, name=name, since=since.isoformat())


def move(
    unit: Unit, under_id: int | None, *, by: Actor, at: datetime, shown: str | None = None
) -> None:
    """Put a unit, with everything below it, under another unit of its tenant.

    Raises Refused where it would come below itself, Conflict where the page was stale.
    """
    begin(unit, shown)
    under = _place(unit.tenant_id, under_id)
    if under is not None and under.path.startswith(unit.path):
        raise Refused("不能把单位移到它自己或它的下级单位之下", "under_id")
    if (under.id if under else None) == unit.parent_id:
        raise Refused("该单位已经在这个上级之下，不需要移动", "under_id")
    put_under(unit, under)
    note("unit.move", unit, by, at, under=under.id if under else None)


def close(unit: Unit, *, last_day: date, by: Actor, at: datetime, shown: str | None = None) -> None:
    """停用. Cases are the caller's to look after (cases.succession).

    Raises Refused while units or people still belong to it, naming how many.
    """
    begin(unit, shown)
    given.not_in_future(last_day, at, "停用日期", field="last_day")
    if last_day < unit.valid_from:
        raise Refused(f"停用日期不能早于启用日期（{said(unit.valid_from)}）", "last_day")
    below = db.session.scalar(
        select(func.count(Unit.id)).where(Unit.parent_id == unit.id, Unit.active)
    )
    if below:
        raise Refused(f"还有{below}个下级单位，请先停用它们或移到其他单位之下")
    people = db.session.scalar(
        select(func.count(User.id)).where(User.unit_id == unit.id, User.active | User.waiting)
    )
    if people:
        raise Refused(f"还有{people}个账号属于该单位，请先调到其他单位或停用")
    end(unit, last_day)
    note("unit.close", unit, by, at, last_day=last_day.isoformat())


def active(tenant_id: int | None = None) -> Sequence[Unit]:
    """Units in use within the login's reach, each below its superior."""
    query = select(Unit).where(Unit.active).order_by(Unit.tenant_id, Unit.path)
    if tenant_id is not None:
        query = query.where(Unit.tenant_id == tenant_id)
    return db.session.scalars(query).all()


def begin(unit: Unit, shown: str | None) -> None:
    """Lock the tenant's tree before a unit in use is changed. Raises Refused or Conflict."""
    _lock(unit.tenant_id)
    db.session.flush()
    db.session.refresh(unit)
    given.check_seen(shown, seen(unit))
    if not unit.active:
        raise Refused("该单位已停用，不能再修改")


def _lock(tenant_id: int) -> None:
    """Changes to one tenant's tree come one after the other."""
    db.session.execute(
        select(Unit.id).where(Unit.tenant_id == tenant_id).order_by(Unit.id).with_for_update()
    )


def _free_name(tenant_id: int, text: str, but: int | None = None) -> str:
    name = given.name(text, "单位名称")
    taken = select(Unit.id).where(Unit.tenant_id == tenant_id, Unit.name == name, Unit.active)
    if but is not None:
        taken = taken.where(Unit.id != but)
    if db.session.scalar(taken.limit(1)):
        raise Refused(f"本区县已有在用单位“{name}”，请核对名称", "name")
    return name


def _place(tenant_id: int, under_id: int | None) -> Unit | None:
    if under_id is None:
        return None
    under = db.session.get(Unit, under_id)
    if under is None or under.tenant_id != tenant_id or not under.active:
        raise Refused("请选择本区县内在用的上级单位", "under_id")
    if under.path.count("/") > MOST_LEVELS:
        raise Refused(f"单位最多{MOST_LEVELS}级，请选择更高一级的上级单位", "under_id")
    return under


def _check_kind(tenant: Tenant, kind: str) -> None:
    if kind not in set(UnitKind):
        raise Refused("请选择单位类型", "kind")
    if (kind == UnitKind.OFFICE) and tenant.kind != "municipal":
        raise Refused("只有市直部门所在的一级可以有市级机关，请选择其他类型", "kind")
    if (kind == UnitKind.STATION) and tenant.kind == "municipal":
        raise Refused("工作站属于区县，市直部门请选择联网单位", "kind")


def put_under(unit: Unit, under: Unit | None) -> None:
    """Hang a unit, with everything below it, under another one."""
    old, new = unit.path, f"{under.path if under else '/'}{unit.id}/"
    unit.parent_id = under.id if under else None
    db.session.flush()
    db.session.execute(
        update(Unit)
        .where(Unit.tenant_id == unit.tenant_id, Unit.path.startswith(old, autoescape=True))
        .values(path=literal(new) + func.substr(Unit.path, len(old) + 1))
        .execution_options(synchronize_session=False)
    )
    db.session.flush()
    db.session.expire_all()


def end(unit: Unit, last_day: date) -> None:
    """Take a unit out of use; who answers for it or leads it does so no longer."""
    unit.active = False
    unit.valid_to = last_day
    for table in (Responder, Post):
        db.session.execute(
            update(table)
            .where(
                table.unit_id == unit.id, (table.valid_to.is_(None)) | (table.valid_to > last_day)
            )
            .values(valid_to=last_day)
            .execution_options(synchronize_session=False)
        )
    db.session.flush()


def said(day: date) -> str:
    """2026年11月22日."""
    return f"{day.year}年{day.month}月{day.day}日"


def note(act: str, unit: Unit, by: Actor, at: datetime, **payload: object) -> None:
    """Record an act on a unit."""
    log.record(
        act,
        tenant_id=unit.tenant_id,
        by=by,
        at=at,
        object_kind="unit",
        object_id=unit.id,
        payload=payload,
    )
