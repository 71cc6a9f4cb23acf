"""退件: a unit gives a case back, who sent it decides, a dispute is ruled on (第九条（五）).

The handling clock runs on from the first dispatch, whatever becomes of the return.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column

from minxin.calendars.due import Due
from minxin.calendars.words import due_text
from minxin.cases import clocks, handover, orders, pausing, rulebook, tallies, workflow
from minxin.cases.models import Assignment, Case
from minxin.cases.states import Labelled
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.tenancy.models import MOVES, OfTenant, Tenant

REASON_LIMIT, BASIS_LIMIT = 1_000, 500


class Ground(Labelled):
    """Why a unit gives a case back."""

    DUTY = "duty", "不属本单位职责"
    PLACE = "place", "不属本辖区"
    ABOVE = "above", "属上级机关权限"
    UNCLEAR = "unclear", "责任主体不清，需协调"
    REPEATED = "repeated", "与本单位在办件重复"
    THIN = "thin", "内容不全，无法核实办理"


class Return(OfTenant):
    """One 退件 of a unit, and what became of it; it goes with its case.

    outcome: pending | accepted | refused | disputed | ruled | lapsed.
    """

    __tablename__ = "returns"
    __table_args__ = (Index("ix_returns_asked_at", "asked_at"), {"info": MOVES})

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[str]
    ground: Mapped[str]
    basis: Mapped[str]  # 三定规定、法规条款
    reason: Mapped[str]
    attachment_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    outcome: Mapped[str] = mapped_column(default="pending")
    opinion: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")
    dispute: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True)
class Claim:
    """What a unit says: a coded ground, its legal basis, why, and what proves it."""

    ground: str
    basis: str
    reason: str
    attachment_id: int | None = None


def limit(case: Case) -> Due | None:
    """Until when the unit that has the case may give it back; None where it has none."""
    sent_at = db.session.scalar(
        select(func.max(Assignment.sent_at)).where(
            Assignment.case_id == case.id,
            Assignment.unit_id == case.unit_id,
            Assignment.part == "main",
            Assignment.ended_at.is_(None),
        )
    )
    return rulebook.rulebook().due("return", sent_at) if sent_at else None


def hindrance(case: Case, at: datetime) -> str:
    """Why the case cannot be given back now, whoever asks; empty where it can."""
    if case.ruled_at is not None:
        return "该件的承办单位已经裁定，裁定为最终决定，不得再退件"
    due = limit(case)
    if due is not None and at >= due.at:
        return (
            f"已超过退件时限（收件后{due.rule.limit_zh}，至{due_text(due.at)}），不能再退件；"
            "请按时限办理，需要其他单位配合的可以请派出单位增加协办"
        )
    return ""


def ask(case: Case, claim: Claim, *, by: Actor, at: datetime, version: int | None = None) -> Return:
    """申请退件. Raises Refused after its limit, after a ruling, or where something is missing."""
    if version in (None, case.version) and (why_not := hindrance(case, at)):
        raise Refused(why_not)
    if claim.ground and claim.ground not in set(Ground):
        raise Refused("请选择退件情形", "ground")
    _within(claim.reason, REASON_LIMIT, "退件理由", "reason")
    _within(claim.basis, BASIS_LIMIT, "依据", "basis")
    made = workflow.move(
        case.id,
        "ask_return",
        by=by,
        at=at,
        version=version,
        reason=claim.reason.strip(),
        facts={"ground": claim.ground, "basis": claim.basis.strip()},
        payload={"ground": claim.ground, "basis": claim.basis.strip(), **_unit(case, by)},
    )
    asked = Return(
        tenant_id=made.case.tenant_id,
        case_id=case.id,
        unit_id=made.case.unit_id,
        unit=by.unit_name,
        ground=claim.ground,
        basis=claim.basis.strip(),
        reason=claim.reason.strip(),
        attachment_id=claim.attachment_id,
        asked_at=at,
        asked_by=by.name,
    )
    db.session.add(asked)
    db.session.flush()
    return asked


def take_back(
    case: Case, opinion: str, *, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """同意退件: back to the city's office, or to the station that sent it, to be sent anew."""
    here = case.from_station
    asked = latest(case)
    made = workflow.move(
        case.id,
        "take_back_here" if here else "take_back",
        by=by,
        at=at,
        version=version,
        unit_id=by.unit_id if here else None,
        facts={"opinion": opinion.strip()},
        payload={"opinion": opinion.strip(), **_of(asked)},
    )
    orders.end(made.case, "returned", at)
    _decided(asked, "accepted", opinion, by, at)
    if here:
        _send_to_station(made.case, opinion, by, at)
        return pausing.end(made.case, by=by, at=at)
    _leave_unit(made.case)
    office = db.session.scalars(select(Tenant.id).where(Tenant.kind == "municipal")).one()
    return pausing.end(handover.to_tenant(made.case, office), by=by, at=at)


