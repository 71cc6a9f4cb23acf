"""What the worker does for a letter, by the city's login: it alone reaches every addressee."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from minxin.exchange import addressees
from minxin.exchange.letters import LetterKind
from minxin.exchange.models import Letter, LetterCase, LetterFile, LetterReceipt
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people.models import Unit, User


def deliver(letter_id: int, *, at: datetime) -> None:
    """Write the addressees' copies and tell their people. Runs by the city's login; the second
    time there is nothing left to write."""
    letter = db.session.get(Letter, letter_id, with_for_update=True)
    if letter is None:
        return
    waiting = db.session.scalars(
        select(LetterReceipt).where(
            LetterReceipt.letter_id == letter_id, LetterReceipt.delivered_at.is_(None)
        )
    ).all()
    for receipt in waiting:
        unit = db.session.get_one(Unit, receipt.unit_id)
        _copy(letter, unit, at)
        receipt.delivered_at = at


def acknowledge(letter_id: int) -> None:
    """Write a 签收 where the sender sees it. Runs by the city's login."""
    letter = db.session.get(Letter, letter_id)
    if letter is None or letter.signed_at is None:
        return
    db.session.execute(
        update(LetterReceipt)
        .where(LetterReceipt.letter_id == letter.origin_id, LetterReceipt.unit_id == letter.unit_id)
        .values(signed_at=letter.signed_at, signed_by=letter.signed_by)
    )


def _copy(letter: Letter, unit: Unit, at: datetime) -> None:
    """One addressee's copy with its files and cases, and a word to its people."""
    values = {key: getattr(letter, key) for key in _COPIED}
    copy = Letter(tenant_id=unit.tenant_id, unit_id=unit.id, box="in", **values)
    db.session.add(copy)
    db.session.flush()
    hanging: tuple[type[LetterFile] | type[LetterCase], ...] = (LetterFile, LetterCase)
    for model in hanging:
        for row in db.session.scalars(select(model).where(model.letter_id == letter.id)).all():
            kept = {c.key: getattr(row, c.key) for c in model.__table__.columns if c.key != "id"}
            db.session.add(model(**{**kept, "tenant_id": unit.tenant_id, "letter_id": copy.id}))
    db.session.flush()
    people = db.session.scalars(
        select(User).where(User.unit_id == unit.id, User.active, User.role.in_(addressees.READERS))
    ).all()
    inbox.tell(
        people,
        f"收到{letter.sender_unit}的{LetterKind(letter.kind).label}，请签收",
        key=f"letter:{letter.id}",
        page=f"letters/{copy.id}",
        at=at,
    )


_COPIED = (
    *("origin_id", "thread_id", "kind", "year", "serial"),
    *("sender_unit_id", "sender_unit", "sender_tenant", "sender", "title", "text"),
    *("addressed", "case_numbers", "sent_at"),
)
