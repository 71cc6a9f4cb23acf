"""The audit log: who did what to whom's data, append-only by grant (compliance.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from minxin.extensions import db
from minxin.tenancy.models import OfTenant


class Who(Protocol):
    """Whoever acts, as far as the log needs to know (people.actor.Actor)."""

    @property
    def user_id(self) -> int | None: ...

    @property
    def name(self) -> str: ...


class AuditEntry(OfTenant):
    """One audited act. Never holds the personal data itself."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_tenant_id_at", "tenant_id", "at"),)

    at: Mapped[datetime]
    act: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[str]  # done | refused
    reason: Mapped[str | None]
    address: Mapped[str | None]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)


def record(
    act: str,
    *,
    tenant_id: int,
    by: Who,
    at: datetime,
    object_kind: str,
    object_id: int | None = None,
    outcome: str = "done",
    reason: str | None = None,
    address: str | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Append one entry in the caller's transaction."""
    db.session.add(
        AuditEntry(
            at=at,
            tenant_id=tenant_id,
            act=act,
            actor_id=by.user_id,
            actor_name=by.name,
            object_kind=object_kind,
            object_id=object_id,
            outcome=outcome,
            reason=reason,
            address=address,
            payload=dict(payload or {}),
        )
    )
