"""请示件: an urgent case put before the 分管领导, and the word of it (第八条（六）)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from minxin.cases import pendings, workflow
from minxin.cases.leaders import Leader
from minxin.cases.models import Case
from minxin.cases.pendings import What
from minxin.errors import Refused
from minxin.extensions import db
from minxin.notices import channels
from minxin.people.actor import Actor
from minxin.tenancy.models import MOVES, OfTenant

TEXT_LIMIT = 4000


class InstructionRequest(OfTenant):
    """请示件: what was put before which leader, and when he answered.

    sent_at: when the notice channel took the word of it; none where there is no channel.
    """

    __tablename__ = "instruction_requests"
    __table_args__ = (Index("ix_instruction_requests_case_id", "case_id"), {"info": MOVES})

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    leader_id: Mapped[int | None] = mapped_column(BigInteger)  # none without an account
    leader: Mapped[str]
    leader_title: Mapped[str]
    text: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    answered_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


def request(
    case: Case,
    leader: Leader | None,
    text: str,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> InstructionRequest:
    """呈报请示: the 请示件 goes to a leader, and the 30 minutes stop."""
    if len(text) > TEXT_LIMIT:
        raise Refused(f"请示内容不能超过{TEXT_LIMIT}个字", "text")
    made = workflow.move(
        case.id,
        "request_instruction",
        by=by,
        at=at,
        version=version,
        facts={"leader": leader, "text": text.strip()},
        payload=whose(leader),
    )
    assert leader is not None
    asked = InstructionRequest(
        tenant_id=made.case.tenant_id,
        case_id=case.id,
        leader_id=leader.user_id,
        leader=leader.name,
        leader_title=leader.title,
        text=text.strip(),
        asked_at=at,
        asked_by=by.name,
    )
    db.session.add(asked)
    db.session.flush()
    pendings.done(made.case, What.INSTRUCTION_REQUEST)
    if leader.user_id is not None:  # who has no account answers on paper, which the office enters
        waits = {"subject_id": asked.id, "user_id": leader.user_id}
        pendings.put(made.case, What.INSTRUCTION, at=at, **waits)
    return asked


def requests(case: Case, *, waiting: bool = False) -> list[InstructionRequest]:
    """The 请示件 of a case, the newest first; only those that wait for their leader."""
    query = select(InstructionRequest).where(InstructionRequest.case_id == case.id)
    if waiting:
        query = query.where(
            InstructionRequest.answered_at.is_(None), InstructionRequest.withdrawn_at.is_(None)
        )
    return list(db.session.scalars(query.order_by(InstructionRequest.id.desc())))


def asked_at(case: Case, at: datetime) -> InstructionRequest | None:
    """The 请示件 that was put at an instant: which one an event is about."""
    query = select(InstructionRequest).where(
        InstructionRequest.case_id == case.id, InstructionRequest.asked_at == at
    )
    return db.session.scalar(query.limit(1))


def waiting_for(case: Case, leader: Leader) -> InstructionRequest | None:
    """The 请示件 that waits for exactly this leader: by the account, else by the name."""
    for asked in requests(case, waiting=True):
        same = asked.leader == leader.name
        if asked.leader_id == leader.user_id if leader.user_id is not None else same:
            return asked
    return None


def announce(request_id: int, city: str, *, at: datetime) -> None:
    """Send the word of a 请示件 by the notice channel; once, however often this is run.

    Nothing where it was answered or withdrawn meanwhile. The row stays locked while it is sent.
    """
    asked = db.session.get(InstructionRequest, request_id, with_for_update=True)
    if asked is None or asked.sent_at or asked.answered_at or asked.withdrawn_at:
        return
    number = db.session.scalar(select(Case.number).where(Case.id == asked.case_id))
    words = f"{number} 重大紧急件已呈报请示，请登录民心网批示。"
    if channels.send(city, "重大紧急件请示", words):
        asked.sent_at = at


def whose(leader: Leader | None) -> Mapping[str, Any]:
    """A leader as an event's payload names him."""
    return {"leader": leader.name, "leader_title": leader.title} if leader else {}
