"""Real PostgreSQL and Valkey from Python wheels, for an installation without servers of its own.

Both are reached through unix sockets only. Whoever calls `start` shares the servers; the last one
to stop (or to die, by whatever signal) stops them. A process of its own, the keeper, sees to that:
each user holds a shared lock on `users.lock`, and the keeper stops the servers as soon as it can
take that lock for itself.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from minxin.embedded.layout import Addresses, EmbeddedError, Layout, State, addresses

__all__ = ["Addresses", "EmbeddedError", "Servers", "addresses", "start"]

# Recovery after a power cut replays up to max_wal_size; on a slow disk that takes a while.
_START_SECONDS = 180
_STOP_SECONDS = 90
_ATTEMPTS = 3


@dataclass
class Servers:
    """A share in the running servers. `stop()` gives it back; doing so twice is harmless."""

    folder: Path
    addresses: Addresses
    _lock: int | None
    _keeper: subprocess.Popen[bytes] | None = None  # where this process started it

    def running(self) -> bool:
        """Whether the servers are up (they may have been killed from outside)."""
        state = State.read(Layout(self.folder))
        return state is not None and state.phase == "ready"

    def stop(self) -> None:
        """Give the share back. The servers stop, and are waited for, unless others use them."""
        if self._lock is None:
            return
        lock, self._lock = self._lock, None
        atexit.unregister(self.stop)
        try:
            # Taking the lock alone succeeds only for the last user; until it is closed below,
            # nobody can start anew on the same folder while the servers go down.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            _end_keeper(Layout(self.folder))
            if self._keeper is not None:
                self._keeper.wait()
        finally:
            os.close(lock)


def start(folder: Path, *, durable: bool = True) -> Servers:
    """Start PostgreSQL and Valkey under `folder`, or share them where they already run.

    `durable=False` is for tests: nothing is forced to disk, a power cut loses the data.
    Raises EmbeddedError with a sentence that says what to do.
    """
    folder = Path(os.path.abspath(folder))
    layout = Layout(folder)
    layout.make_folder()
    lock = _share(layout)
    try:
        for _ in range(_ATTEMPTS):
            keeper = _spawn_keeper(layout, durable)
            if _wait_until_ready(layout, keeper):
                break
        else:
            raise EmbeddedError(f"The embedded servers do not stay up; see {layout.logs}")
    except BaseException:
        os.close(lock)
        raise
    servers = Servers(folder, addresses(folder), lock, keeper)
    atexit.register(servers.stop)
    return servers


def _share(layout: Layout) -> int:
    """A descriptor that holds a share; waits while servers of the last user are still stopping."""
    lock = os.open(layout.users_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _STOP_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(lock)
                raise EmbeddedError(
                    f"The servers under {layout.folder} have been stopping for "
                    f"{_STOP_SECONDS} seconds; see {layout.logs} and try again"
                ) from None
            time.sleep(0.05)
        else:
            return lock


def _spawn_keeper(layout: Layout, durable: bool) -> subprocess.Popen[bytes] | None:
    """The new keeper, or None where one is at work already."""
    if State.read(layout) is not None:
        return None
    # Named from inside the package: `python -m minxin.…` would load the whole web application.
    code = (
        "import sys, types; package = types.ModuleType('minxin'); "
        "package.__path__ = [sys.argv[1]]; sys.modules['minxin'] = package; "
        "from minxin.embedded.keeper import main; main()"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parents[1]), str(layout.folder)]
    with layout.open_log("keeper") as log:
        return subprocess.Popen(
            [*command, "durable" if durable else "fast"],
            cwd=layout.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C in the terminal is for us, not for the servers
        )


def _wait_until_ready(layout: Layout, keeper: subprocess.Popen[bytes] | None) -> bool:
    """Wait for the keeper. False where it is gone: the caller tries again."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        state = State.read(layout)
        if state is not None and state.phase == "ready":
            return True
        if keeper is None and state is None:
            return False
        if keeper is not None and keeper.poll() is not None:
            if keeper.returncode == 0:  # somebody else's keeper was quicker: wait for that one
                keeper = None
                continue
            raise EmbeddedError(layout.failure())
        time.sleep(0.02)
    raise EmbeddedError(
        f"The embedded servers did not start within {_START_SECONDS} seconds; see {layout.logs}"
    )


def _end_keeper(layout: Layout) -> None:
    deadline = time.monotonic() + _STOP_SECONDS
    told = False
    while (state := State.read(layout)) is not None:
        told = told or state.terminate()
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"The embedded servers did not stop within {_STOP_SECONDS} seconds; "
                f"see {layout.logs}"
            )
        time.sleep(0.02)
