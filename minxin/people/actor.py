"""Who acts: what every verb is told by `by=`."""

from __future__ import annotations

from dataclasses import dataclass, field

from minxin.people.roles import CITY_DESK, Role


@dataclass(frozen=True)
class Actor:
    """A signed-in person, the system (no role, no user) or a citizen (no role, no user).

    unit_ids: the own unit and everything below it.
    """

    name: str
    kind: str = "person"  # person | system | citizen
    user_id: int | None = None
    role: Role | None = None
    tenant_id: int | None = None
    unit_id: int | None = None
    unit_name: str = ""
    unit_ids: frozenset[int] = field(default=frozenset())

    @property
    def at_city_desk(self) -> bool:
        """Does this person reach every tenant of the city?"""
        return self.role in CITY_DESK


SYSTEM = Actor(name="系统", kind="system")
CITIZEN = Actor(name="诉求人", kind="citizen")
