"""诉求人评价: the citizen says himself what he thinks of the result (第八条（三）).

Three answers (联系、解决、满意) and five levels, once for each answer that he was given; what he
said last counts, and all of it stays on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from minxin.background import later
from minxin.cases import messages, workflow
from minxin.cases.models import Case, CitizenAct, Tracking
from minxin.cases.states import AFTER_UNIT, SATISFACTION, State
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.tenancy.models import MOVES, OfTenant

WORDS_LIMIT = 500
ANSWERED = AFTER_UNIT - {State.REPORTED, State.ANSWERED} | {State.CLOSED}
"""In these states the citizen has been given an answer that he can judge."""


class Appraisal(OfTenant):
    """What the citizen said of the result, by himself or through staff."""

    __tablename__ = "appraisals"
    __table_args__ = ({"info": MOVES},)

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    satisfaction: Mapped[int]
    contacted: Mapped[bool | None]
    solved: Mapped[bool | None]
    words: Mapped[str]
    at: Mapped[datetime]
    by_name: Mapped[str]
    by_kind: Mapped[str]  # citizen | person


@dataclass(frozen=True)
class View:
    """What the citizen thinks: five levels, and was he called, is it solved."""

    satisfaction: int | None
    contacted: bool | None = None
    solved: bool | None = None
    words: str = ""


def appraise(
    case: Case, view: View, *, by: Actor, at: datetime, version: int | None = None
) -> Appraisal:
    """登记诉求人评价. A case that was merged is judged by the answer of its master.

    Raises Refused before there is an answer, or where the citizen has judged it himself already.
    """
    _check(view)
    if by.kind == "person" and view.satisfaction is not None and not view.words.strip():
        raise Refused("请写明诉求人何时、以什么方式作出评价，怎么说的", "words")
    if case.state == State.MERGED and _leading_state(case) not in ANSWERED:
        raise Refused("主件还没有办理结果，不能评价")
    if by.kind == "citizen" and given(case):
        raise Refused("您已经评价过这件诉求；还有意见的，请留言")
    made = workflow.move(
        case.id,
        "appraise",
        by=by,
        at=at,
        version=version,
        facts={"satisfaction": view.satisfaction},
        payload={
            "satisfaction": view.satisfaction,
            "contacted": view.contacted,
            "solved": view.solved,
        },
    )
    assert view.satisfaction is not None
    made.case.satisfaction = view.satisfaction
    appraisal = Appraisal(
        tenant_id=made.case.tenant_id,
        case_id=case.id,
        satisfaction=view.satisfaction,
        contacted=view.contacted,
        solved=view.solved,
        words=view.words.strip(),
        at=at,
        by_name=by.name,
        by_kind=by.kind,
    )
    db.session.add(appraisal)
    db.session.flush()
    messages.unhappy(made.case, view.satisfaction, view.words, origin="appraisal", by=by, at=at)
    return appraisal


def given(case: Case) -> bool:
    """Has the citizen judged this answer himself? A reopened case is judged anew."""
    query = select(Appraisal.id).where(
        Appraisal.case_id == case.id,
        Appraisal.by_kind == "citizen",
        Appraisal.at >= (case.reopened_at or case.received_at),
    )
    return db.session.scalar(query.limit(1)) is not None


def ask(tracking: Tracking, view: View, *, at: datetime) -> None:
    """Keep what the citizen chose on the progress page; a worker registers it."""
    if tracking.state not in ANSWERED:
        raise Refused("这件诉求还没有办理结果，现在不能评价")
    if view.satisfaction is None:
        raise Refused("请选择满意程度", "satisfaction")
    _check(view)
    if asked(tracking):
        raise Refused("评价已经收到，不用再次提交")
    act_id = db.session.execute(
        insert(CitizenAct)
        .values(
            number=tracking.number,
            act="appraise",
            text=view.words.strip(),
            facts={
                "satisfaction": view.satisfaction,
                "contacted": view.contacted,
                "solved": view.solved,
            },
            at=at,
        )
        .returning(CitizenAct.id)
    ).scalar_one()
    later("intake.act", act_id=act_id)


def asked(tracking: Tracking) -> bool:
    """Did the citizen send a judgement of this answer, done or not, that was not turned down?"""
    query = select(CitizenAct.answer).where(
        CitizenAct.number == tracking.number,
        CitizenAct.act == "appraise",
        CitizenAct.at >= (tracking.reopened_at or tracking.received_at),
    )
    return any(answer in (None, DONE) for answer in db.session.scalars(query))


DONE = "评价已登记"


def _check(view: View) -> None:
    if view.satisfaction is not None and view.satisfaction not in SATISFACTION:
        raise Refused("请从五档中选择满意程度", "satisfaction")
    if len(view.words) > WORDS_LIMIT:
        raise Refused(f"不能超过{WORDS_LIMIT}个字，请删减", "words")


def _leading_state(case: Case) -> str | None:
    return db.session.scalar(select(Case.state).where(Case.id == case.master_id))
