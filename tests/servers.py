"""One PostgreSQL and one Valkey for a whole run of the tests, never the running city's.

Every process of the run has a database and a Valkey number of its own in them. The first process
that asks starts the servers, the last one that ends stops them, however it ends
(see minxin.embedded). tests/conftest.py takes the two hooks over from here.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from minxin import embedded
from minxin.embedded.layout import DATABASE, OWNER, Layout, State

_VARIABLE = "MINXIN_TEST_SERVERS"
_PREFIX = "minxin-tests-"
_STALE_SECONDS = 3600


def pytest_configure(config: pytest.Config) -> None:
    """The run's folder: made by the first process, inherited by those that it starts."""
    if not hasattr(config, "workerinput"):
        _remove_left_over()
        os.environ[_VARIABLE] = tempfile.mkdtemp(prefix=_PREFIX)


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or _VARIABLE not in os.environ:
        return
    folder = Path(os.environ.pop(_VARIABLE))
    if _start.cache_info().currsize:
        _start(folder).stop()
    _start.cache_clear()
    test_servers.cache_clear()
    deadline = time.monotonic() + 30
    while State.read(Layout(folder)) is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


@cache
def test_servers(worker_id: str) -> embedded.Addresses:
    """The addresses for this process: an empty database that minxin_owner owns, a Valkey number.

    `worker_id` is the fixture of pytest-xdist: "master", "gw0", "gw1" …
    """
    servers = _start(Path(os.environ[_VARIABLE]))
    name = f"test_{worker_id}"
    superuser = servers.addresses.database_url.replace(f"{OWNER}@", "postgres@", 1)
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(OWNER)
            )
        )
    number = int(worker_id.removeprefix("gw")) + 1 if worker_id.startswith("gw") else 0
    return embedded.Addresses(
        database_url=_with_database(servers.addresses.database_url, name),
        redis_url=servers.addresses.redis_url.replace("db=0", f"db={number}"),
    )


test_servers.__test__ = False  # type: ignore[attr-defined]  # a name that pytest would run


@cache
def _start(folder: Path) -> embedded.Servers:
    return embedded.start(folder, durable=False)


def _with_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    assert parts.path == f"/{DATABASE}"
    return urlunsplit(parts._replace(path=f"/{name}"))


def _remove_left_over() -> None:
    """Folders of runs that were killed; their servers went with them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        ours = folder.stat().st_uid == os.geteuid()
        old = time.time() - folder.stat().st_mtime > _STALE_SECONDS
        if ours and old and State.read(Layout(folder)) is None:
            shutil.rmtree(folder, ignore_errors=True)
