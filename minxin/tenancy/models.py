"""Tenants (区县): the rows that the wall of row-level security is drawn around."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Identity
from sqlalchemy.orm import Mapped, mapped_column

from minxin.extensions import Base

MOVES = {"custody": "moves"}
"""Table info: the row follows its case when custody changes hands."""
STAYS = {"custody": "stays"}
"""Table info: the row stays with the tenant it was written for (past work can be counted)."""


class Key(Base):
    """A bigint identity key."""

    __abstract__ = True
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)


class Tenant(Key):
    """A county, a district, or (`municipal`) the city's own departments and its office."""

    __tablename__ = "tenants"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]  # municipal | district
    rank: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class OfTenant(Key):
    """A row inside a tenant's wall: `tenant_id` is what the policy compares."""

    __abstract__ = True
    tenant_id: Mapped[int] = mapped_column(BigInteger)
