"""How a rung ends without a verdict: its draft given up, its case closed or with another unit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select, update

from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.cases import audited, clocks, pendings, workflow
from minxin.cases.models import Case
from minxin.cases.pendings import What
from minxin.cases.states import ENDED, State
from minxin.cases.transitions import SUPERVISIONS
from minxin.documents import drafting
from minxin.documents.models import Paper
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.roles import Role
from minxin.supervision import chain
from minxin.supervision.ladder import Ground, Rung
from minxin.supervision.models import Proposal, Supervision


def drop(supervision: Supervision, *, by: Actor, at: datetime) -> None:
    """Its draft was given up: what it was drafted for waits for a decision again."""
    workflow.lock(supervision.case_id)
    db.session.refresh(supervision, with_for_update=True)
    if supervision.state != "drafted":
        return
    supervision.state, supervision.ended_at, supervision.ended_by = "void", at, by.name
    _speak_again(supervision)


def decline(proposal: Proposal, reason: str, *, by: Actor, at: datetime) -> None:
    """不予督办, with a reason: the same facts propose it no more."""
    case = db.session.get_one(Case, proposal.case_id)
    if not check.covers(by, P.SUPERVISION_WRITE, case):
        raise Refused("您没有督办该件的权限")
    if by.role is Role.STATION and (case.unit_id == by.unit_id or proposal.rung == Rung.BULLETIN):
        raise Refused("这条建议由市民心网办决定")
    db.session.refresh(proposal, with_for_update=True)
    if proposal.outcome != "open":
        raise Conflict(f"这条建议已由{proposal.decided_by or '系统'}处理，请刷新页面")
    if not reason.strip():
        raise Refused("请写明不予督办的理由", "reason")
    if len(reason) > 500:
        raise Refused("理由不能超过500个字", "reason")
    proposal.outcome, proposal.reason = "declined", reason.strip()
    proposal.decided_at, proposal.decided_by = at, by.name
    audited.note("supervision.decline", case, by=by, at=at, reason=reason)


def end_with(case: Case, at: datetime) -> bool:
    """A closed case stops its ladder: what is under way ends, drafts and proposals lapse. Was there
    anything to end?

    What rests on a promise or on a message is proposed on: they run beside the case's own course.
    """
    ended = _end(case, chain.rungs(case), "该件已结束，督办随之终止", at)
    db.session.execute(
        update(Proposal)
        .where(Proposal.case_id == case.id, Proposal.outcome == "open")
        .where(Proposal.ground.not_in((Ground.NEGLECTED, Ground.DISSATISFIED)))
        .values(outcome="lapsed", decided_at=at)
    )
    return ended


def leave(case: Case, at: datetime) -> bool:
    """The case went to another unit, or back to be sent anew: what was asked of the unit before
    ends with that, and is proposed for the new one where its own facts speak for it. Was there
    anything to end?"""
    elsewhere = Supervision.unit_id.is_distinct_from(case.unit_id)
    why = "承办单位已变更" if case.unit_id else "该件已退回重新确定承办单位"
    return _end(case, chain.rungs(case).where(elsewhere), f"{why}，督办随之终止", at)


def is_over(case: Case) -> bool:
    """Is it closed, with nothing left beside it that can be supervised?"""
    return State(case.state) in ENDED and not chain.beside(case)


def _speak_again(rung: Supervision) -> None:
    """What a rung was drafted for waits for a decision again; what no longer holds lapses."""
    db.session.execute(
        update(Proposal)
        .where(
            Proposal.case_id == rung.case_id,
            Proposal.outcome == "taken",
            Proposal.decided_at == rung.drafted_at,
        )
        .values(outcome="open", decided_at=None, decided_by="")
    )


def _end(case: Case, rungs: Select[Supervision], why: str, at: datetime) -> bool:
    """Papers are locked first, then the case, then its rungs: as at their issue."""
    under_way = rungs.where(Supervision.state.in_(("drafted", *chain.LIVE)))
    ids = {each.paper_id for each in db.session.scalars(under_way) if each.state == "drafted"}
    locked = select(Paper).where(Paper.id.in_(ids)).order_by(Paper.id).with_for_update()
    papers = {paper.id: paper for paper in db.session.scalars(locked)} if ids else {}
    case = workflow.lock(case.id)
    now = under_way.with_for_update().execution_options(populate_existing=True)
    ending = db.session.scalars(now).all()
    for rung in ending:
        drafted = rung.state == "drafted"
        rung.state, rung.ended_at, rung.result = "void" if drafted else "ended", at, why
        _speak_again(rung)
        clocks.stop(clocks.running(case), SUPERVISIONS, case, at, rung.id)
        for what in (What.SUPERVISION, What.SUPERVISION_REVIEW, What.STATION_REVIEW):
            pendings.done(case, what, subject_id=rung.id)
        if drafted and rung.paper_id in papers:
            drafting.lapse(papers[rung.paper_id], why, at=at)
        clocks.show_earliest(case, clocks.running(case))
    return bool(ending)
