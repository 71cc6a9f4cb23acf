"""A unit that is merged into another: checked, and carried over with its people."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import given
from minxin.people.actor import Actor
from minxin.people.models import Unit, User
from minxin.people.units import UnitKind, begin, end, names, note, put_under, said

DAY = timedelta(days=1)


def absorb(unit: Unit, into: Unit, *, since: date, by: Actor, at: datetime) -> None:
    """Merge a unit into another: people and lower units go over, and it hangs below its successor.

    So whoever reaches the successor reaches what the merged unit ever did. Every account that
    changes its unit is signed out.
    """
    for row in db.session.scalars(select(Unit).where(Unit.parent_id == unit.id)).all():
        put_under(row, into)
    db.session.execute(
        update(User)
        .where(User.unit_id == unit.id)
        .values(unit_id=into.id, stamp=User.stamp + 1)
        .execution_options(synchronize_session=False)
    )
    put_under(unit, into)
    end(unit, since - DAY)
    unit.merged_into = into.id
    note("unit.merge", unit, by, at, into=into.id, since=since.isoformat())
    db.session.flush()
    db.session.expire_all()


def check_merger(
    unit: Unit, into: Unit | None, since: date, at: datetime, shown: str | None
) -> Unit:
    """The successor, where `unit` can be merged into it from this day on. Raises Refused."""
    begin(unit, shown)
    if into is None or not into.active or into.tenant_id != unit.tenant_id:
        raise Refused("请选择本区县内在用的单位", "into_id")
    if into.id == unit.id or into.path.startswith(unit.path):
        raise Refused("不能并入自己或自己的下级单位", "into_id")
    if into.kind == UnitKind.OFFICE or unit.kind == UnitKind.OFFICE:
        raise Refused("市级机关不能合并", "into_id")
    given.not_in_future(since, at, "合并日期", field="since")
    begun = names(unit)[0].since
    if since <= begun:
        raise Refused(f"合并日期须晚于现名称的启用日期（{said(begun)}）", "since")
    if since < into.valid_from:
        raise Refused(
            f"合并日期不能早于“{into.name}”的启用日期（{said(into.valid_from)}）", "since"
        )
    return into
