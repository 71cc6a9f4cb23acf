"""The letters of a unit: lists with unread marks, one letter with its thread, who has signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, false, func, select

from minxin.access.matrix import Reach, reach_of
from minxin.access.permissions import Permission
from minxin.exchange.models import Letter, LetterFile, LetterRead, LetterReceipt
from minxin.extensions import db
from minxin.people.actor import Actor

PAGE = 50
MOST = 99
"""Counted no further: a mark says 99+."""

BOXES = ("in", "unsigned", "out")


def within_reach(by: Actor) -> ColumnElement[bool]:
    """SQL: the letters of the units whose mailbox this person may open (as `check.covers`)."""
    match reach_of(by.role, Permission.LETTER_USE):
        case Reach.UNIT:
            return (Letter.tenant_id == by.tenant_id) & Letter.unit_id.in_(by.unit_ids)
        case Reach.POST:
            return (Letter.tenant_id == by.tenant_id) & (Letter.unit_id == by.unit_id)
    return false()


def page(
    by: Actor, box: str, *, after: int | None = None
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int | None]:
    """Letters of a box, the newest first, and the id that the next page starts after.

    box: in | unsigned (received, not signed for yet) | out. `is_read`: by this person; `signed` and
    `addressees` count the receipts of what was sent.
    """
    receipts = select(func.count()).where(LetterReceipt.letter_id == Letter.id)
    query = select(
        Letter.id,
        Letter.kind,
        Letter.title,
        Letter.sender_unit,
        Letter.sender_tenant,
        Letter.addressed,
        Letter.unit_id,
        Letter.sent_at,
        Letter.signed_at,
        Letter.signed_by,
        _read_by(by).label("is_read"),
        receipts.where(LetterReceipt.signed_at.is_not(None)).scalar_subquery().label("signed"),
        receipts.scalar_subquery().label("addressees"),
    ).where(_in_box(by, box))
    if after is not None:
        query = query.where(Letter.id < after)
    rows = db.session.execute(query.order_by(Letter.id.desc()).limit(PAGE + 1)).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def waiting(by: Actor) -> dict[str, int]:
    """How many letters this person has not read, and how many nobody has signed for (to 99)."""
    unread = _counted(_in_box(by, "in") & ~_read_by(by))
    unsigned = _counted(_in_box(by, "unsigned"))
    row = db.session.execute(select(unread.label("unread"), unsigned.label("unsigned"))).one()
    return {"unread": row.unread, "unsigned": row.unsigned}


def thread(letter: Letter) -> Sequence[Letter]:
    """The letters to and fro that this one belongs to, as its unit has them, the first on top."""
    query = select(Letter).where(
        Letter.thread_id == letter.thread_id,
        Letter.unit_id == letter.unit_id,
        Letter.tenant_id == letter.tenant_id,
    )
    return db.session.scalars(query.order_by(Letter.sent_at, Letter.id)).all()


def receipts(letter: Letter) -> Sequence[LetterReceipt]:
    """Who has signed for a sent letter and who has not, those that have not first."""
    query = select(LetterReceipt).where(LetterReceipt.letter_id == letter.id)
    order = (LetterReceipt.signed_at.is_not(None), LetterReceipt.id)
    return db.session.scalars(query.order_by(*order)).all()


def files(letter: Letter) -> Sequence[LetterFile]:
    """The files of a letter."""
    query = select(LetterFile).where(LetterFile.letter_id == letter.id)
    return db.session.scalars(query.order_by(LetterFile.id)).all()


def _in_box(by: Actor, box: str) -> ColumnElement[bool]:
    found = within_reach(by) & (Letter.box == ("out" if box == "out" else "in"))
    return found & Letter.signed_at.is_(None) if box == "unsigned" else found


def _read_by(by: Actor) -> ColumnElement[bool]:
    return exists().where(LetterRead.letter_id == Letter.id, LetterRead.user_id == by.user_id)


def _counted(condition: ColumnElement[bool]) -> Any:
    some = select(Letter.id).where(condition).limit(MOST).subquery()
    return select(func.count()).select_from(some).scalar_subquery()
