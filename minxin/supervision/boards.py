"""What of the ladder waits for whom: proposals, open 督办件, and what was decided lately."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, true

from minxin import clock
from minxin.access.matrix import Reach, reach_of
from minxin.access.permissions import Permission
from minxin.cases import reach
from minxin.cases.models import Case, Clock
from minxin.cases.transitions import SUPERVISIONS
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.people.roles import Role
from minxin.supervision.chain import LIVE
from minxin.supervision.ladder import Rung
from minxin.supervision.models import Proposal, Supervision
from minxin.tenancy.models import Tenant

SHOWN = 200

Rows = Sequence[Row[*tuple[Any, ...]]]


def open_ones(by: Actor, *, tenant_id: int | None = None, late: bool = False) -> Rows:
    """(督办件, its running clock, case number, title, state, unit, tenant) of what is open, the
    earliest due first.

    tenant_id: of one district only · late: only what is not answered in time.
    """
    where: list[ColumnElement[bool]] = [Supervision.state.in_((*LIVE, "drafted"))]
    if tenant_id is not None:
        where.append(Case.tenant_id == tenant_id)
    if late:
        where += [Supervision.state == "open", Clock.due_at <= clock.now()]
    return _read(by, and_(*where), Clock.due_at)


def number_open(by: Actor) -> int:
    """How many 督办件 are open within a person's reach: sent, and neither accepted nor ended."""
    query = (
        select(func.count())
        .select_from(Supervision)
        .join(Case, Case.id == Supervision.case_id)
        .where(Supervision.state.in_(LIVE), reach.condition(by), _own(by))
    )
    return db.session.scalar(query) or 0


def tenants(by: Actor) -> Sequence[Row[int, str]]:
    """(id, name) of the districts that have something open, within a person's reach."""
    query = (
        select(Tenant.id, Tenant.name)
        .join(Case, Case.tenant_id == Tenant.id)
        .join(Supervision, Supervision.case_id == Case.id)
        .where(Supervision.state.in_((*LIVE, "drafted")), reach.condition(by), _own(by))
        .distinct()
        .order_by(Tenant.id)
    )
    return db.session.execute(query).all()


def ended_ones(by: Actor, limit: int = 50) -> Rows:
    """The latest that are over."""
    where = Supervision.state.not_in((*LIVE, "drafted", "void"))
    return _read(by, where, Supervision.ended_at.desc(), limit)


def proposals(by: Actor) -> Rows:
    """(proposal, case number, title, state, unit, tenant) of what waits for a decision."""
    query = (
        select(Proposal, *_CASE)
        .join(Case, Case.id == Proposal.case_id)
        .join(Tenant, Tenant.id == Case.tenant_id)
        .outerjoin(Unit, Unit.id == Case.unit_id)
        .where(Proposal.outcome == "open", reach.condition(by), _to_decide(by))
        .order_by(Proposal.id)
        .limit(SHOWN)
    )
    return db.session.execute(query).all()


_CASE = (
    Case.number,
    func.coalesce(func.nullif(Case.summary, ""), Case.subject).label("title"),
    Case.state.label("case_state"),
    func.coalesce(Unit.name, "").label("unit"),
    Tenant.name.label("tenant"),
)


def _own(by: Actor) -> ColumnElement[bool]:
    """A unit reads what was sent to itself or below, and no draft; others what they reach, but no
    draft against their own unit."""
    if reach_of(by.role, Permission.CASE_VIEW) is not Reach.UNIT:
        return or_(Supervision.unit_id != (by.unit_id or 0), Supervision.state != "drafted")
    return and_(Supervision.unit_id.in_(by.unit_ids), Supervision.state != "drafted")


def _to_decide(by: Actor) -> ColumnElement[bool]:
    """A station decides neither on itself nor on a 督办专报."""
    if by.role is not Role.STATION:
        return true()
    return and_(Case.unit_id != by.unit_id, Proposal.rung != Rung.BULLETIN)


def _read(by: Actor, where: ColumnElement[bool], order: Any, limit: int = SHOWN) -> Rows:
    query = (
        select(Supervision, Clock, *_CASE)
        .outerjoin(
            Clock,
            and_(
                Clock.case_id == Supervision.case_id,
                Clock.subject_id == Supervision.id,
                Clock.rule_key.in_(SUPERVISIONS),
                Clock.stopped_at.is_(None),
            ),
        )
        .join(Case, Case.id == Supervision.case_id)
        .join(Tenant, Tenant.id == Case.tenant_id)
        .outerjoin(Unit, Unit.id == Supervision.unit_id)
        .where(where, reach.condition(by), _own(by))
        .order_by(order.nulls_last(), Supervision.id)
        .limit(limit)
    )
    return db.session.execute(query).all()
