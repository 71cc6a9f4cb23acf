"""Opening a rung: drafted with its paper by a person, open from the moment the paper is issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, update

from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.cases import audited, clocks, pendings, promises, rulebook, workflow
from minxin.cases.models import Case, Clock
from minxin.cases.pendings import What
from minxin.cases.states import State
from minxin.cases.transitions import SENT, SUPERVISIONS
from minxin.clock import local
from minxin.documents import drafting
from minxin.documents.drafting import About
from minxin.documents.models import Paper
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.people.roles import Role
from minxin.supervision import facts
from minxin.supervision.ladder import AFTER, AGAIN, PAPERS, RULES, Ground, Rung
from minxin.supervision.models import Proposal, Supervision

DEMAND_LIMIT = 2_000
MOVE = {
    Rung.NOTICE: "supervise",
    Rung.SECOND: "supervise_again",
    Rung.BULLETIN: "supervise_bulletin",
}
LIVE = ("open", "answered")
"""With the unit or its reader: one rung of a case at a time."""
UNDONE = ("false", "not_done", "unanswered")
"""How a rung ends that was of no use: the next one follows."""


@dataclass(frozen=True)
class Wish:
    """What a person wants sent: the rung, why, what is demanded.

    grave: 情节严重, reported to the city's leaders as well; signed_leader: the 分管领导 who agreed.
    """

    rung: Rung
    ground: Ground
    demand: str
    grave: bool = False
    signed_leader: str = ""


def draft(
    case: Case, wish: Wish, *, by: Actor, at: datetime, version: int | None = None
) -> Supervision:
    """拟办: a rung and the draft of its paper; the head signs it off (`papers.issuing`).

    Raises Refused where the ladder does not lead there, or something is missing; Conflict where
    another rung of the case is under way.
    """
    if not check.covers(by, P.SUPERVISION_WRITE, case):
        raise Refused("您没有督办该件的权限")
    case = workflow.lock(case.id)
    if version is not None and version != case.version:
        raise Conflict("该件刚刚有了变化，本次没有拟办。您填写的内容仍在下方，请核对后再保存")
    if wish.rung is Rung.BULLETIN and by.role is Role.STATION:
        raise Refused("督办专报由市民心网办下发，请报市民心网办", "grave")
    unit = _addressed(case, by)
    before = latest(case)
    _check_place(case, before, at)
    _check(case, wish, before, at)
    made = Supervision(
        tenant_id=case.tenant_id,
        case_id=case.id,
        first_id=before.first_id or before.id if before and wish.rung != Rung.NOTICE else None,
        rung=wish.rung,
        ground=wish.ground,
        unit_id=unit.id,
        unit=unit.name,
        demand=wish.demand.strip(),
        grave=wish.grave,
        signed_leader=wish.signed_leader.strip(),
        by_station=by.role is Role.STATION,
        drafted_by=by.name,
        drafted_by_id=by.user_id,
        drafted_at=at,
    )
    db.session.add(made)
    db.session.flush()
    about = About(case.id, case.number, made.id, due_rule=RULES[wish.rung])
    made.paper_id = drafting.begin(PAPERS[wish.rung], about, by=by, at=at).id
    _settle(case, at, outcome="taken", decided_by=by.name)
    audited.note("supervision.draft", case, by=by, at=at, facts={"rung": wish.rung})
    return made


def open_(supervision: Supervision, number: str, *, by: Actor, at: datetime) -> Supervision:
    """下发: its paper was issued, and the unit's time begins. Raises Conflict where the rung before
    was answered meanwhile."""
    case = workflow.lock(supervision.case_id)
    if supervision.state != "drafted":
        raise Conflict("该督办件已下发或已作废，请核对最新情况")
    _let_go(case, by, at)
    if supervision.rung == Rung.SECOND and supervision.ground == Ground.FALSE:
        facts.note(case, facts.FALSE_REPORT, local(at).date(), at)
        facts.note(case, facts.LEAD, local(at).date(), at)
    made = workflow.move(
        case.id,
        MOVE[Rung(supervision.rung)],
        by=by,
        at=at,
        subject_id=supervision.id,
        facts={"unit": supervision.unit_id, "demand": supervision.demand},
        payload={
            "supervision_id": supervision.id,
            "ground": supervision.ground,
            "number": number,
            "grave": supervision.grave,
        },
    )
    clock = running(supervision)
    supervision.state, supervision.number = "open", number
    supervision.opened_at, supervision.opened_by = at, by.name
    supervision.due_at = clock.due_at if clock else None
    unit_id = made.case.unit_id
    pendings.put(made.case, What.SUPERVISION, at=at, subject_id=supervision.id, unit_id=unit_id)
    db.session.flush()
    return supervision


def _let_go(case: Case, by: Actor, at: datetime) -> None:
    """The rung before that nobody answered ends as the next one is sent."""
    before = db.session.scalar(_of(case).where(Supervision.state.in_(LIVE)).with_for_update())
    if before is None:
        return
    if before.state == "answered":
        raise Conflict(f"该件的{Rung(before.rung).label}已收到回复，请先审核回复")
    clocks.stop(clocks.running(case), SUPERVISIONS, case, at, before.id)
    before.state, before.late = "unanswered", True
    before.ended_at, before.ended_by, before.result = at, by.name, "逾期未回复"
    pendings.done(case, What.SUPERVISION, subject_id=before.id)
    db.session.flush()


def due(rung: Rung, at: datetime) -> datetime:
    """Until when the unit would have to answer if the rung were opened now."""
    return rulebook.rulebook().due(RULES[rung], at).at


def drop(supervision: Supervision, *, by: Actor, at: datetime) -> None:
    """Its draft was given up."""
    if supervision.state == "drafted":
        supervision.state, supervision.ended_at, supervision.ended_by = "void", at, by.name


def decline(proposal: Proposal, reason: str, *, by: Actor, at: datetime) -> None:
    """不予督办, with a reason: the same facts propose it no more."""
    case = db.session.get_one(Case, proposal.case_id)
    if not check.covers(by, P.SUPERVISION_WRITE, case):
        raise Refused("您没有督办该件的权限")
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


def end_with(case: Case, at: datetime) -> None:
    """A closed case stops its ladder: what is under way ends, drafts and proposals lapse."""
    for rung in db.session.scalars(_of(case).where(Supervision.state.in_(("drafted", *LIVE)))):
        drafted = rung.state == "drafted"
        rung.state, rung.ended_at = "void" if drafted else "ended", at
        rung.result = "该件已结束，督办随之终止"
        for what in (What.SUPERVISION, What.SUPERVISION_REVIEW, What.STATION_REVIEW):
            pendings.done(case, what, subject_id=rung.id)
        paper = db.session.get(Paper, rung.paper_id) if drafted and rung.paper_id else None
        if paper is not None and paper.state in drafting.OPEN:
            paper.state = "void"
    _settle(case, at, outcome="lapsed")


def latest(case: Case) -> Supervision | None:
    """The newest rung of a case that was not dropped."""
    query = _of(case).where(Supervision.state != "void").order_by(Supervision.id.desc()).limit(1)
    found: Supervision | None = db.session.scalar(query)
    return found


def of(case: Case) -> list[Supervision]:
    """Every rung of a case, the newest first."""
    return list(db.session.scalars(_of(case).order_by(Supervision.id.desc())))


def running(supervision: Supervision) -> Clock | None:
    """The clock of the answer that runs."""
    query = select(Clock).where(
        Clock.case_id == supervision.case_id,
        Clock.subject_id == supervision.id,
        Clock.rule_key.in_(SUPERVISIONS),
        Clock.stopped_at.is_(None),
    )
    return db.session.scalar(query.limit(1))


def next_rung(before: Supervision | None, at: datetime) -> Rung:
    """The rung that the ladder leads to: the next one where the last was of no use."""
    if before is None or not (before.state in UNDONE or unanswered(before, at)):
        return Rung.NOTICE
    return AFTER.get(Rung(before.rung), Rung.BULLETIN)


def unanswered(supervision: Supervision, at: datetime) -> bool:
    """Does it wait for an answer whose time is over?"""
    clock = running(supervision) if supervision.state == "open" else None
    return clock is not None and clock.due_at <= at


def hindrance(case: Case, before: Supervision | None, *, by: Actor, at: datetime) -> str:
    """Why no rung can be drafted for this case now, in a sentence; empty where one can.

    before: its latest rung.
    """
    try:
        _addressed(case, by)
        _check_place(case, before, at)
    except Refused as refusal:
        return refusal.message
    return ""


def _addressed(case: Case, by: Actor) -> Unit:
    unit = db.session.get(Unit, case.unit_id or 0)
    if unit is None:
        raise Refused("该件还没有承办单位，不能督办")
    if unit.id == by.unit_id:
        raise Refused("本单位办理的诉求件，不得由本单位督办")
    return unit


def _check_place(case: Case, before: Supervision | None, at: datetime) -> None:
    if case.state not in SENT and not (case.state == State.CLOSED and promises.open_one(case)):
        raise Refused("该件不在承办单位办理，也不是在跟踪的跟踪件，不能督办")
    if before is None:
        return
    label = Rung(before.rung).label
    if before.state == "drafted":
        raise Conflict(f"该件的{label}正由{before.drafted_by}拟办，不能另行督办")
    if before.state == "answered":
        raise Conflict(f"该件的{label}已收到回复，请先审核回复")
    if before.state == "open" and not unanswered(before, at):
        raise Conflict(f"该件的{label}尚在回复时限内，不能另行督办")


def _check(case: Case, wish: Wish, before: Supervision | None, at: datetime) -> None:
    if not wish.demand.strip():
        raise Refused("请写明督办要求", "demand")
    if len(wish.demand) > DEMAND_LIMIT:
        raise Refused(f"督办要求不能超过{DEMAND_LIMIT}个字", "demand")
    if wish.grave and not wish.signed_leader.strip():
        raise Refused("情节严重须经分管领导签批，请填写签批的分管领导", "signed_leader")
    leads_to = next_rung(before, at)
    if wish.rung is not leads_to and not (wish.rung is Rung.BULLETIN and wish.grave):
        raise Refused(f"按督办阶梯，该件现在应发出的是“{leads_to.label}”", "rung")
    if wish.rung is Rung.SECOND and wish.ground not in AGAIN:
        raise Refused("二次督办的事由须是失实、不落实或未回复", "ground")


def _of(case: Case) -> Select[Supervision]:
    return select(Supervision).where(Supervision.case_id == case.id)


def _settle(case: Case, at: datetime, **decision: str) -> None:
    """What was proposed for a case is settled: a rung that is drafted answers all of it."""
    db.session.execute(
        update(Proposal)
        .where(Proposal.case_id == case.id, Proposal.outcome == "open")
        .values(decided_at=at, **decision)
    )
