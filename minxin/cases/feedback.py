"""批示的反馈: what was done is reported to the leader, and a 批示 is closed once he has read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, select

from minxin.cases import pendings, workflow
from minxin.cases.instructions import Instruction
from minxin.cases.models import Case, Clock
from minxin.cases.pendings import What
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import User

TEXT_LIMIT, HOW_LIMIT = 2_000, 200
SHOWN = 50

READS_HIMSELF = exists().where(User.id == Instruction.leader_id, User.active).correlate(Instruction)
"""Has the leader an account that he can read with? Else the office enters how it was shown."""


def report_back(
    case: Case,
    instruction_id: int | None,
    text: str,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Instruction:
    """反馈批示: stops its clock; it waits to be read. Raises Conflict where it was done already."""
    if len(text) > TEXT_LIMIT:
        raise Refused(f"反馈不能超过{TEXT_LIMIT}个字", "text")
    given = _the(case, instruction_id)
    if given.feedback_at is not None:
        raise Conflict(f"该批示已由{given.feedback_by}反馈，本次没有执行")
    made = workflow.move(
        case.id,
        "report_back",
        by=by,
        at=at,
        version=version,
        subject_id=given.id,
        facts={"given": given.id, "text": text.strip()},
        payload={"instruction_id": given.id, "leader": given.leader},
    )
    given.feedback, given.feedback_at, given.feedback_by = text.strip(), at, by.name
    pendings.done(made.case, What.FEEDBACK, subject_id=given.id)
    if given.leader_id is not None:  # else the office enters how it was shown to him
        waits = {"subject_id": given.id, "user_id": given.leader_id}
        pendings.put(made.case, What.READING, at=at, **waits)
    return given


def read(
    case: Case, instruction_id: int, *, by: Actor, at: datetime, version: int | None = None
) -> Instruction:
    """阅示: the leader himself has read the feedback. Raises Refused for anybody else."""
    given = _reported(case, instruction_id)
    if given.leader_id != by.user_id:
        raise Refused("只有作出批示的领导可以阅示")
    return _closed(case, given, "read_feedback", "", by, at, version)


def enter_reading(
    case: Case,
    instruction_id: int | None,
    how: str,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Instruction:
    """登记送阅, of a leader without an account in use: when and how it was shown to him."""
    if len(how) > HOW_LIMIT:
        raise Refused(f"送阅情况不能超过{HOW_LIMIT}个字", "how")
    given = _reported(case, instruction_id)
    if db.session.scalar(select(READS_HIMSELF).where(Instruction.id == given.id)):
        raise Refused("该领导有账号，由领导本人阅示", "given")
    return _closed(case, given, "enter_reading", how.strip(), by, at, version)


def unanswered(case: Case) -> list[Instruction]:
    """The 批示 of a case that wait for feedback."""
    return _waiting(case, Instruction.feedback_at.is_(None))


def unread(case: Case) -> list[Instruction]:
    """Those whose feedback the office shows to a leader who cannot read it here."""
    return _waiting(case, and_(Instruction.feedback_at.is_not(None), ~READS_HIMSELF))


def _waiting(case: Case, stage: ColumnElement[bool]) -> list[Instruction]:
    query = select(Instruction).where(
        Instruction.case_id == case.id, Instruction.read_at.is_(None), stage
    )
    return list(db.session.scalars(query.order_by(Instruction.id)))


def open_ones(
    leader_id: int | None = None, after: int = 0
) -> tuple[Sequence[Row[*tuple[Any, ...]]], bool]:
    """What is not closed, the oldest first, SHOWN at a time; and whether there is more.

    Rows of (instruction, case number, title, due of its feedback, leader reads himself); of one
    leader only what was reported to him. after: the id that the page before ended with.
    """
    due = (
        select(Clock.due_at)
        .where(
            Clock.case_id == Instruction.case_id,
            Clock.rule_key == "instruction_feedback",
            Clock.subject_id == Instruction.id,
        )
        .order_by(Clock.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            Instruction,
            Case.number,
            func.coalesce(func.nullif(Case.summary, ""), Case.subject).label("title"),
            due.label("due_at"),
            READS_HIMSELF.label("reads_himself"),
        )
        .join(Case, Case.id == Instruction.case_id)
        .where(Instruction.read_at.is_(None), Instruction.id > after)
    )
    if leader_id is not None:
        query = query.where(
            Instruction.leader_id == leader_id, Instruction.feedback_at.is_not(None)
        )
    rows = db.session.execute(query.order_by(Instruction.id).limit(SHOWN + 1)).all()
    return rows[:SHOWN], len(rows) > SHOWN


def _the(case: Case, instruction_id: int | None) -> Instruction:
    workflow.lock(case.id)
    query = select(Instruction).where(
        Instruction.id == (instruction_id or 0), Instruction.case_id == case.id
    )
    found = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise Refused("请选择要反馈的批示", "given")
    return found


def _reported(case: Case, instruction_id: int | None) -> Instruction:
    given = _the(case, instruction_id)
    if given.feedback_at is None:
        raise Refused("该批示还没有反馈", "given")
    if given.read_at is not None:
        raise Conflict("该批示的反馈已经阅过，不需要重复办理")
    return given


def _closed(
    case: Case,
    given: Instruction,
    name: str,
    how: str,
    by: Actor,
    at: datetime,
    version: int | None,
) -> Instruction:
    made = workflow.move(
        case.id,
        name,
        by=by,
        at=at,
        version=version,
        facts={"given": given.id, "how": how},
        payload={"instruction_id": given.id, "leader": given.leader, "how": how},
    )
    given.read_at, given.read_how = at, how
    pendings.done(made.case, What.READING, subject_id=given.id)
    return given
