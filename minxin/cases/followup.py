"""回访: the citizen is called and the result checked before anything is rated (第八条（三）)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minxin.cases import consulting, messages, reachability, workflow
from minxin.cases.models import Case, FollowUp
from minxin.cases.states import SATISFACTION, CallOutcome
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.roles import Role


@dataclass(frozen=True)
class Call:
    """One attempt: how it went, the three answers (联系/解决/满意), and what was said."""

    outcome: str
    remarks: str
    contacted: bool | None = None
    solved: bool | None = None
    satisfaction: int | None = None
    declined: bool = False  # reached, and would not say how satisfied he is
    unclear: frozenset[str] = frozenset()  # of `contacted` and `solved`: he could not say


CONCLUDING = frozenset({CallOutcome.REACHED, CallOutcome.REFUSED, CallOutcome.SUBSTITUTE})
"""With these the follow-up is done; the others are attempts, and the case waits for the next."""


def record(
    case: Case, call: Call, *, by: Actor, at: datetime, version: int | None = None
) -> FollowUp:
    """Record an attempt; one that reached the citizen (or its substitute) moves the case on."""
    _check(case, call)
    concluding = call.outcome in CONCLUDING
    made = workflow.move(
        case.id,
        "follow_up" if concluding else "attempt",
        by=by,
        at=at,
        version=version,
        facts={"outcome": call.outcome, "remarks": call.remarks.strip()},
        payload={
            "outcome": call.outcome,
            "contacted": call.contacted,
            "solved": call.solved,
            "satisfaction": call.satisfaction,
            "declined": call.declined,
            "remarks": call.remarks.strip(),
        },
    )
    if call.satisfaction is not None:  # an earlier word stands until he says another one
        made.case.satisfaction = call.satisfaction
    follow_up = FollowUp(
        tenant_id=made.case.tenant_id,
        case_id=case.id,
        at=at,
        by_id=by.user_id,
        by_name=by.name,
        outcome=call.outcome,
        contacted=call.contacted,
        solved=call.solved,
        satisfaction=call.satisfaction,
        remarks=call.remarks.strip(),
    )
    db.session.add(follow_up)
    messages.unhappy(made.case, call.satisfaction, call.remarks, origin="call", by=by, at=at)
    return follow_up


def waive(case: Case, reason: str, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """免予核实: rated without a call or a consultation; a fact for 第十三条（一）."""
    made = workflow.move(
        case.id,
        "waive",
        by=by,
        at=at,
        version=version,
        reason=reason.strip(),
        payload={"unverified": True, "by_station": by.role is Role.STATION},
    )
    running = consulting.latest(made.case)
    if running is not None and running.concluded_at is None and running.stopped_at is None:
        running.stopped_at = at
    return made.case


def attempts(case: Case) -> list[FollowUp]:
    """Every attempt, the newest first."""
    query = select(FollowUp).where(FollowUp.case_id == case.id).order_by(FollowUp.id.desc())
    return list(db.session.scalars(query))


def _check(case: Case, call: Call) -> None:
    if call.outcome and call.outcome not in set(CallOutcome):
        raise Refused("请选择回访结果", "outcome")
    if call.outcome in reachability.IN_VAIN and not case.has_phone:
        raise Refused("诉求人没有留下联系电话，不能登记拨打电话的结果", "outcome")
    if call.satisfaction is not None and call.satisfaction not in SATISFACTION:
        raise Refused("请从五档中选择满意度", "satisfaction")
    if call.outcome == CallOutcome.REACHED:
        if call.contacted is None and "contacted" not in call.unclear:
            raise Refused("请询问承办单位是否联系过诉求人", "contacted")
        if call.solved is None and "solved" not in call.unclear:
            raise Refused("请询问问题是否解决", "solved")
        if call.satisfaction is None and not call.declined:
            raise Refused("请询问诉求人是否满意；不愿评价的，请选“不愿评价”", "satisfaction")
    elif call.satisfaction is not None:
        raise Refused("没有接通诉求人，不能填写满意度", "satisfaction")
