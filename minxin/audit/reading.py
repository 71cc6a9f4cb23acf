"""The audit log as its reader sees it: what happened, by whom, when; narrowed and in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_

from minxin.audit.log import AuditEntry
from minxin.extensions import db

PAGE = 50
Key = tuple[datetime, int]


@dataclass(frozen=True)
class Asked:
    """What is looked for: the first part of an act's name, a person's name, from when until
    before when."""

    act: str = ""
    person: str = ""
    since: datetime | None = None
    until: datetime | None = None


def page(asked: Asked, after: Key | None = None) -> tuple[Sequence[AuditEntry], Key | None]:
    """The newest that fit, within the login's wall, and the key of the next page."""
    query = select(AuditEntry)
    if asked.act:
        query = query.where(AuditEntry.act.startswith(f"{asked.act}.", autoescape=True))
    if asked.person:
        query = query.where(AuditEntry.actor_name == asked.person)
    if asked.since is not None:
        query = query.where(AuditEntry.at >= asked.since)
    if asked.until is not None:
        query = query.where(AuditEntry.at < asked.until)
    if after is not None:
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < after)
    order = (AuditEntry.at.desc(), AuditEntry.id.desc())
    rows = db.session.scalars(query.order_by(*order).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    return shown, (shown[-1].at, shown[-1].id) if len(rows) > PAGE else None
