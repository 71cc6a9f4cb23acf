"""What stands in the 互动中心, with each person's read marks; who has read what (第九条（一）)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row, exists, func, select

from minxin.exchange.addressees import READERS
from minxin.exchange.models import Bulletin, BulletinFile, BulletinRead
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Unit, User
from minxin.tenancy.models import Tenant

PAGE = 50


@dataclass(frozen=True)
class Readers:
    """One unit's people beside a bulletin: how many have read it, of how many."""

    tenant: str
    unit: str
    read: int
    people: int


def page(
    by: Actor, kind: str | None = None, *, after: int | None = None
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int | None]:
    """What stands in the 互动中心 for this person, pinned on top of the first page, then the
    newest; and the id that the next page starts after.

    At the city's desk the originals of every tenant, elsewhere the tenant's own rows.
    """
    query = select(
        Bulletin.id,
        Bulletin.kind,
        Bulletin.title,
        Bulletin.author_unit,
        Bulletin.whole_city,
        Bulletin.pinned,
        Bulletin.published_at,
        exists()
        .where(BulletinRead.bulletin_id == Bulletin.id, BulletinRead.user_id == by.user_id)
        .label("is_read"),
    ).where(Bulletin.withdrawn_at.is_(None))
    if by.at_city_desk:
        query = query.where(Bulletin.origin_id == Bulletin.id)
    if kind is not None:
        query = query.where(Bulletin.kind == kind)
    newest = query.where(~Bulletin.pinned).order_by(Bulletin.id.desc()).limit(PAGE + 1)
    if after is not None:
        newest = newest.where(Bulletin.id < after)
    rows = list(db.session.execute(newest))
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    pinned = (
        []
        if after is not None
        else list(db.session.execute(query.where(Bulletin.pinned).order_by(Bulletin.id.desc())))
    )
    return [*pinned, *rows[:PAGE]], more


def readers(bulletin: Bulletin) -> list[tuple[str, list[Readers]]]:
    """Who has read an original and its copies, by tenant and unit, those without a reader first.

    Within the login's reach: a station sees its own district, the city's desk every tenant.
    """
    marks = (
        select(BulletinRead.unit_id, func.count().label("number"))
        .join(Bulletin, Bulletin.id == BulletinRead.bulletin_id)
        .where(Bulletin.origin_id == bulletin.id)
        .group_by(BulletinRead.unit_id)
        .subquery()
    )
    query = (
        select(Tenant.name, Unit.name, func.coalesce(marks.c.number, 0), func.count(User.id))
        .join(Unit, Unit.tenant_id == Tenant.id)
        .join(User, (User.unit_id == Unit.id) & User.active & User.role.in_(READERS))
        .outerjoin(marks, marks.c.unit_id == Unit.id)
        .where(Tenant.active, Unit.active)
        .group_by(Tenant.rank, Tenant.id, Unit.id, marks.c.number)
        .order_by(Tenant.rank, Tenant.id, func.coalesce(marks.c.number, 0) > 0, Unit.path)
    )
    if not bulletin.whole_city:
        query = query.where(Tenant.id == bulletin.tenant_id)
    rows = [Readers(*row) for row in db.session.execute(query)]
    return [(name, list(some)) for name, some in groupby(rows, key=lambda row: row.tenant)]


def files(bulletin: Bulletin) -> Sequence[BulletinFile]:
    """The files of a bulletin."""
    query = select(BulletinFile).where(BulletinFile.bulletin_id == bulletin.id)
    return db.session.scalars(query.order_by(BulletinFile.id)).all()
