"""跟踪件: what was promised for later, until when, and what became of it (1.7, 第八条（二）)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from minxin.cases import pendings, tags, workflow
from minxin.cases.models import Case
from minxin.cases.pendings import What
from minxin.cases.states import Tag
from minxin.clock import local
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.tenancy.models import MOVES, OfTenant

TEXT_LIMIT = 1_000
LONGEST = timedelta(days=366 * 3)


class Promise(OfTenant):
    """One promise on a case; outcome: open | replaced | fulfilled. One is open at a time."""

    __tablename__ = "promises"
    __table_args__ = (
        Index(
            "uq_promises_open", "case_id", unique=True, postgresql_where=text("outcome = 'open'")
        ),
        Index(
            "ix_promises_review_on",
            "review_on",
            postgresql_where=text("outcome = 'open' AND review_on IS NOT NULL"),
        ),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    text: Mapped[str]
    promised_on: Mapped[date]
    review_on: Mapped[date | None]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    outcome: Mapped[str] = mapped_column(default="open")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(default="")
    result: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True)
class Vow:
    """What is promised, until which day, and when it is looked at next. why: of a new day for
    what was promised before."""

    text: str
    promised_on: date | None
    review_on: date | None = None
    why: str = ""


def track(case: Case, vow: Vow, *, by: Actor, at: datetime, version: int | None = None) -> Promise:
    """列为跟踪件, or promise anew: the old promise stays on record as replaced.

    Raises Refused without text or day, for a day that is over, or for a new day without a reason.
    """
    before = open_one(case)
    _check(vow, before, at)
    made = workflow.move(
        case.id,
        "track",
        by=by,
        at=at,
        version=version,
        reason=vow.why.strip() or None,
        until=vow.promised_on,
        facts={"promise": vow.text.strip(), "promised_on": vow.promised_on},
        payload={
            "promise": vow.text.strip(),
            "promised_on": vow.promised_on.isoformat() if vow.promised_on else "",
            "promised_before": before.promised_on.isoformat() if before else "",
        },
    )
    assert vow.promised_on is not None
    if before is not None:
        before.outcome, before.ended_at, before.ended_by = "replaced", at, by.name
        db.session.flush()
    promise = Promise(
        tenant_id=made.case.tenant_id,
        case_id=case.id,
        text=vow.text.strip(),
        promised_on=vow.promised_on,
        review_on=vow.review_on,
        made_at=at,
        made_by=by.name,
    )
    db.session.add(promise)
    tags.give(made.case, Tag.TRACKED, by=by, at=at)
    pendings.done(made.case, What.PROMISE)
    db.session.flush()
    return promise


def review(
    case: Case,
    said: str,
    next_on: date | None,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """记录跟踪情况, and when to look again."""
    promise = open_one(case)
    _within(said)
    if next_on is not None and next_on <= local(at).date():
        raise Refused("下次复查日期须在今天以后", "review_on")
    made = workflow.move(
        case.id,
        "review_promise",
        by=by,
        at=at,
        version=version,
        facts={"tracked": promise, "text": said.strip()},
        payload={"text": said.strip(), "review_on": next_on.isoformat() if next_on else ""},
    )
    assert promise is not None
    promise.review_on = next_on
    pendings.done(made.case, What.PROMISE)
    return made.case


def fulfil(case: Case, result: str, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """跟踪办结: the promise was kept; the citizen reads how."""
    promise = open_one(case)
    _within(result)
    made = workflow.move(
        case.id,
        "fulfil",
        by=by,
        at=at,
        version=version,
        facts={"tracked": promise, "text": result.strip()},
        payload={"text": result.strip()},
    )
    assert promise is not None
    promise.outcome, promise.result = "fulfilled", result.strip()
    promise.ended_at, promise.ended_by = at, by.name
    pendings.done(made.case, What.PROMISE)
    return made.case


def open_one(case: Case) -> Promise | None:
    """The promise that is open."""
    query = select(Promise).where(Promise.case_id == case.id, Promise.outcome == "open")
    return db.session.scalar(query)


def call_up(at: datetime) -> int:
    """Let every promise whose review day has come wait for its office, once; how many."""
    due = db.session.scalars(
        select(Promise)
        .where(Promise.outcome == "open", Promise.review_on <= local(at).date())
        .order_by(Promise.id)
        .with_for_update(skip_locked=True)
    ).all()
    for promise in due:
        case = db.session.get_one(Case, promise.case_id)
        pendings.put(case, What.PROMISE, at=at)
        promise.review_on = None
    return len(due)


def _check(vow: Vow, before: Promise | None, at: datetime) -> None:
    _within(vow.text, "promise")
    today = local(at).date()
    if vow.promised_on is not None:
        if vow.promised_on < today:
            raise Refused("承诺完成日期已经过去", "promised_on")
        if vow.promised_on - today > LONGEST:
            raise Refused("承诺完成日期不能晚于三年以后", "promised_on")
    if vow.review_on is not None and vow.review_on <= today:
        raise Refused("复查日期须在今天以后", "review_on")
    if before is not None and not vow.why.strip():
        raise Refused("该件已有承诺，改变承诺须写明理由", "why")


def _within(said: str, field: str = "text") -> None:
    if len(said) > TEXT_LIMIT:
        raise Refused(f"不能超过{TEXT_LIMIT}个字", field)
