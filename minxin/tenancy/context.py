"""Entering a city, and a tenant within it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import DBAPIError

from minxin import sessions
from minxin.extensions import db
from minxin.sessions import Context, Login, ReachSession


@contextmanager
def within(schema: str, *, login: Login, tenant_id: int | None = None) -> Iterator[Context]:
    """Run a block in a city by one login. What it did not commit is rolled back at its end.

    A block inside another one has a session and a transaction of its own.
    """
    context = Context(schema, login, tenant_id)
    token = sessions._context.set(context)
    try:
        yield context
    finally:
        _give_back()
        sessions._context.reset(token)


def enter(context: Context) -> None:
    """Stand in this context until `leave`; for the request, whose life is not a block."""
    sessions._context.set(context)


def leave() -> None:
    """Give the session back and stand nowhere."""
    if sessions.current_scope() is not None:
        _give_back()
    sessions._context.set(None)


def _give_back() -> None:
    """End the session of this context. Its connection may have been cut since it was last used:
    then there is nothing left to roll back, and what was answered stays answered."""
    try:
        session = db.session()
        if isinstance(session, ReachSession):
            session.end_reading()
        db.session.remove()
    except DBAPIError:
        with suppress(DBAPIError):
            db.session.registry().invalidate()
        db.session.registry.clear()
