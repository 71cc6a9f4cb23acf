"""并案: several ask for the same; it is handled once, and each is answered and rates for himself.

A merged case ends where it is and goes wherever its master goes (`tenancy.custody`). Its citizen
reads the master's course and answer in his own progress, never another citizen's words.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update

from minxin.cases import handover, joined, lists, orders, reach, search, tallies, workflow
from minxin.cases.models import Case
from minxin.cases.screening import same_contact
from minxin.cases.states import ENDED, Kind, State, Track
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.tenancy.models import Tenant

LATELY = timedelta(days=30)
"""A group is of cases received within this time of each other."""


def merge(
    case: Case,
    master_number: str,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """并案: end this case in a master that goes on; what was merged into it goes along.

    A master that was merged itself stands for its own master. Raises Refused where the two cannot
    be handled as one, Conflict where another was faster.
    """
    case, master = _locked(case, _master(master_number, by))
    _check(case, master)
    made = workflow.move(
        case.id,
        "merge",
        by=by,
        at=at,
        version=version,
        reason=reason.strip(),
        facts={"master": master},
        payload={"master": master.number, "master_id": master.id} if master else {},
    )
    if master is None:  # the move has refused it
        raise AssertionError
    orders.end(made.case, "merged", at)
    _leave_unit(made.case)
    made.case.master_id, made.case.closed_at = master.id, at
    ours = joined.to(made.case)
    db.session.execute(
        update(Case).where(Case.master_id == made.case.id).values(master_id=master.id)
    )
    workflow.note(master, "join", by=by, at=at, payload={"number": made.case.number})
    db.session.flush()
    for each in ours:
        handover.to_tenant(workflow.lock(each.id), master.tenant_id)
    return handover.to_tenant(made.case, master.tenant_id)


def split(case: Case, reason: str, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """解除并案: the case is handled by itself again, from the hands of who splits it."""
    master_id = case.master_id
    made = workflow.move(case.id, "split", by=by, at=at, version=version, reason=reason.strip())
    made.case.master_id = made.case.closed_at = None
    made.case.holder_id = by.user_id
    master = db.session.get(Case, master_id) if master_id else None
    if master is not None:
        workflow.note(master, "part", by=by, at=at, payload={"number": made.case.number})
    office = db.session.scalars(select(Tenant.id).where(Tenant.kind == "municipal")).one()
    return handover.to_tenant(made.case, office)


def group(case: Case, by: Actor, *, tenant_id: int | None) -> list[Row[*tuple[Any, ...]]]:
    """Running cases that ask for the same, as rows of a list: of the same phone, or alike in words
    and received within a month. tenant_id: the desk's tenant, None at the city's."""
    same = list(same_contact(case, by=by))
    alike = search.similar(case, tenant_id=tenant_id)
    title = case.summary or case.subject
    return [
        row
        for row in lists.by_ids(by, list(dict.fromkeys(same + alike)))
        if row.state not in ENDED and abs(row.received_at - case.received_at) <= LATELY
        if row.id in same or search.alikeness(title, row.title) >= search.THE_SAME
    ]


def _master(number: str, by: Actor) -> Case | None:
    if not number.strip():
        return None
    found = reach.find(number.strip(), by)
    if found is None:
        raise Refused("没有找到这个编号的诉求件，请核对编号", "master")
    if found.state == State.MERGED and found.master_id is not None:
        return db.session.get_one(Case, found.master_id)
    return found


def _locked(case: Case, master: Case | None) -> tuple[Case, Case | None]:
    """Both with their rows locked, always in the order of their ids."""
    if master is None:
        return workflow.lock(case.id), None
    locked = {each: workflow.lock(each) for each in sorted({case.id, master.id})}
    return locked[case.id], locked[master.id]


def _check(case: Case, master: Case | None) -> None:
    if master is None:
        return
    if master.id == case.id:
        raise Refused("不能并入本件自身", "master")
    if master.state == State.MERGED:
        raise Conflict(f"{master.number}刚刚已并入其他件，请重新选择主件")
    if master.state in ENDED:
        label = State(master.state).label
        raise Refused(f"{master.number}{label}，不能作为主件；请单独办理", "master")
    if Track.QUESTION in (case.track, master.track):
        raise Refused("网络回应人诉求问题逐件答复，不并案", "master")
    if (case.kind == Kind.REPORT) != (master.kind == Kind.REPORT):
        raise Refused("举报件的保密要求不同，只能与举报件并案", "master")
    if case.major:
        raise Refused("该件是重大紧急件，应作为主件，请将其他件并入该件", "master")


def _leave_unit(case: Case) -> None:
    """A merged case lies with no unit of its own: who handles the master sees it there."""
    before = (case.tenant_id, case.unit_id or 0, case.state)
    case.unit_id = None
    if before[1]:
        tallies.change({before: -1, (case.tenant_id, 0, case.state): +1})
