"""The three application logins: they own nothing and cannot bypass the wall."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import sql
from sqlalchemy import Engine, make_url, text

from minxin.tenancy.registry import metadata

APPLICATION = ("tenant", "city", "public")


def prepare(owner: Engine, urls: Mapping[str, str]) -> None:
    """Create or update the logins, the registry and the extension. Safe to run again.

    The owner's role needs CREATEROLE. Passwords come from the URLs.
    """
    with owner.begin() as connection:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA public"))
        for login in APPLICATION:
            name, password = f"minxin_{login}", make_url(urls[login]).password or ""
            known = connection.scalar(
                text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}
            )
            verb = "ALTER" if known else "CREATE"
            statement = sql.SQL(
                "{verb} ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS "
                "PASSWORD {password}"
            ).format(verb=sql.SQL(verb), name=sql.Identifier(name), password=sql.Literal(password))
            if verb == "ALTER":  # changing NOSUPERUSER itself needs a superuser
                statement = sql.SQL("ALTER ROLE {name} LOGIN PASSWORD {password}").format(
                    name=sql.Identifier(name), password=sql.Literal(password)
                )
            connection.exec_driver_sql(statement.as_string())
        metadata.create_all(connection)
        names = ", ".join(f"minxin_{login}" for login in APPLICATION)
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {names}"))
        connection.execute(text(f"GRANT SELECT ON public.cities TO {names}"))
