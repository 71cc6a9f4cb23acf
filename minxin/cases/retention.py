"""Destruction of personal data whose time is over (个人信息保护法 第四十七条): the case stays as a
figure and a course of dates; who it was about does not.

It reaches everything that hangs off a case, whatever table that is: contact fields and files are
deleted, texts keep their masks, the words to search by are made anew, and the events, which nobody
else may change, are rewritten by the owner of the database. What remains is a note in the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, delete, func, select, update
from sqlalchemy.dialects.postgresql import JSONB

from minxin.cases import audited, contacts, search, veiling
from minxin.cases.models import (
    Attachment,
    Case,
    CaseEvent,
    CitizenAct,
    Contact,
    Submission,
    SubmissionPhoto,
)
from minxin.cases.states import ENDED
from minxin.extensions import db
from minxin.people.actor import SYSTEM
from minxin.privacy.veil import veiled

AT_ONCE = 100
YEAR = timedelta(days=365)
_WORDS_OF_OURS = frozenset(
    """number state outcome kind part box mime sha256 token content_hash approved_hash source_hash
    masker close_method source district urgency track clock_key import_key provincial_no rule_key
    name_mask phone_mask address_mask tag code_digest""".split()
)
"""Columns that hold words and keys of ours, no text of anybody's."""


_BY_OTHER_WAYS = frozenset(("case_events", "contacts", "attachments", "case_texts"))
"""Tables that hang off a case and are rewritten by the owner, deleted, or made anew."""


def due(years: int, at: datetime) -> Sequence[Case]:
    """Cases that ended so long ago and still hold personal data, the oldest first, some at a time.
    By the city's login."""
    query = select(Case).where(*_old(years, at)).order_by(Case.updated_at).limit(AT_ONCE)
    return db.session.scalars(query).all()


def number(years: int, at: datetime) -> int:
    """How many cases `due` would come to."""
    return db.session.scalar(select(func.count(Case.id)).where(*_old(years, at))) or 0


def _old(years: int, at: datetime) -> tuple[ColumnElement[bool], ...]:
    ended_before = Case.updated_at < at - years * YEAR
    return Case.cleared_at.is_(None), Case.state.in_(ENDED), ended_before


def clear(case: Case, *, years: int, at: datetime, owner: Connection) -> Counter[str]:
    """Destroy what one case holds; how many rows of each table. Run twice it does nothing more.

    owner: a connection of the owner of the tables, in a transaction that ends with this one's.
    """
    known = contacts.known(case)

    def veil(said: str) -> str:
        return veiled(said, known)

    done: Counter[str] = Counter()
    _rewrite_events(owner, case.id, veil, done)
    for table in db.metadata.sorted_tables:
        column = "id" if table.name == "cases" else "case_id"
        if column in table.columns and table.name not in _BY_OTHER_WAYS:
            _cover(table, table.c[column] == case.id, veil, done)
    for model in (Submission, CitizenAct):
        _cover(model.__table__, model.__table__.c.number == case.number, veil, done)
    done["contacts"] += _gone(delete(Contact).where(Contact.case_id == case.id))
    done["attachments"] += _gone(delete(Attachment).where(Attachment.case_id == case.id))
    sent = select(Submission.id).where(Submission.number == case.number)
    photos = delete(SubmissionPhoto).where(SubmissionPhoto.submission_id.in_(sent))
    done["submission_photos"] += owner.execute(photos).rowcount
    nothing = dict.fromkeys(("name_sealed", "phone_sealed", "address_sealed"))
    db.session.execute(update(Submission).where(Submission.number == case.number).values(nothing))
    db.session.refresh(case)
    search.index(case)
    case.has_phone, case.cleared_at = False, at
    rows = {name: rows for name, rows in done.items() if rows}
    why = f"办结满{years}年"
    audited.note("personal.destroy", case, by=SYSTEM, at=at, reason=why, facts=rows)
    db.session.flush()
    return done


def _cover(table: Any, which: Any, veil: Callable[[str], str], done: Counter[str]) -> None:
    """Every text of a table's rows covered, in the columns that hold what people wrote."""
    texts = [
        column
        for column in table.columns
        if isinstance(column.type, String | JSONB) and column.name not in _WORDS_OF_OURS
    ]
    if not texts:
        return
    for row in db.session.execute(select(table.c.id, *texts).where(which)).mappings():
        changed = _changed({column.name: row[column.name] for column in texts}, veil)
        if changed:
            db.session.execute(update(table).where(table.c.id == row["id"]).values(changed))
            done[table.name] += 1


def _rewrite_events(
    owner: Connection, case_id: int, veil: Callable[[str], str], done: Counter[str]
) -> None:
    """Events are facts that no login of the application changes: the owner does it here alone."""
    events: Any = CaseEvent.__table__
    query = select(events.c.id, events.c.reason, events.c.payload)
    for row in owner.execute(query.where(events.c.case_id == case_id)).mappings().all():
        changed = _changed({"reason": row["reason"], "payload": row["payload"]}, veil)
        if changed:
            owner.execute(update(events).where(events.c.id == row["id"]).values(changed))
            done["case_events"] += 1


def _changed(values: Mapping[str, Any], veil: Callable[[str], str]) -> dict[str, Any]:
    covered = {name: veiling.over(value, veil) for name, value in values.items()}
    return {name: value for name, value in covered.items() if value != values[name]}


def _gone(statement: Any) -> int:
    made: Any = db.session.execute(statement)
    return int(made.rowcount)
