"""The process that keeps the embedded servers: starts them, watches them, stops them.

It stops them when the last user gave its share back or died, when it is told to (SIGTERM), and
when one of them ends: half of the pair is of no use. Should it be killed itself, the kernel tells
the servers to stop.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from minxin.embedded.account import account_for
from minxin.embedded.layout import EmbeddedError, Layout
from minxin.embedded.postgres import binaries, start_postgres, stop_postgres
from minxin.embedded.server import Server
from minxin.embedded.valkey import binary, start_valkey, stop_valkey

_FREE_BYTES = 300 * 1024 * 1024
_LOOK_SECONDS = 0.2


def main() -> None:
    """Arguments: the package's folder (used by the caller), the data's folder, durable or fast."""
    layout = Layout(Path(sys.argv[2]))
    lock = _take_lock(layout.keeper_lock)
    if lock is None:
        return  # another keeper is at work
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        _say(lock, "starting")
        layout.keeper_failure.unlink(missing_ok=True)
        _keep(layout, durable=sys.argv[3] == "durable", ready=lambda: _say(lock, "ready"))
    except EmbeddedError as error:
        layout.keeper_failure.write_text(str(error))
        print(error, file=sys.stderr)
        sys.exit(1)
    finally:
        _say(lock, "gone")
        # Released only now, so whoever finds no keeper finds no server either.
        os.close(lock)


def _take_lock(path: Path) -> int | None:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for _ in range(40):  # who only looks whether a keeper is at work holds it for a moment
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.01)
        else:
            return lock
    os.close(lock)
    return None


def _say(lock: int, phase: str) -> None:
    text = json.dumps({"keeper": os.getpid(), "phase": phase}).encode()
    os.ftruncate(lock, 0)
    os.pwrite(lock, text, 0)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _keep(layout: Layout, *, durable: bool, ready: Callable[[], None]) -> None:
    """Run both servers until there is a reason to stop. Raises EmbeddedError when one ends."""
    _check_room(layout)
    account = account_for(layout.folder, binaries(), binary().parent)
    layout.make_private(layout.sockets, account.uid, account.gid)
    with ExitStack() as running:
        postgres = start_postgres(layout, account, durable=durable)
        running.callback(stop_postgres, postgres)
        valkey = start_valkey(layout, account, durable=durable)
        running.callback(stop_valkey, valkey)
        ready()
        users = os.open(layout.users_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        running.callback(os.close, users)
        _watch(users, (postgres, valkey))


def _watch(users: int, servers: tuple[Server, ...]) -> None:
    while True:
        for server in servers:
            if server.gone():
                raise EmbeddedError(f"{server.name} ended by itself")
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOOK_SECONDS)
        else:
            return


def _check_room(layout: Layout) -> None:
    free = shutil.disk_usage(layout.folder).free
    if free < _FREE_BYTES:
        raise EmbeddedError(
            f"Only {free // 1024**2} MB are free under {layout.folder}; the embedded servers need "
            f"{_FREE_BYTES // 1024**2} MB. Make room, or give MINXIN_DATA a folder on another disk"
        )
