"""重新办理: the citizen asks within a window after closing, a person decides (第八条（五）).

The first closing stays on record, in the request and in the events.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from minxin.background import later
from minxin.calendars.due import Due
from minxin.calendars.words import due_text
from minxin.cases import dispatch, pendings, rulebook, workflow
from minxin.cases.dispatch import Order
from minxin.cases.models import Case, CitizenAct, Tracking
from minxin.cases.pendings import What
from minxin.cases.states import State
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.tenancy.models import MOVES, OfTenant

REASON_LIMIT = 1_000
RULE = "reopening"
DONE = "申请已收到，等待审核"


class Reopening(OfTenant):
    """A request to handle a closed case again, with the closing that it is about.

    outcome: pending | granted | refused. The database lets one wait a case.
    """

    __tablename__ = "reopenings"
    __table_args__ = (
        Index(
            "uq_reopenings_pending",
            "case_id",
            unique=True,
            postgresql_where=text("outcome = 'pending'"),
        ),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    closed_at: Mapped[datetime]
    close_method: Mapped[str]
    stars: Mapped[int | None]
    satisfaction: Mapped[int | None]
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(default="pending")
    opinion: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")


def window(closed_at: datetime) -> Due:
    """Until when a case that was closed at an instant may be asked for again."""
    return rulebook.rulebook().due(RULE, closed_at)


def ask(
    case: Case, reason: str, *, by: Actor, at: datetime, version: int | None = None
) -> Reopening:
    """登记重办申请. Raises Refused after the window, or while one waits."""
    if len(reason) > REASON_LIMIT:
        raise Refused(f"理由不能超过{REASON_LIMIT}个字", "reason")
    if case.state == State.CLOSED and case.closed_at is not None:
        due = window(case.closed_at)
        if at >= due.at:
            until = due_text(due.at, at)
            raise Refused(f"申请重新办理的期限（结案后{due.rule.limit_zh}，至{until}）已过")
        if pending(case) is not None:
            raise Refused("已有重办申请等待审核，不用再次提交")
    made = workflow.move(
        case.id, "ask_reopening", by=by, at=at, version=version, reason=_told(reason, by)
    )
    asked = Reopening(
        tenant_id=made.case.tenant_id,
        case_id=case.id,
        reason=reason.strip(),
        asked_at=at,
        asked_by=by.name,
        closed_at=made.case.closed_at or at,
        close_method=made.case.close_method or "",
        stars=made.case.stars,
        satisfaction=made.case.satisfaction,
        unit_id=made.case.unit_id,
    )
    db.session.add(asked)
    db.session.flush()
    pendings.put(made.case, What.REOPENING, at=at)
    return asked


def reopen(
    case: Case, order: Order, *, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """重新办理: to the same unit or another, with new clocks and nothing left of the closing."""
    asked = pending(case)
    unit, co_units = dispatch.units_of(order, at)
    made = workflow.move(
        case.id,
        "reopen",
        by=by,
        at=at,
        version=version,
        unit_id=unit.id if unit else None,
        facts={"request": asked, "unit": unit, "opinion": order.opinion.strip()},
        payload={
            "unit_name": unit.name if unit else "",
            "opinion": order.opinion.strip(),
            "closed_at": asked.closed_at.isoformat() if asked else "",
            "close_method": asked.close_method if asked else "",
            "stars": asked.stars if asked else None,
            "satisfaction": asked.satisfaction if asked else None,
        },
    )
    assert asked is not None
    if unit is None:  # the move has refused it
        raise AssertionError
    again = made.case
    again.reopened_at, again.closed_at, again.close_method = at, None, None
    again.stars = again.rating_opinion = again.satisfaction = again.reporter_id = None
    again.from_station = False
    _decided(again, asked, "granted", order.opinion, by, at)
    dispatch.send(again, unit, co_units, order, by, at)
    return dispatch.give_to(again, unit)


def refuse(case: Case, reason: str, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """不予重办: the citizen reads the reason."""
    asked = pending(case)
    made = workflow.move(
        case.id,
        "refuse_reopening",
        by=by,
        at=at,
        version=version,
        reason=reason.strip(),
        facts={"request": asked},
    )
    assert asked is not None
    _decided(made.case, asked, "refused", reason, by, at)
    return made.case


def pending(case: Case) -> Reopening | None:
    """The request that waits."""
    return db.session.scalar(
        select(Reopening).where(Reopening.case_id == case.id, Reopening.outcome == "pending")
    )


def send(tracking: Tracking, reason: str, *, at: datetime) -> None:
    """Keep the citizen's wish; a worker registers it. Raises Refused outside the window."""
    if why := why_not(tracking, at):
        raise Refused(why)
    if not reason.strip():
        raise Refused("请写明为什么要重新办理", "reason")
    if len(reason) > REASON_LIMIT:
        raise Refused(f"理由不能超过{REASON_LIMIT}个字，请删减", "reason")
    act_id = db.session.execute(
        insert(CitizenAct)
        .values(number=tracking.number, act="reopen", text=reason.strip(), at=at)
        .returning(CitizenAct.id)
    ).scalar_one()
    later("intake.act", act_id=act_id)


def why_not(tracking: Tracking, at: datetime) -> str:
    """Why the citizen cannot ask now, in a sentence for him; empty where he can."""
    if tracking.state != State.CLOSED:
        return "结案以后才能申请重新办理"
    if tracking.merged:
        return "这件诉求与同类诉求合并办理，对结果有意见的请评价或者留言"
    if tracking.reopen_until is None or _on_its_way(tracking.number):
        return "重新办理的申请已经收到，结果会写在办理过程里"
    if at >= tracking.reopen_until:
        return f"申请重新办理的期限已于{due_text(tracking.reopen_until, at)}届满"
    return ""


def _on_its_way(number: str) -> bool:
    """Is there a wish of the citizen's that waits for the worker?"""
    query = select(CitizenAct.id).where(
        CitizenAct.number == number, CitizenAct.act == "reopen", CitizenAct.done_at.is_(None)
    )
    return db.session.scalar(query.limit(1)) is not None


def _told(reason: str, by: Actor) -> str:
    """What the event keeps: a citizen's own words stand in the request alone."""
    return "诉求人在进度页提出" if by.kind == "citizen" and reason.strip() else reason.strip()


def _decided(
    case: Case, asked: Reopening, outcome: str, opinion: str, by: Actor, at: datetime
) -> None:
    asked.outcome, asked.opinion = outcome, opinion.strip()
    asked.decided_at, asked.decided_by = at, by.name
    pendings.done(case, What.REOPENING)
