"""The worker, in the test's own process: what was promised is done."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from minxin.background import Outbox
from minxin.extensions import db
from worker import jobs

TRIES = 3


def keep(cast: Any) -> int:
    """Run every job that was promised and not done yet; answers how many.

    Raises AssertionError where one fails again and again.
    """
    done = 0
    while waiting := _waiting(cast):
        for outbox_id in waiting:
            jobs.keep_promise(cast.city.schema, outbox_id)
        done += len(waiting)
    return done


def _waiting(cast: Any) -> list[int]:
    with cast.standing():
        undone = select(Outbox).where(Outbox.done_at.is_(None)).order_by(Outbox.id)
        rows = list(db.session.scalars(undone))
        for each in rows:
            assert not (each.error and each.attempts > TRIES), f"{each.job}: {each.error}"
        return [each.id for each in rows]
