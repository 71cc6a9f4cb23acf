"""The three application logins: they own nothing and cannot bypass the wall."""

from __future__ import annotations

import time
from collections.abc import Mapping

from psycopg import sql
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import IntegrityError, InternalError, ProgrammingError

from minxin.tenancy.registry import metadata

APPLICATION = ("tenant", "city", "public")


def prepare(owner: Engine, urls: Mapping[str, str]) -> None:
    """Create or update the logins, the registry and the extension. Safe to run again.

    The owner's role needs CREATEROLE. Passwords come from the URLs.
    """
    for login in APPLICATION:
        _settle(owner, f"minxin_{login}", make_url(urls[login]).password or "")
    with owner.begin() as connection:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA public"))
        metadata.create_all(connection)
        names = ", ".join(f"minxin_{login}" for login in APPLICATION)
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {names}"))
        connection.execute(text(f"GRANT SELECT ON public.cities TO {names}"))


def _settle(owner: Engine, name: str, password: str) -> None:
    """Create a role or set its password. Roles belong to the whole server, so another database's
    preparation may be at the same one just now: then once more."""
    for tries_left in range(9, -1, -1):
        try:
            with owner.begin() as connection:
                known = connection.scalar(
                    text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}
                )
                statement = _ALTER if known else _CREATE
                filled = statement.format(name=sql.Identifier(name), password=sql.Literal(password))
                connection.exec_driver_sql(filled.as_string())
                return
        except (IntegrityError, InternalError, ProgrammingError):
            if not tries_left:
                raise
            time.sleep(0.2)


_CREATE = sql.SQL(
    "CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {password}"
)
_ALTER = sql.SQL("ALTER ROLE {name} LOGIN PASSWORD {password}")
"""Without the NO… words: saying NOSUPERUSER of an existing role needs a superuser."""
