"""Opening a rung: drafted with its paper by a person, open from the moment the paper is issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.cases import audited, clocks, pendings, workflow
from minxin.cases.models import Case
from minxin.cases.pendings import What
from minxin.cases.states import State
from minxin.cases.transitions import SENT, SUPERVISIONS
from minxin.clock import local
from minxin.documents import drafting
from minxin.documents.drafting import About
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.people.roles import Role
from minxin.supervision import chain, facts
from minxin.supervision.ladder import AGAIN, PAPERS, RULES, Ground, Rung
from minxin.supervision.models import Proposal, Supervision

DEMAND_LIMIT = 2_000
MOVE = {
    Rung.NOTICE: "supervise",
    Rung.SECOND: "supervise_again",
    Rung.BULLETIN: "supervise_bulletin",
}


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
    before = chain.latest(case)
    _check_place(case, before, by, at)
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
    db.session.execute(  # one rung answers all that was proposed
        update(Proposal)
        .where(Proposal.case_id == case.id, Proposal.outcome == "open")
        .values(outcome="taken", decided_at=at, decided_by=by.name)
    )
    audited.note("supervision.draft", case, by=by, at=at, facts={"rung": wish.rung})
    return made


def open_(
    supervision: Supervision, number: str, *, by: Actor, at: datetime, demand: str | None = None
) -> Supervision:
    """下发: its paper was issued, and the unit's time begins.

    demand: what is asked, as the paper says it in the end.

    Raises Conflict where the case went to another unit meanwhile, or the rung before was answered
    or read.
    """
    case = workflow.lock(supervision.case_id)
    db.session.refresh(supervision, with_for_update=True)
    if supervision.state != "drafted":
        raise Conflict("该督办件已下发或已作废，请核对最新情况")
    if supervision.unit_id != case.unit_id:
        raise Conflict(f"该件已不由{supervision.unit}承办，请作废这份文书后重新拟办")
    if demand is not None:
        supervision.demand = demand
    before = _before(supervision)
    if before is not None:
        _check_order(supervision, before, at)
        if before.state == "open":
            _let_go(before, case, by, at)
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
    clock = chain.running(supervision)
    supervision.state, supervision.number = "open", number
    supervision.opened_at, supervision.opened_by = at, by.name
    supervision.due_at = clock.due_at if clock else None
    unit_id = made.case.unit_id
    pendings.put(made.case, What.SUPERVISION, at=at, subject_id=supervision.id, unit_id=unit_id)
    db.session.flush()
    return supervision


def _before(supervision: Supervision) -> Supervision | None:
    """The rung before this one, as it stands now."""
    query = select(Supervision).where(
        Supervision.case_id == supervision.case_id,
        Supervision.id < supervision.id,
        chain.counts_for(supervision.unit_id),
    )
    found: Supervision | None = db.session.scalar(
        query.order_by(Supervision.id.desc()).limit(1).with_for_update()
    )
    return found


def _check_order(supervision: Supervision, before: Supervision, at: datetime) -> None:
    """Much may happen between the draft and its signature."""
    _check_unit(before, supervision.unit_id)
    _check_free(before, at)
    wanted, leads_to = Rung(supervision.rung), chain.next_rung(before, at)
    if wanted is not leads_to and not (wanted is Rung.BULLETIN and supervision.grave):
        raise Conflict(
            f"该件此前的{Rung(before.rung).label}已经办结，不能再下发{wanted.label}，请作废这份文书"
        )


def _let_go(rung: Supervision, case: Case, by: Actor, at: datetime) -> None:
    """The rung before that nobody answered ends as the next one is sent."""
    clocks.stop(clocks.running(case), SUPERVISIONS, case, at, rung.id)
    rung.state = "unanswered"
    rung.ended_at, rung.ended_by, rung.result = at, by.name, "逾期未回复"
    pendings.done(case, What.SUPERVISION, subject_id=rung.id)
    db.session.flush()


def hindrance(case: Case, before: Supervision | None, *, by: Actor, at: datetime) -> str:
    """Why no rung can be drafted for this case now, in a sentence; empty where one can.

    before: its latest rung.
    """
    try:
        _addressed(case, by)
        _check_place(case, before, by, at)
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


def _check_place(case: Case, before: Supervision | None, by: Actor, at: datetime) -> None:
    if case.state not in SENT and not (case.state == State.CLOSED and chain.beside(case)):
        raise Refused("该件不在承办单位办理，也没有在跟踪的承诺或者待答复的留言，不能督办")
    if by.role is Role.STATION and chain.next_rung(before, at) is Rung.BULLETIN:
        raise Refused("下一步应发督办专报，由市民心网办下发，请报市民心网办")
    if before is None:
        return
    if before.state == "drafted":
        label = Rung(before.rung).label
        raise Conflict(f"该件的{label}正由{before.drafted_by}拟办，不能另行督办")
    _check_unit(before, case.unit_id)
    _check_free(before, at)


def _check_unit(before: Supervision, unit_id: int | None) -> None:
    """Raises Conflict for the moment until the worker has ended what the unit before was asked."""
    if before.unit_id != unit_id:
        raise Conflict("该件刚刚变更承办单位，原督办正在终止，请稍后再试")


def _check_free(before: Supervision, at: datetime) -> None:
    """Raises Conflict while the unit has time to answer, or its answer waits to be read."""
    label = Rung(before.rung).label
    if before.state == "answered":
        raise Conflict(f"该件的{label}已收到回复，请先审核回复")
    if before.state == "open" and not chain.unanswered(before, at):
        raise Conflict(f"该件的{label}尚在回复时限内，不能另行督办")


def _check(case: Case, wish: Wish, before: Supervision | None, at: datetime) -> None:
    if not wish.demand.strip():
        raise Refused("请写明督办要求", "demand")
    if len(wish.demand) > DEMAND_LIMIT:
        raise Refused(f"督办要求不能超过{DEMAND_LIMIT}个字", "demand")
    if wish.grave and not wish.signed_leader.strip():
        raise Refused("情节严重须经分管领导签批，请填写签批的分管领导", "signed_leader")
    leads_to = chain.next_rung(before, at)
    if wish.rung is not leads_to and not (wish.rung is Rung.BULLETIN and wish.grave):
        raise Refused(f"按督办阶梯，该件现在应发出的是“{leads_to.label}”", "rung")
    if wish.rung is Rung.SECOND and wish.ground not in AGAIN:
        raise Refused("二次督办的事由须是失实、不落实或未回复", "ground")
