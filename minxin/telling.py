"""Telling people of an event: those of a unit, and the city's office from wherever it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from minxin import sessions
from minxin.cases.models import Case, CaseEvent
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people.models import Unit, User
from minxin.people.roles import Role
from minxin.tenancy.context import within


def unit(case: Case) -> Sequence[int]:
    """The id of the unit that handles a case, where there is one."""
    return [case.unit_id] if case.unit_id else []


def stations(case: Case) -> Sequence[int]:
    """The ids of the stations of its tenant."""
    query = select(Unit.id).where(Unit.tenant_id == case.tenant_id, Unit.kind == "station")
    return db.session.scalars(query).all()


def tell_office(
    event: CaseEvent,
    case: Case,
    at: datetime,
    roles: Sequence[Role],
    words: str,
    about: str = "",
) -> None:
    """The city's office, from wherever the event was: a district's login cannot see its people.

    Told in a transaction of its own, before that of the job; told twice, it is told once. about:
    of what, where the event has something else to tell the office too.
    """
    case_id, number, key = case.id, case.number, f"event:{event.id}{about and f':{about}'}"
    with within(sessions.current().schema, login="city"):
        query = select(User).where(User.active, User.role.in_(roles)).order_by(User.id)
        people = db.session.scalars(query).all()
        inbox.tell(people, f"{number} {words}", key=key, case_id=case_id, number=number, at=at)
        db.session.commit()


def tell(
    event: CaseEvent,
    case: Case,
    at: datetime,
    units: Sequence[int],
    roles: Sequence[Role],
    words: str,
    level: str = "info",
) -> None:
    """People of some units by their roles, within the login's reach."""
    people = db.session.scalars(
        select(User).where(User.active, User.unit_id.in_(units), User.role.in_(roles))
    ).all()
    inbox.tell(
        people,
        f"{case.number} {words}",
        key=f"event:{event.id}",
        case_id=case.id,
        number=case.number,
        at=at,
        level=level,
    )
