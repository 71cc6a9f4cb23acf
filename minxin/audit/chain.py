"""The hash chain over the audit log: a changed, missing or slipped-in entry shows (compliance.md).

An entry is linked by the worker soon after it was written, in order of their ids; to link it at
once would make every act wait for every other. A link names its entry, the hash of the link before
and the hash of both together. Entries and links can be added to and not changed by any of the
application's logins: whoever changes a row needs the owner's, and breaks the chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import BigInteger, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from minxin.audit.log import AuditEntry
from minxin.extensions import db
from minxin.tenancy.models import Key

AT_ONCE = 1_000
GENESIS = "0" * 64
_LOCK = 4_710_283
"""Of one link-maker at a time, in PostgreSQL's own locks."""


class AuditLink(Key):
    """One link: position in the chain from 1 on, the entry, the hash before and the hash."""

    __tablename__ = "audit_links"
    __table_args__ = (UniqueConstraint("position"), UniqueConstraint("entry_id"))

    position: Mapped[int] = mapped_column(BigInteger)
    entry_id: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[str]
    hash: Mapped[str]
    at: Mapped[datetime]


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where. kind: changed | missing | broken | gap."""

    kind: str
    position: int
    entry_id: int

    @property
    def words(self) -> str:
        """The fault in Chinese."""
        what = {
            "changed": "内容被改动",
            "missing": "记录被删除",
            "broken": "链接被改动",
            "gap": "链条缺少环节",
        }[self.kind]
        return f"第{self.position}环（记录{self.entry_id}）{what}"


def extend(at: datetime) -> int:
    """Link entries that are not linked yet, some at a time; how many it was. By the city's login.

    Raises nothing where another process is at it: answers 0.
    """
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return 0
    last = db.session.execute(
        select(AuditLink.position, AuditLink.hash).order_by(AuditLink.position.desc()).limit(1)
    ).one_or_none()
    position, before = (last.position, last.hash) if last else (0, GENESIS)
    waiting = (
        select(AuditEntry)
        .where(~select(AuditLink.id).where(AuditLink.entry_id == AuditEntry.id).exists())
        .order_by(AuditEntry.id)
        .limit(AT_ONCE)
    )
    entries = db.session.scalars(waiting).all()
    for entry in entries:
        position += 1
        linked = _hash(before, entry)
        db.session.add(
            AuditLink(position=position, entry_id=entry.id, before=before, hash=linked, at=at)
        )
        before = linked
    db.session.flush()
    return len(entries)


def verify() -> Iterator[Fault]:
    """Walk the whole chain; every fault in order. By the city's login, in batches."""
    expected, before = 1, GENESIS
    last_id = db.session.scalar(select(func.max(AuditLink.position))) or 0
    while expected <= last_id:
        rows = db.session.execute(
            select(AuditLink, AuditEntry)
            .outerjoin(AuditEntry, AuditEntry.id == AuditLink.entry_id)
            .where(AuditLink.position >= expected)
            .order_by(AuditLink.position)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        for link, found in rows:
            entry: AuditEntry | None = found  # deleted ones are not there
            if link.position != expected:
                yield Fault("gap", expected, link.entry_id)
            elif link.before != before:
                yield Fault("broken", link.position, link.entry_id)
            elif entry is None:
                yield Fault("missing", link.position, link.entry_id)
            elif _hash(link.before, entry) != link.hash:
                yield Fault("changed", link.position, link.entry_id)
            expected, before = link.position + 1, link.hash
        db.session.expunge_all()


def newest() -> tuple[int, str]:
    """Position and hash of the last link: what an auditor writes down elsewhere, so that a chain
    that was cut off at its end shows too. (0, zeros) for an empty one."""
    last = db.session.execute(
        select(AuditLink.position, AuditLink.hash).order_by(AuditLink.position.desc()).limit(1)
    ).one_or_none()
    return (last.position, last.hash) if last else (0, GENESIS)


def unlinked() -> int:
    """How many entries wait to be linked."""
    linked = select(AuditLink.id).where(AuditLink.entry_id == AuditEntry.id).exists()
    return db.session.scalar(select(func.count(AuditEntry.id)).where(~linked)) or 0


def _hash(before: str, entry: AuditEntry) -> str:
    """SHA-256 over the hash before and every column, spelled in one way only."""
    columns = {column.name: getattr(entry, column.name) for column in AuditEntry.__table__.columns}
    columns["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    # Custody never moves an entry; what is hashed is what was written.
    spelled = json.dumps(columns, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(f"{before}\n{spelled}".encode()).hexdigest()
