"""裁定: who handles a disputed case, once and for all; kept as a precedent (第九条（五）)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Row, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from minxin.cases import dispatch, orders, pausing, returns, workflow
from minxin.cases.dispatch import Order
from minxin.cases.models import Case
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.tenancy.models import STAYS, OfTenant

TEXT_LIMIT = 2_000
SHOWN = 3


class Precedent(OfTenant):
    """What was ruled on a case like this; it stays with the office or station that ruled."""

    __tablename__ = "precedents"
    __table_args__ = (
        Index("ix_precedents_tenant_id_category_id", "tenant_id", "category_id"),
        {"info": STAYS},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    number: Mapped[str]
    category_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("categories.id"))
    kind: Mapped[str]
    district: Mapped[str | None]
    summary: Mapped[str]  # 问题摘要, as the office put it into words
    ground: Mapped[str]  # what the unit that gave it back had said
    from_unit: Mapped[str]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))
    text: Mapped[str]
    ruled_at: Mapped[datetime]
    ruled_by: Mapped[str]


@dataclass(frozen=True)
class Judgment:
    """Which unit handles the case, and on what it rests."""

    unit_id: int | None
    text: str


def rule(
    case: Case, judgment: Judgment, *, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """裁定: names the unit and ends returns; its clocks run on, and a pause ends.

    A station's login sees the units of its own district alone, so it rules for those; the city's
    office for all. Raises Refused without a unit or a text.
    """
    if len(judgment.text) > TEXT_LIMIT:
        raise Refused(f"裁定意见不能超过{TEXT_LIMIT}个字", "ruling")
    order = Order(judgment.unit_id, judgment.text)
    unit, _ = dispatch.units_of(order, at)
    asked = returns.latest(case)
    made = workflow.move(
        case.id,
        "rule",
        by=by,
        at=at,
        version=version,
        unit_id=unit.id if unit else None,
        facts={"unit": unit, "ruling": judgment.text.strip()},
        payload={"unit_name": unit.name if unit else "", "opinion": judgment.text.strip()},
    )
    if unit is None:  # the move has refused it
        raise AssertionError
    made.case.ruled_at = at
    if asked is not None:
        asked.outcome, asked.opinion = "ruled", judgment.text.strip()
        asked.decided_at, asked.decided_by = at, by.name
    db.session.add(_precedent(made.case, unit, judgment, asked, by, at))
    orders.end(made.case, "passed_on", at, part="main")
    dispatch.send(made.case, unit, (), order, by, at)
    return pausing.end(dispatch.give_to(made.case, unit), by=by, at=at)


def precedents(case: Case) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was ruled on cases of the same category, the newest first, with the unit's name."""
    if case.category_id is None:
        return []
    query = (
        select(
            Precedent.number,
            Precedent.summary,
            Precedent.text,
            Precedent.ruled_at,
            Precedent.unit_id,
            Unit.name.label("unit"),
            Unit.active,
        )
        .join(Unit, Unit.id == Precedent.unit_id)
        .where(
            Precedent.category_id == case.category_id,
            Precedent.case_id != case.id,
            or_(Precedent.district == case.district, Precedent.district.is_(None)),
        )
        .order_by(Precedent.id.desc())
        .limit(SHOWN)
    )
    return db.session.execute(query).all()


def _precedent(
    case: Case,
    unit: Unit,
    judgment: Judgment,
    asked: returns.Return | None,
    by: Actor,
    at: datetime,
) -> Precedent:
    return Precedent(
        tenant_id=by.tenant_id or case.tenant_id,
        case_id=case.id,
        number=case.number,
        category_id=case.category_id,
        kind=case.kind or "",
        district=case.district,
        summary=case.summary,
        ground=asked.ground if asked else "",
        from_unit=asked.unit if asked else "",
        unit_id=unit.id,
        text=judgment.text.strip(),
        ruled_at=at,
        ruled_by=by.name,
    )
