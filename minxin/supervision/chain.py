"""The chain of a case: its rungs as they stand, and where the ladder leads from there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select

from minxin.cases import clocks, promises, rulebook
from minxin.cases.models import Case, Clock
from minxin.cases.transitions import SUPERVISIONS
from minxin.extensions import db
from minxin.supervision.ladder import AFTER, RULES, Rung
from minxin.supervision.models import Supervision

LIVE = ("open", "answered")
"""With the unit or its reader: one rung of a case at a time."""
UNDONE = ("false", "not_done", "unanswered")
"""How a rung ends that was of no use: the next one follows."""


def latest(case: Case) -> Supervision | None:
    """The newest rung asked of the unit that has the case; one of another unit only while it is
    under way, until the worker has ended it. What one unit left undone is not held against the
    next."""
    query = rungs(case).where(counts_for(case.unit_id)).order_by(Supervision.id.desc()).limit(1)
    found: Supervision | None = db.session.scalar(query)
    return found


def counts_for(unit_id: int | None) -> ColumnElement[bool]:
    """A rung that was sent to this unit or is drafted for it, or is under way for any."""
    under_way = Supervision.state.in_(("drafted", *LIVE))
    return or_(under_way, and_(Supervision.unit_id == unit_id, Supervision.state != "void"))


def of(case: Case) -> list[Supervision]:
    """Every rung of a case, the newest first."""
    return list(db.session.scalars(rungs(case).order_by(Supervision.id.desc())))


def running(supervision: Supervision) -> Clock | None:
    """The clock of the answer that runs."""
    query = select(Clock).where(
        Clock.case_id == supervision.case_id,
        Clock.subject_id == supervision.id,
        Clock.rule_key.in_(SUPERVISIONS),
        Clock.stopped_at.is_(None),
    )
    return db.session.scalar(query.limit(1))


def waits_for_answer(clock: Clock) -> bool:
    """Is it the running clock of the answer to a rung?"""
    return clock.rule_key in SUPERVISIONS and clock.stopped_at is None


def next_rung(before: Supervision | None, at: datetime) -> Rung:
    """The rung that the ladder leads to: the next one where the last was of no use."""
    if before is None or not (before.state in UNDONE or unanswered(before, at)):
        return Rung.NOTICE
    return AFTER.get(Rung(before.rung), Rung.BULLETIN)


def unanswered(supervision: Supervision, at: datetime) -> bool:
    """Does it wait for an answer whose time is over?"""
    clock = running(supervision) if supervision.state == "open" else None
    return clock is not None and clock.due_at <= at


def due(rung: Rung, at: datetime) -> datetime:
    """Until when the unit would have to answer if the rung were opened now."""
    return rulebook.rulebook().due(RULES[rung], at).at


def beside(case: Case) -> bool:
    """Does a promise or a message run on beside the course of the case?"""
    running = any(each.rule_key == "message" for each in clocks.running(case))
    return running or promises.open_one(case) is not None


def rungs(case: Case) -> Select[Supervision]:
    """Every rung of a case, to narrow further."""
    return select(Supervision).where(Supervision.case_id == case.id)
