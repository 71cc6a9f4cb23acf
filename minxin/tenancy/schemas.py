"""A city's schema: made, migrated, listed. Only the owner's login comes here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from minxin.tenancy.logins import APPLICATION

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def create(owner: Engine, schema: str) -> None:
    """Make the schema, let the application logins in, and bring it to the newest revision."""
    with owner.begin() as connection:
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
        names = ", ".join(f"minxin_{login}" for login in APPLICATION)
        connection.execute(text(f'GRANT USAGE ON SCHEMA "{schema}" TO {names}'))
    migrate(owner, schema)


def migrate(owner: Engine, schema: str) -> None:
    """Bring a city to the newest revision. Its version table lies in its own schema."""
    with owner.begin() as connection:
        _stand_in(connection, schema)
        command.upgrade(configuration(connection, schema), "head")


@contextmanager
def facts_open(owner: Engine, schema: str) -> Iterator[Connection]:
    """A transaction of the owner's in which the events of cases are open to him: their wall holds
    him out too. Nobody else comes at them meanwhile, and at its end the wall stands again."""
    with owner.begin() as connection:
        _stand_in(connection, schema)
        connection.execute(text("ALTER TABLE case_events NO FORCE ROW LEVEL SECURITY"))
        yield connection
        connection.execute(text("ALTER TABLE case_events FORCE ROW LEVEL SECURITY"))


def configuration(connection: Connection, schema: str) -> Config:
    """Alembic's configuration for one city on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["schema"] = schema
    return config


def _stand_in(connection: Connection, schema: str) -> None:
    # public comes after, for the operator classes of btree_gin
    connection.exec_driver_sql(f"SET LOCAL search_path = '{schema}', 'public'")
