"""值守 by what people do: a responder's first act of a day counts his unit as on duty (A5).

That today is written is remembered in the session, so no further request of the day asks the
database. Where Valkey lost its sessions people sign in again, and the row is there already.
Only sessions of people count: there is no other way in that this looks at (1.8 A5).
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, g, session
from flask_login import current_user
from sqlalchemy.exc import DBAPIError

from minxin import clock
from minxin.extensions import db
from minxin.people import duty
from minxin.people.actor import Actor
from minxin.people.responders import ANSWERS
from minxin.people.roles import Role
from minxin.tenancy.context import within

KEPT = "duty"
ANSWERING = frozenset({Role.RESPONDER, *(role for roles in ANSWERS.values() for role in roles)})


@dataclass(frozen=True)
class State:
    """What the top bar says (templates/layout/_top.html)."""

    words: str
    done: bool


def register(app: Flask) -> None:
    """Look at each request of somebody who is signed in."""
    app.before_request(note)


def note() -> None:
    """Mark the unit of who makes this request, where he is its responder."""
    if g.get("desk") is None or g.desk.is_city or not current_user.is_authenticated:
        return
    mark(current_user.actor)


def mark(by: Actor) -> None:
    """Write the day once; who holds no post is asked again after an hour: he may be given it."""
    if by.role not in ANSWERING:
        return
    now = clock.local(clock.now())
    today, hour = f"{now:%Y-%m-%d}", f"{now:%Y-%m-%dT%H}"
    if session.get(KEPT) in (today, hour):
        return
    try:
        with within(g.city.schema, login="tenant", tenant_id=by.tenant_id):
            here = duty.attend(by, at=clock.now())
            db.session.commit()
    except DBAPIError:
        return  # the page itself will say so; the next one tries again
    session[KEPT] = today if here else hour


def state(by: Actor) -> State | None:
    """Whether this person's unit is on duty through him; nothing for who has no such part."""
    kept = session.get(KEPT, "")
    if kept == f"{clock.local(clock.now()):%Y-%m-%d}":
        return State("今日已值守", True)
    if by.role is Role.RESPONDER and kept:
        return State("您不是现任A岗或B岗，不计入值守", False)
    return None
