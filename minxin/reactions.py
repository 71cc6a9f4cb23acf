"""ONE table: event → what follows. Run by the worker, once in effect however often it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select

from minxin.cases import tracking
from minxin.cases.models import Assignment, Case, CaseEvent
from minxin.cases.transitions import MOVES
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people.models import User
from minxin.people.roles import Role

Reaction = Callable[[CaseEvent, Case, datetime], None]


def project(event: CaseEvent, case: Case, at: datetime) -> None:
    """Write what the citizen sees."""
    tracking.project(case, at=at)


def tell_units(event: CaseEvent, case: Case, at: datetime) -> None:
    """A new order: tell the responders of its units, main and co-handling."""
    units = db.session.scalars(
        select(Assignment.unit_id).where(
            Assignment.case_id == case.id, Assignment.sent_at == event.at
        )
    ).all()
    _tell(event, case, at, units, (Role.RESPONDER, Role.STATION), "收到新的诉求件，请及时签收")


def tell_signers(event: CaseEvent, case: Case, at: datetime) -> None:
    """A report waits for the leader's signature."""
    _tell(event, case, at, _unit(case), (Role.UNIT_HEAD,), "有调查处理报告待您审签")


def tell_handlers(event: CaseEvent, case: Case, at: datetime) -> None:
    """A report came back to its unit. The reason stands in the case: it may name people."""
    words = f"已{MOVES[event.name].label}，请查看理由后继续办理"
    _tell(event, case, at, _unit(case), (Role.RESPONDER, Role.STATION), words)


TABLE: dict[str, tuple[Reaction, ...]] = {
    "dispatch": (project, tell_units),
    "assign": (project, tell_units),
    "report": (tell_signers,),
    "unsign": (tell_handlers,),
    "send_back": (project, tell_handlers),
}
OTHERWISE: tuple[Reaction, ...] = (project,)


def react(event_id: int, *, at: datetime) -> None:
    """Do what follows from an event. Nothing follows from one that custody took out of sight."""
    event = db.session.get(CaseEvent, event_id)
    if event is None:
        return
    case = db.session.get_one(Case, event.case_id)
    for reaction in TABLE.get(event.name, OTHERWISE):
        reaction(event, case, at)


def _unit(case: Case) -> Sequence[int]:
    return [case.unit_id] if case.unit_id else []


def _tell(
    event: CaseEvent,
    case: Case,
    at: datetime,
    units: Sequence[int],
    roles: Sequence[Role],
    words: str,
) -> None:
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
    )
