"""协办: a co-handling unit answers to the main unit, and is done with it (第九条（二）)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from minxin.cases import workflow
from minxin.cases.models import Assignment, Case
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.tenancy.models import MOVES, OfTenant

TEXT_LIMIT = 5_000


class CoAnswer(OfTenant):
    """What a co-handling unit answered to the main one."""

    __tablename__ = "co_answers"
    __table_args__ = ({"info": MOVES},)

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[str]
    text: Mapped[str]
    answered_at: Mapped[datetime]
    answered_by: Mapped[str]


def answer(
    case: Case, text: str, *, by: Actor, at: datetime, version: int | None = None
) -> CoAnswer:
    """协办反馈: ends the turn of the person's unit; the main unit goes on with what it says."""
    if len(text) > TEXT_LIMIT:
        raise Refused(f"协办情况不能超过{TEXT_LIMIT}个字", "text")
    made = workflow.move(
        case.id,
        "answer_co",
        by=by,
        at=at,
        version=version,
        facts={"text": text.strip()},
        payload={"from_unit": by.unit_name},
    )
    db.session.execute(
        update(Assignment)
        .where(
            Assignment.case_id == case.id,
            Assignment.part == "co",
            Assignment.unit_id.in_(by.unit_ids),
            Assignment.ended_at.is_(None),
        )
        .values(ended_at=at, outcome="answered")
    )
    answered = CoAnswer(
        tenant_id=made.case.tenant_id,
        case_id=case.id,
        unit_id=by.unit_id,
        unit=by.unit_name,
        text=text.strip(),
        answered_at=at,
        answered_by=by.name,
    )
    db.session.add(answered)
    db.session.flush()
    return answered


def waiting(case: Case) -> Sequence[str]:
    """Names of the co-handling units that have not answered yet."""
    query = (
        select(Unit.name)
        .join(Assignment, Assignment.unit_id == Unit.id)
        .where(
            Assignment.case_id == case.id,
            Assignment.part == "co",
            Assignment.ended_at.is_(None),
        )
        .group_by(Unit.name)
        .order_by(func.min(Assignment.id))
    )
    return db.session.scalars(query).all()