def refuse(case: Case, reason: str, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """不同意退件: the unit goes on, and may ask for a ruling."""
    asked = latest(case)
    made = workflow.move(
        case.id,
        "refuse_return",
        by=by,
        at=at,
        version=version,
        reason=reason.strip(),
        payload=_of(asked),
    )
    _decided(asked, "refused", reason, by, at)
    return pausing.end(made.case, by=by, at=at)


def dispute(
    case: Case, reason: str, *, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """提请裁定, after a return of this unit was refused."""
    _within(reason, REASON_LIMIT, "理由", "reason")
    asked = latest(case)
    refused = asked is not None and asked.outcome == "refused" and asked.unit_id == case.unit_id
    made = workflow.move(
        case.id,
        "dispute",
        by=by,
        at=at,
        version=version,
        reason=reason.strip(),
        facts={"refused_return": refused},
    )
    assert asked is not None
    asked.outcome, asked.dispute = "disputed", reason.strip()
    return made.case


def lapse(case: Case, *, by: Actor, at: datetime) -> None:
    """A return that nobody decided before its case ended waits no longer."""
    asked = latest(case)
    if asked is not None and asked.outcome in ("pending", "disputed"):
        _decided(asked, "lapsed", "", by, at)


def latest(case: Case) -> Return | None:
    """The newest return of a case."""
    query = select(Return).where(Return.case_id == case.id).order_by(Return.id.desc()).limit(1)
    return db.session.scalar(query)


def times(case: Case, unit_id: int | None) -> int:
    """How often this unit has given the case back; from 2 on it is 多次 (1.8 A15)."""
    query = select(func.count()).select_from(Return)
    return db.session.scalar(query.where(Return.case_id == case.id, Return.unit_id == unit_id)) or 0


def _leave_unit(case: Case) -> None:
    """Between two dispatches a case lies with no unit, and its clocks count for none."""
    before = (case.tenant_id, case.unit_id or 0, case.state)
    case.unit_id, case.from_station = None, False
    clocks.hand_on(case, None)
    tallies.change({before: -1, (case.tenant_id, 0, case.state): +1})


def _send_to_station(case: Case, opinion: str, by: Actor, at: datetime) -> None:
    case.from_station = False
    clocks.hand_on(case, by.unit_id)
    db.session.add(
        Assignment(
            tenant_id=case.tenant_id,
            case_id=case.id,
            unit_id=by.unit_id,
            part="main",
            opinion=opinion.strip(),
            sent_by_id=by.user_id,
            sent_at=at,
        )
    )


def _decided(asked: Return | None, outcome: str, opinion: str, by: Actor, at: datetime) -> None:
    if asked is None:
        return
    asked.outcome, asked.opinion = outcome, opinion.strip()
    asked.decided_at, asked.decided_by = at, by.name


def _of(asked: Return | None) -> Mapping[str, Any]:
    return {"ground": asked.ground, "from_unit": asked.unit} if asked else {}


def _unit(case: Case, by: Actor) -> Mapping[str, Any]:
    return {"times": times(case, case.unit_id) + 1, "from_unit": by.unit_name}


def _within(text: str, most: int, called: str, field: str) -> None:
    if len(text) > most:
        raise Refused(f"{called}不能超过{most}个字", field)
