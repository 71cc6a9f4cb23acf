"""Units, people and their posts at a unit."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from minxin.tenancy.models import OfTenant


class Unit(OfTenant):
    """联网单位, 工作站 or the city office. `path` is '/3/17/': every ancestor and itself."""

    __tablename__ = "units"
    __table_args__ = (Index("ix_units_tenant_id_path", "tenant_id", "path"),)

    parent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    path: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]  # office | station | unit | point
    active: Mapped[bool] = mapped_column(default=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # the last day; a merged unit's is the day before
    merged_into: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))


class UnitName(OfTenant):
    """What a unit was called from a day to a day (both included); its own name is the current."""

    __tablename__ = "unit_names"

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"), index=True)
    name: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date]


class User(OfTenant):
    """A person who signs in. `stamp` ends every session when role, unit or password changes."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("tenant_id", "username"),)

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"), index=True)
    username: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    must_change: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    stamp: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    waiting: Mapped[bool] = mapped_column(default=False)  # made, its role not approved yet
    made_by_id: Mapped[int | None] = mapped_column(BigInteger)
    last_sign_in_at: Mapped[datetime | None]


class Responder(OfTenant):
    """网络回应人 of a unit, A or B post (第九条（一）)."""

    __tablename__ = "responders"

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"), index=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))
    post: Mapped[str]  # A | B
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # the last day


class Post(OfTenant):
    """A leading post of a unit and who holds it (1.8 A23): with an account or without one."""

    __tablename__ = "posts"

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"), index=True)
    post: Mapped[str]  # people.posts.PostKind
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # the last day
