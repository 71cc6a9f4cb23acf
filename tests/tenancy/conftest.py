"""Raw doors into the database: a connection by one login, with or without a tenant set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, text

from minxin.config import Settings
from minxin.sessions import Context, Login

Door = Callable[..., AbstractContextManager[Connection]]


@pytest.fixture(scope="session")
def door(app: Flask, settings: Settings) -> Iterator[Door]:
    """`with door("tenant", 3) as sql:` — a connection like a bug or an intruder would have it."""
    urls = settings.database_urls
    engines = {login: create_engine(urls[login]) for login in ("tenant", "city", "public")}

    @contextmanager
    def opened(
        login: Login, tenant_id: int | None = None, *, schema: str = "city_panjin"
    ) -> Iterator[Connection]:
        with engines[login].connect() as connection:
            connection.exec_driver_sql(Context(schema, login, tenant_id).settings())
            yield connection
            connection.rollback()

    yield opened
    for engine in engines.values():
        engine.dispose()


@pytest.fixture
def tables(owner) -> Callable[..., list[str]]:
    """Names of a city's tables, all or those with a column, from the catalogue."""

    def named(column: str | None = None, schema: str = "city_panjin") -> list[str]:
        query = "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = :s"
        with owner.connect() as connection:
            return sorted(
                connection.scalars(
                    text(query + (" AND column_name = :c" if column else "")),
                    {"s": schema, "c": column} if column else {"s": schema},
                )
            )

    return named
