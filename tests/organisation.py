"""The organisation and the rules of a city as it was founded, put back where a test changed them.

Rows inside the wall are put back by the city's login, the owner being under the wall too; those
of the whole city by the owner, because nobody else may remove them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, update

from minxin.cases import rulebook
from minxin.cases.models import Category, DeadlineRule, WorkCalendar
from minxin.extensions import Base, db
from minxin.people.models import Post, Responder, Unit, UnitName, User
from minxin.tenancy.models import Tenant

INSIDE: tuple[type[Base], ...] = (Unit, UnitName, Responder, Post)
OUTSIDE: tuple[type[Base], ...] = (Tenant, Category, DeadlineRule, WorkCalendar)
KEPT = {"users", *(model.__tablename__ for model in (*INSIDE, *OUTSIDE))}

Rows = dict[type[Base], list[dict[str, Any]]]


def kept() -> Rows:
    """Every row, read by the city's login."""
    return {model: _now(model) for model in (User, *INSIDE, *OUTSIDE)}


def put_inside_back(founded: Rows) -> None:
    """People, units and posts as founded and nobody else, in the caller's transaction."""
    for model in (Post, Responder, UnitName):
        _remove_others(model, founded)
    _remove_others(User, founded)
    _restore(User, founded)
    _restore(Unit, founded)
    _remove_others(Unit, founded)
    for model in (UnitName, Responder, Post):
        _restore(model, founded)


def put_outside_back(founded: Rows, owner: Connection, slug: str) -> None:
    """Tenants, categories, rules and calendars as founded, by the owner."""
    with_changes = [model for model in OUTSIDE if _now(model) != founded[model]]
    owner.execute(text(f"SET LOCAL search_path = 'city_{slug}', 'public'"))
    for model in with_changes:
        known = [row["id"] for row in founded[model]]
        owner.execute(delete(model.__table__).where(model.__table__.c.id.not_in(known)))
        for row in founded[model]:
            owner.execute(
                update(model.__table__).where(model.__table__.c.id == row["id"]).values(row)
            )
    if with_changes:
        rulebook._adopted.clear()  # an adopted version never changes, but here it was undone


def _now(model: type[Base]) -> list[dict[str, Any]]:
    table = model.__table__
    return [dict(row) for row in db.session.execute(select(table).order_by("id")).mappings()]


def _remove_others(model: type[Base], founded: Rows) -> None:
    known = [row["id"] for row in founded[model]]
    db.session.execute(delete(model).where(model.__table__.c.id.not_in(known)))


def _restore(model: type[Base], founded: Rows) -> None:
    now = {row["id"]: row for row in _now(model)}
    changed = [row for row in founded[model] if row["id"] in now and now[row["id"]] != row]
    missing = [row for row in founded[model] if row["id"] not in now]
    if changed:
        db.session.execute(update(model), changed)
    if missing:
        db.session.execute(insert(model), missing)
