"""Letters sent and the worker's part done, as each test needs it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from minxin.background import Outbox
from minxin.clock import SHANGHAI
from minxin.exchange import letters, mailbox
from minxin.exchange.models import Letter
from minxin.extensions import db
from worker.jobs import keep_promise

AT = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)


def keep_promises(cast) -> None:
    """Do what was promised, as the worker does: each in the tenant that promised it."""
    while True:
        with cast.standing():
            undone = select(Outbox.id).where(Outbox.done_at.is_(None)).order_by(Outbox.id)
            waiting = db.session.scalars(undone).all()
        if not waiting:
            return
        for outbox_id in waiting:
            keep_promise(cast.city.schema, outbox_id)
        with cast.standing():
            failed = db.session.scalars(select(Outbox.error).where(Outbox.done_at.is_(None)))
            assert failed.all() == []


def send(cast, *units: str, who: str = "linjing", title: str = "关于供热的函", **more) -> int:
    """A delivered letter; the id of the sender's own copy."""
    with cast.standing(who):
        letter = letters.send(
            [cast.unit(name) for name in units],
            title,
            "请于本周五前报送情况。",
            by=cast.actor(who),
            at=more.pop("at", AT),
            **more,
        )
        db.session.commit()
        sent = letter.id
    keep_promises(cast)
    return sent


def received(cast, who: str) -> list[Letter]:
    """What lies in this person's mailbox, the newest first."""
    with cast.standing(who):
        rows, _ = mailbox.page(cast.actor(who), "in")
        return [db.session.get_one(Letter, row.id) for row in rows]
