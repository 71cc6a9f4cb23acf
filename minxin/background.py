"""Work for later: a row in the outbox of the same transaction, sent to RQ after its commit.

PostgreSQL is the truth and Valkey may lose everything: `outstanding()` finds what was sent or not
but never done, and the scheduler sends it again. Every job may therefore run twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Index, event, func, insert, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from minxin import clock, sessions
from minxin.extensions import db
from minxin.sessions import ReachSession
from minxin.tenancy.models import Key

GIVE_UP_AFTER = 20
AGAIN_AFTER = timedelta(seconds=30)
AGAIN_AT_MOST = timedelta(hours=1)
"""The wait doubles with each attempt up to this: what is given up has failed for half a day."""


class Outbox(Key):
    """A job that was promised; `tenant_id` is the tenant it runs in, none for the whole city."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_waiting", "id", postgresql_where=text("done_at IS NULL")),)

    tenant_id: Mapped[int | None] = mapped_column(BigInteger)
    job: Mapped[str]
    ids: Mapped[dict[str, Any]]
    queue: Mapped[str] = mapped_column(default="short")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    done_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Trouble:
    """A promise whose tries failed: how many there were, and what the log calls the last one."""

    attempts: int
    error_id: str
    given_up: bool


Send = Callable[[str, int, str], None]
"""Hands (schema, outbox id, queue) to RQ; set by `worker.queues`, absent in a bare process."""

_send: list[Send] = []


def send_with(sender: Send | None) -> None:
    """Name the function that reaches RQ; without one, promises wait for the sweep."""
    _send[:] = [sender] if sender else []


def later(job: str, *, queue: str = "short", **ids: int) -> None:
    """Promise a job in the tenant of this context. Only ids go in: never personal data."""
    context = sessions.current()
    made = db.session.scalar(
        insert(Outbox)
        .values(tenant_id=context.tenant_id, job=job, ids=ids, queue=queue, created_at=clock.now())
        .returning(Outbox.id)
    )
    db.session.info.setdefault("promised", []).append((context.schema, made, queue))


@event.listens_for(ReachSession, "after_commit")
def _send_promised(session: ReachSession) -> None:
    for schema, outbox_id, queue in session.info.pop("promised", []):
        send(schema, outbox_id, queue)


@event.listens_for(ReachSession, "after_rollback")
def _forget_promised(session: ReachSession) -> None:
    session.info.pop("promised", None)


def send(schema: str, outbox_id: int, queue: str) -> None:
    """Hand one promise to RQ. Where Valkey is away the sweep sends it later."""
    for sender in _send:
        sender(schema, outbox_id, queue)


def error_id(outbox_id: int, attempt: int) -> str:
    """What the log and a page call one failed try."""
    return f"J{outbox_id}-{attempt}"


def troubles(job: str, key: str, ids: Collection[int]) -> dict[int, Trouble]:
    """The open promises of a job that failed, by the id that `key` names among what they carry.

    The last try counts as given up once nobody is at it any more: a killed worker says nothing.
    """
    if not ids:
        return {}
    named = Outbox.ids[key].as_integer()
    open_ = (Outbox.done_at.is_(None), Outbox.job == job, named.in_(ids))
    rows = db.session.execute(
        select(Outbox.id, named.label("named"), Outbox.attempts, Outbox.error).where(*open_)
    ).all()
    last = [row.id for row in rows if row.attempts >= GIVE_UP_AFTER]
    stopped = set(
        db.session.scalars(
            select(Outbox.id).where(Outbox.id.in_(last)).with_for_update(skip_locked=True)
        )
        if last
        else ()
    )
    return {
        row.named: Trouble(row.attempts, error_id(row.id, row.attempts), row.id in stopped)
        for row in rows
        if row.error is not None or row.id in stopped
    }


def promised(job: str, **ids: int) -> bool:
    """Is such a job promised and not done yet?"""
    open_ = (Outbox.done_at.is_(None), Outbox.job == job, Outbox.ids == ids)
    return db.session.scalar(select(Outbox.id).where(*open_).limit(1)) is not None


def renew(job: str, **ids: int) -> bool:
    """Promise anew what was given up; False where it was not, or where somebody was faster."""
    row = db.session.scalar(
        select(Outbox)
        .where(
            Outbox.done_at.is_(None),
            Outbox.job == job,
            Outbox.ids == ids,
            Outbox.attempts >= GIVE_UP_AFTER,
        )
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return False
    row.attempts, row.error, row.sent_at, row.created_at = 0, None, None, clock.now()
    promised = (sessions.current().schema, row.id, row.queue)
    db.session.info.setdefault("promised", []).append(promised)
    return True


def outstanding(at: datetime, limit: int = 500) -> list[tuple[int, str]]:
    """(id, queue) of promises that nobody has kept for a while; marks them as sent now.

    Runs by the city's login. Skipped are rows that another sweep holds, or the worker that is at
    the job. Sending is no attempt: only a worker that begins counts one, so that promises outlive
    any time without workers.
    """
    failed = func.greatest(Outbox.attempts - 1, 0)
    doubled = AGAIN_AFTER * func.power(2, func.least(failed, 10))
    waiting = (
        select(Outbox.id)
        .where(
            Outbox.done_at.is_(None),
            Outbox.attempts < GIVE_UP_AFTER,
            func.coalesce(Outbox.sent_at, Outbox.created_at)
            < at - func.least(doubled, AGAIN_AT_MOST),
        )
        .order_by(Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = db.session.execute(
        update(Outbox)
        .where(Outbox.id.in_(waiting))
        .values(sent_at=at)
        .returning(Outbox.id, Outbox.queue)
    )
    return [(row.id, row.queue) for row in rows]
