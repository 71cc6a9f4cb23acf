"""May this person do this here? Asked by guards, moves and the reach function, nowhere else."""

from __future__ import annotations

from typing import Protocol

from minxin.access.matrix import Reach, reach_of
from minxin.access.permissions import Permission
from minxin.people.actor import Actor


class Held(Protocol):
    """Anything that a tenant holds and a unit handles."""

    @property
    def tenant_id(self) -> int: ...

    @property
    def unit_id(self) -> int | None: ...


def has(by: Actor, permission: Permission) -> bool:
    """Has this person the permission at all, however far it reaches?"""
    return reach_of(by.role, permission) is not None


def covers(by: Actor, permission: Permission, held: Held) -> bool:
    """Does this person's permission reach what is held? Nothing granted means no."""
    match reach_of(by.role, permission):
        case Reach.CITY:
            return True
        case Reach.TENANT:
            return held.tenant_id == by.tenant_id
        case Reach.UNIT:
            return held.tenant_id == by.tenant_id and held.unit_id in by.unit_ids
        case Reach.POST:
            return held.tenant_id == by.tenant_id and held.unit_id == by.unit_id
    return False
