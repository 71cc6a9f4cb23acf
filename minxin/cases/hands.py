"""Whose hands may make a move of a case: the right's reach, who claimed it, who handled it."""

from __future__ import annotations

from sqlalchemy import select

from minxin.access import check
from minxin.cases.models import Assignment, Case
from minxin.cases.transitions import Move
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import User
from minxin.people.roles import Role


def allowed(row: Move, case: Case, by: Actor, co_handles: bool | None = None) -> bool:
    """Does the right to this move reach this case?

    co_handles: whether the person's unit co-handles the case, where the caller has read it.
    """
    if by.kind == "system":
        return True
    if by.kind == "citizen":
        return row.citizen
    if row.part == "co":
        if not check.has(by, row.permission) or case.unit_id in by.unit_ids:
            return False
        return _co_handles(case, by) if co_handles is None else co_handles
    return check.covers(by, row.permission, case)


def _co_handles(case: Case, by: Actor) -> bool:
    query = select(Assignment.id).where(
        Assignment.case_id == case.id,
        Assignment.part == "co",
        Assignment.ended_at.is_(None),
        Assignment.unit_id.in_(by.unit_ids),
    )
    return db.session.scalar(query.limit(1)) is not None


def wrong(row: Move, case: Case, by: Actor) -> str | None:
    """Why these hands are the wrong ones, though the right is there; None where they are right."""
    if row.part == "co" and case.unit_id in by.unit_ids:
        return "该件由本单位主办，协办情况由协办单位填报"
    if right(row, case, by):
        return None
    if row.other_hands and case.reporter_id is not None and case.reporter_id == by.user_id:
        return f"本人填报结果的诉求件，不得由本人{row.label}"
    if row.other_hands:
        return f"本单位办理的诉求件，不得由本单位{row.label}"
    if row.sender:
        return f"该件不是由您所在单位派出的，由派出单位{row.label}"
    name = db.session.scalar(select(User.name).where(User.id == case.holder_id))
    return f"该件由{name or '他人'}认领，只有认领人或负责人可以{row.label}"


def right(row: Move, case: Case, by: Actor) -> bool:
    """Are these the right hands: who claimed it, who sent it, and never who handled it?"""
    if by.kind != "person":
        return True
    if row.holder_only:
        return case.holder_id == by.user_id or by.role is Role.OFFICE_HEAD
    if row.sender:
        if by.role is Role.STATION:
            return case.from_station and by.unit_id != case.unit_id
        return row.sender == "above" or not case.from_station
    if row.other_hands and case.reporter_id is not None and case.reporter_id == by.user_id:
        return False
    return not (row.other_hands and by.unit_id is not None and by.unit_id == case.unit_id)
