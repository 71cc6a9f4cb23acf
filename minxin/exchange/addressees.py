"""Whom a letter can be sent to: units of the whole city, by name and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select

from minxin import sessions
from minxin.extensions import db
from minxin.people.models import Unit, User
from minxin.people.roles import Role
from minxin.tenancy.context import within
from minxin.tenancy.models import Tenant

READERS = (
    *(Role.OFFICE_CLERK, Role.OFFICE_HEAD, Role.STATION),
    *(Role.RESPONDER, Role.UNIT_HEAD),
)
"""Who reads the letters of a unit."""


@dataclass(frozen=True)
class Addressee:
    """A unit that letters can be sent to."""

    unit_id: int
    unit: str
    kind: str
    tenant_id: int
    tenant: str


def every() -> Sequence[Addressee]:
    """Units in use where somebody can read a letter, by tenant, the office and the stations first.

    Read by the city's login in a transaction of its own: a tenant's login sees no other tenant's
    units. Names of units are no secret; nothing else of them comes out here.
    """
    reads = exists().where(User.unit_id == Unit.id, User.active, User.role.in_(READERS))
    query = (
        select(Unit.id, Unit.name, Unit.kind, Unit.tenant_id, Tenant.name)
        .join(Tenant, Tenant.id == Unit.tenant_id)
        .where(Unit.active, Tenant.active, reads)
        .order_by(Tenant.rank, Tenant.id, Unit.kind.not_in(("office", "station")), Unit.path)
    )
    with within(sessions.current().schema, login="city"):
        return [Addressee(*row) for row in db.session.execute(query)]
