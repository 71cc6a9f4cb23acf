"""待批事项: requests on a case that wait for somebody, beside the state that it is in.

Few by nature, so they are counted where they are shown; each verb that asks puts one, and the one
that answers takes it away.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from minxin.cases.models import Case
from minxin.cases.states import Labelled
from minxin.extensions import db
from minxin.tenancy.models import MOVES, OfTenant


class What(Labelled):
    """What waits. The first group waits for the office or station, the second for a unit."""

    EXTENSION = "extension", "延期待批"
    MESSAGE = "message", "留言待处理"
    REOPENING = "reopening", "重办待定"
    INSTRUCTION_REQUEST = "instruction_request", "待请示"
    INSTRUCTION = "instruction", "待批示"
    FEEDBACK = "feedback", "批示待反馈"
    READING = "reading", "反馈待阅"
    PROMISE = "promise", "跟踪待复查"
    REPLY = "reply", "留言待答复"
    SUPERVISION = "supervision", "督办待回复"
    SUPERVISION_REVIEW = "supervision_review", "督办回复待审核"
    STATION_REVIEW = "station_review", "本站督办待审核"


class Pending(OfTenant):
    """One request that waits; subject_id: which of its kind · unit_id: for which unit, user_id:
    for which leader; neither where it waits for the office or a station."""

    __tablename__ = "pendings"
    __table_args__ = (
        UniqueConstraint("case_id", "what", "subject_id"),
        Index("ix_pendings_tenant_id_what", "tenant_id", "what"),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    what: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigInteger, default=0)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    since: Mapped[datetime]


def put(
    case: Case,
    what: What,
    *,
    at: datetime,
    subject_id: int = 0,
    unit_id: int | None = None,
    user_id: int | None = None,
) -> None:
    """Let something wait; once, however often it is done."""
    row = insert(Pending).values(
        tenant_id=case.tenant_id,
        case_id=case.id,
        what=str(what),
        subject_id=subject_id,
        unit_id=unit_id,
        user_id=user_id,
        since=at,
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["case_id", "what", "subject_id"]))


def done(case: Case, what: What, *, subject_id: int = 0) -> None:
    """It was answered."""
    db.session.execute(
        delete(Pending).where(
            Pending.case_id == case.id,
            Pending.what == str(what),
            Pending.subject_id == subject_id,
        )
    )


def hand_on(case: Case, unit_id: int | None) -> None:
    """What waited for the unit waits for the one that the case went to."""
    db.session.execute(
        update(Pending)
        .where(Pending.case_id == case.id, Pending.unit_id.is_not(None))
        .values(unit_id=unit_id)
    )


def cases(case_ids: Collection[int], what: What) -> frozenset[int]:
    """Those of some cases on which something of this kind waits."""
    query = select(Pending.case_id).where(Pending.case_id.in_(case_ids), Pending.what == str(what))
    return frozenset(db.session.scalars(query))
