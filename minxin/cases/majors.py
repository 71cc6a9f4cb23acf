"""重大紧急件, tracked from the flag to the end: what was put before whom, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, func, select

from minxin.cases.asking import InstructionRequest
from minxin.cases.clocks import FEEDBACKS
from minxin.cases.instructions import Instruction
from minxin.cases.models import Case, Clock
from minxin.cases.states import ENDED
from minxin.extensions import db
from minxin.people.models import Unit
from minxin.tenancy.models import Tenant

Row = TypeVar("Row", InstructionRequest, Instruction)

ASKING = "instruction_request"
ENDED_SHOWN = 50


@dataclass(frozen=True)
class Major:
    """One case: its place in the course, and each step of the way with its instant.

    asking: the clock of the 请示件 · asked: the newest of them · led: the newest 批示
    feedback: the unit's first word that was asked for last, with when it was due and when it came.
    """

    case_id: int
    number: str
    title: str
    urgency: str
    state: str
    unit: str
    tenant: str
    due_at: datetime
    yellow_at: datetime | None
    closed_at: datetime | None
    flagged_at: datetime
    asking: Clock | None
    asked: InstructionRequest | None
    led: Instruction | None
    feedback: Clock | None

    @property
    def ended(self) -> bool:
        """Is nothing left to be followed?"""
        return self.state in ENDED


def open_ones() -> list[Major]:
    """Every 重大紧急件 that is not over, the newest flag first, within the login's reach."""
    return _read(Case.state.not_in(sorted(ENDED)), None)


def ended_ones() -> list[Major]:
    """The latest that are over."""
    return _read(Case.state.in_(sorted(ENDED)), ENDED_SHOWN)


def asked_of(user_id: int) -> list[tuple[Major, InstructionRequest]]:
    """What waits for a leader's 批示, the oldest first: also of cases that are flagged no more."""
    query = select(InstructionRequest).where(
        InstructionRequest.leader_id == user_id,
        InstructionRequest.answered_at.is_(None),
        InstructionRequest.withdrawn_at.is_(None),
    )
    asked = db.session.scalars(query.order_by(InstructionRequest.id)).all()
    known = {each.case_id: each for each in _read(Case.id.in_([a.case_id for a in asked]), None)}
    return [(known[each.case_id], each) for each in asked if each.case_id in known]


def led_by(user_id: int, limit: int = 20) -> list[tuple[str, Instruction]]:
    """(case number, 批示) that a leader gave, the newest first."""
    query = (
        select(Case.number, Instruction)
        .join(Case, Case.id == Instruction.case_id)
        .where(Instruction.leader_id == user_id)
        .order_by(Instruction.id.desc())
        .limit(limit)
    )
    return [(number, each) for number, each in db.session.execute(query)]


def _read(where: ColumnElement[bool], limit: int | None) -> list[Major]:
    rows = db.session.execute(
        select(
            Case.id.label("case_id"),
            Case.number,
            func.coalesce(func.nullif(Case.summary, ""), Case.subject).label("title"),
            Case.urgency,
            Case.state,
            func.coalesce(Unit.name, "").label("unit"),
            Tenant.name.label("tenant"),
            Case.due_at,
            Case.yellow_at,
            Case.closed_at,
            Case.flagged_at,
        )
        .join(Tenant, Tenant.id == Case.tenant_id)
        .outerjoin(Unit, Unit.id == Case.unit_id)
        .where(Case.flagged_at.is_not(None), where)
        .order_by(Case.flagged_at.desc(), Case.id.desc())
        .limit(limit)
    ).all()
    ids = [row.case_id for row in rows]
    asked, led = _latest(InstructionRequest, ids), _latest(Instruction, ids)
    keys = {ASKING, *FEEDBACKS}
    running = select(Clock).where(Clock.case_id.in_(ids), Clock.rule_key.in_(keys))
    clocks = db.session.scalars(running.order_by(Clock.id)).all()
    asking = {clock.case_id: clock for clock in clocks if clock.rule_key == ASKING}
    feedback = {clock.case_id: clock for clock in clocks if clock.rule_key != ASKING}
    return [
        Major(
            **row._mapping,
            asking=asking.get(row.case_id),
            asked=asked.get(row.case_id),
            led=led.get(row.case_id),
            feedback=feedback.get(row.case_id),
        )
        for row in rows
    ]


def _latest(table: type[Row], case_ids: Iterable[int]) -> dict[int, Row]:
    found = db.session.scalars(
        select(table).where(table.case_id.in_(list(case_ids))).order_by(table.id)
    )
    return {each.case_id: each for each in found}
