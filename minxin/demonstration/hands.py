"""Who acts in the demonstration city, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from minxin.access import signin
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Unit, User
from minxin.people.roles import Role

MOVES_OF_A_STORY = 20


class Steps:
    """Instants of a story: each move some hours after the one before, never after now."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.now = start
        self._step = (end - start) / MOVES_OF_A_STORY

    def next(self) -> datetime:
        """The instant of the next move."""
        self.now += self._step
        return self.now


def somebody(role: Role, unit_id: int | None = None) -> Actor:
    """The first person of a role, of a unit where one is given."""
    query = select(User).where(User.role == role).order_by(User.id)
    if unit_id is not None:
        query = query.where(User.unit_id == unit_id)
    return signin.actor(db.session.scalars(query.limit(1)).one())


def person(username: str) -> Actor:
    """A person of the demonstration by sign-in name."""
    return signin.actor(db.session.scalars(select(User).where(User.username == username)).one())


def unit_id(name: str) -> int:
    """The id of a unit by its name."""
    return db.session.scalars(select(Unit.id).where(Unit.name == name)).one()
