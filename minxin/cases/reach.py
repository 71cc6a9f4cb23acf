"""What a person can see: the one query that lists, details, files and exports start from.

Loading a case through here *is* the permission check. Row-level security is the wall around the
tenant; this is the unit's own part of it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true

from minxin.access.matrix import Reach, reach_of
from minxin.access.permissions import Permission
from minxin.cases.models import Assignment, Case
from minxin.extensions import db
from minxin.people.actor import Actor


def condition(by: Actor) -> ColumnElement[bool]:
    """The rows of `cases` that this person may see."""
    match reach_of(by.role, Permission.CASE_VIEW):
        case Reach.CITY | Reach.TENANT:
            return true()
        case Reach.UNIT:
            took_part = exists().where(
                Assignment.case_id == Case.id,
                Assignment.unit_id.in_(by.unit_ids),
                or_(Assignment.outcome.is_(None), Assignment.outcome != "returned"),
            )
            return or_(Case.unit_id.in_(by.unit_ids), took_part)
    return false()


def cases(by: Actor, *columns: Any) -> Select[Any]:
    """A query over the cases that this person may see; columns as given, else whole cases."""
    return select(*columns or (Case,)).where(condition(by)).select_from(Case)


def find(number: str, by: Actor) -> Case | None:
    """The case with this number, or None where it does not exist for this person."""
    found: Case | None = db.session.scalar(cases(by).where(Case.number == number))
    return found
