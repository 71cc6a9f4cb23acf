"""The tables of 督办; all of them go with their case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from minxin.tenancy.models import MOVES, OfTenant


class Supervision(OfTenant):
    """督办件: one rung of a case's chain.

    state: drafted | open | answered | accepted | false | not_done | unanswered | ended | void
    by_station: who opened it, else the city's office · grave: 情节严重, up to the city's leaders,
    with the 分管领导 who signed for that · first_id: the rung that the chain began with.
    """

    __tablename__ = "supervisions"
    __table_args__ = (
        Index("ix_supervisions_case_id_id", "case_id", "id"),
        Index(
            "uq_supervisions_live",
            "case_id",
            unique=True,
            postgresql_where=text("state IN ('open', 'answered')"),
        ),
        Index(
            "uq_supervisions_drafted",
            "case_id",
            unique=True,
            postgresql_where=text("state = 'drafted'"),
        ),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    first_id: Mapped[int | None] = mapped_column(BigInteger)
    rung: Mapped[str]  # supervision.ladder.Rung
    ground: Mapped[str]  # supervision.ladder.Ground
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))
    unit: Mapped[str]
    demand: Mapped[str]  # 督办要求
    grave: Mapped[bool] = mapped_column(default=False)
    signed_leader: Mapped[str] = mapped_column(default="")
    by_station: Mapped[bool] = mapped_column(default=False)
    paper_id: Mapped[int | None] = mapped_column(BigInteger)
    number: Mapped[str] = mapped_column(default="")  # of the paper
    state: Mapped[str] = mapped_column(default="drafted")
    drafted_by: Mapped[str]
    drafted_by_id: Mapped[int | None] = mapped_column(BigInteger)
    drafted_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # the first time
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(default="")
    result: Mapped[str] = mapped_column(default="")


class SupervisionReply(OfTenant):
    """督办回复 of a unit, and what its reader made of it.

    outcome: waiting | accepted | sent_back | false | not_done · verified: how it was checked.
    """

    __tablename__ = "supervision_replies"
    __table_args__ = (UniqueConstraint("supervision_id", "edition"), {"info": MOVES})

    supervision_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("supervisions.id"))
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    edition: Mapped[int]
    text: Mapped[str]
    responsible: Mapped[str]  # 责任人
    unit: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime]
    late: Mapped[bool]
    outcome: Mapped[str] = mapped_column(default="waiting")
    verified: Mapped[str] = mapped_column(default="")
    opinion: Mapped[str] = mapped_column(default="")
    reviewed_by: Mapped[str] = mapped_column(default="")
    reviewed_at: Mapped[datetime | None]
    attachment_ids: Mapped[list[int]] = mapped_column(JSONB, default=list)  # photos, proof


class Proposal(OfTenant):
    """A rung that facts speak for; a person opens it or says why not.

    key: what it rests on, once for all time; a clock's key holds its version and its unit, so that
    a moved deadline and a new unit speak anew · outcome: open | taken | declined | lapsed.
    """

    __tablename__ = "supervision_proposals"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(
            "ix_supervision_proposals_open",
            "tenant_id",
            "id",
            postgresql_where=text("outcome = 'open'"),
        ),
        Index("ix_supervision_proposals_case_id", "case_id"),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    rung: Mapped[str]
    ground: Mapped[str]
    key: Mapped[str]
    clock_id: Mapped[int | None] = mapped_column(BigInteger)
    clock_version: Mapped[int | None]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(default="open")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")


class Talk(OfTenant):
    """约谈: who was called in about a case, by whom, what was said and agreed."""

    __tablename__ = "talks"
    __table_args__ = ({"info": MOVES},)

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    supervision_id: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[str]
    held_on: Mapped[date]
    place: Mapped[str]
    with_whom: Mapped[str]
    chaired_by: Mapped[str]
    said: Mapped[str]
    agreed: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
