"""Where the embedded servers keep their things, and what state they are in."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

OWNER = "minxin_owner"
DATABASE = "minxin"
_POSTGRES_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES = 107  # sockaddr_un.sun_path, less the closing zero
_LOG_BYTES = 20 * 1024 * 1024


class EmbeddedError(RuntimeError):
    """The embedded servers cannot run; the message says what to do."""


@dataclass(frozen=True)
class Addresses:
    """Where the servers under a folder answer, once they run."""

    database_url: str
    redis_url: str


def addresses(folder: Path) -> Addresses:
    """The addresses of the servers under `folder`; starts and touches nothing."""
    sockets = str(Layout(Path(os.path.abspath(folder))).sockets)
    return Addresses(
        database_url=f"postgresql://{OWNER}@/{DATABASE}?host={quote(sockets, safe='/')}",
        redis_url=f"unix://{quote(sockets, safe='/')}/valkey.sock?db=0",
    )


@dataclass(frozen=True)
class Layout:
    """The paths under one folder (absolute)."""

    folder: Path

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def valkey(self) -> Path:
        return self.folder / "valkey"

    @property
    def logs(self) -> Path:
        return self.folder / "log"

    @property
    def users_lock(self) -> Path:
        return self.folder / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        return self.folder / "keeper.lock"

    @property
    def keeper_failure(self) -> Path:
        return self.logs / "keeper.failure"

    @property
    def sockets(self) -> Path:
        """The private folder of the sockets: elsewhere when the path is too long for a socket, or
        has a comma, which parts the hosts in a database URL."""
        folder = self.folder / "run"
        fits = len(os.fsencode(folder / _POSTGRES_SOCKET)) <= _SOCKET_PATH_BYTES
        if fits and "," not in str(folder):
            return folder
        # Not tempfile.gettempdir(): every process must come to the same place, whatever its TMPDIR.
        return Path("/tmp") / f"minxin-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]}"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def make_folder(self) -> None:
        """Make what the servers' users need to write: the folder, its logs, its lock files."""
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedError(
                f"Cannot write to {self.folder} ({error.strerror}); give MINXIN_DATA another folder"
            ) from error
        owner = self.folder.stat().st_uid
        if os.geteuid() != owner:
            raise EmbeddedError(
                f"{self.folder} belongs to the user with id {owner}, not to you: run this as that "
                "user, or give MINXIN_DATA another folder"
            )

    def open_log(self, name: str) -> BinaryIO:
        """Append to a log; one that has grown large is put aside first, replacing an older one."""
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    def log_tail(self, name: str, lines: int = 12) -> str:
        path = self.logs / f"{name}.log"
        if not path.exists():
            return ""
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 8192))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])

    def failure(self) -> str:
        """Why the keeper gave up, in its own words."""
        try:
            return self.keeper_failure.read_text()
        except OSError:
            tail = self.log_tail("keeper")
            return f"The keeper of the embedded servers failed; see {self.logs}/keeper.log\n{tail}"

    def make_private(self, folder: Path, uid: int, gid: int) -> None:
        """A folder that only the servers' user may enter; refuses one that somebody else made."""
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), uid):
            raise EmbeddedError(
                f"{folder} belongs to another user; remove it, or give MINXIN_DATA another folder"
            )
        if found.st_uid != uid:
            os.chown(folder, uid, gid)
        folder.chmod(0o700)


@dataclass(frozen=True)
class State:
    """What the keeper at work says of itself. It holds a lock on the file for as long as it lives,
    so a file that was left behind is never believed, and its process id is never another's."""

    keeper: int
    phase: str

    @classmethod
    def read(cls, layout: Layout) -> State | None:
        """The keeper's state; None where no keeper is at work."""
        try:
            file = os.open(layout.keeper_lock, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return cls._kept(os.pread(file, 65536, 0))
        else:
            cls._forget(file)
            return None
        finally:
            os.close(file)

    @staticmethod
    def _forget(file: int) -> None:
        """Clear what a killed keeper said, or it would count until the next one speaks."""
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(file, 0)

    @classmethod
    def _kept(cls, text: bytes) -> State:
        try:
            kept = json.loads(text)
            return cls(int(kept["keeper"]), str(kept["phase"]))
        except (ValueError, KeyError):
            return cls(0, "starting")

    def terminate(self) -> bool:
        """Ask the keeper to stop. False where it has not said its name yet."""
        if not self.keeper:
            return False
        with suppress(ProcessLookupError):
            os.kill(self.keeper, signal.SIGTERM)
        return True
