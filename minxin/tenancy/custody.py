"""Custody: a case belongs to one tenant at a time, and everything that hangs off it goes along."""

from __future__ import annotations

from sqlalchemy import Table, update

from minxin import sessions
from minxin.extensions import Base, db


def moving() -> list[Table]:
    """Every table whose rows follow their case, from what the models say of themselves."""
    return [table for table in Base.metadata.sorted_tables if _custody(table) == "moves"]


def staying() -> list[Table]:
    """Every table whose rows name a case but stay with the tenant they were written for."""
    return [table for table in Base.metadata.sorted_tables if _custody(table) == "stays"]


def hand_over(case_id: int, to_tenant: int) -> None:
    """Move a case and all that hangs off it to a tenant, in the caller's transaction.

    Runs by the city's login, the only one that may change `tenant_id`.
    """
    if sessions.current().login != "city":
        raise RuntimeError("custody changes hands by the city's login only")
    db.session.flush()
    for table in moving():
        key = table.c.id if table.name == "cases" else table.c.case_id
        db.session.execute(update(table).where(key == case_id).values(tenant_id=to_tenant))
    db.session.expire_all()


def _custody(table: Table) -> str | None:
    value = table.info.get("custody")
    return value if isinstance(value, str) else None
