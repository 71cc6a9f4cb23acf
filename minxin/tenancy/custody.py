"""Custody: a case belongs to one tenant at a time, and everything that hangs off it goes along."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Table, column, select, update
from sqlalchemy import table as named

from minxin import sessions
from minxin.errors import Refused
from minxin.extensions import Base, db
from minxin.tenancy.context import within


def moving() -> list[Table]:
    """Every table whose rows follow their case, from what the models say of themselves."""
    return [table for table in Base.metadata.sorted_tables if _custody(table) == "moves"]


def staying() -> list[Table]:
    """Every table whose rows name a case but stay with the tenant they were written for."""
    return [table for table in Base.metadata.sorted_tables if _custody(table) == "stays"]


def hand_over(case_id: int, to_tenant: int) -> None:
    """Move a case, what was merged into it and all that hangs off them to a tenant, in the
    caller's transaction.

    Runs by the city's login, the only one that may change `tenant_id`.
    """
    if sessions.current().login != "city":
        raise RuntimeError("custody changes hands by the city's login only")
    db.session.flush()
    cases = named("cases", column("id"), column("master_id"))
    ids = [case_id, *db.session.scalars(select(cases.c.id).where(cases.c.master_id == case_id))]
    for table in moving():
        key = table.c.id if table.name == "cases" else table.c.case_id
        db.session.execute(update(table).where(key.in_(ids)).values(tenant_id=to_tenant))
    db.session.expire_all()


@contextmanager
def across(case_id: int) -> Iterator[None]:
    """Run a block by the city's login, for the acts that hand a case to another tenant (分转).

    The login in force proves first that it holds the case. The block has a session and a
    transaction of its own: who opens it commits within. Raises Refused where the case is not held.
    """
    here = sessions.current()
    cases = named("cases", column("id"))
    if db.session.scalar(select(cases.c.id).where(cases.c.id == case_id)) is None:
        raise Refused("该件不存在或已不在您的受理范围内")
    with within(here.schema, login="city"):
        yield


def _custody(table: Table) -> str | None:
    value = table.info.get("custody")
    return value if isinstance(value, str) else None
