"""Files kept by their content: <root>/<city>/<first two digits>/<sha256>. Nothing of what a person
typed is in a path, and the same content is one file however often it is attached.

A row names its file in a column that is called sha256, or something_sha256: what no such column
names is cleared away after a day (attachments.orphans).
"""

from __future__ import annotations

import fcntl
import io
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path

from minxin.attachments.inspect import Inspected
from minxin.errors import MinxinError, Refused

_KEY = re.compile(r"[0-9a-f]{64}")
_HALF = ".new-"
_CITY = re.compile(r"[a-z][a-z0-9_-]{0,62}")


class Damaged(MinxinError):
    """A stored file no longer is what was put in: a matter for the operator, not for the reader."""


class Store:
    """The files of all cities under one folder, which is made when first needed.

    Keys are the SHA-256 of the content in hexadecimal. The caller counts who still uses a key
    before it deletes one: two attachments may share it.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, inspected: Inspected, city: str) -> str:
        """Keep the content and return its key. After it returns the file survives a power cut;
        a reader never sees half of it."""
        key = sha256(inspected.content).hexdigest()
        if key != inspected.sha256:
            raise Damaged("content and digest of the inspected file differ")
        return self.keep(inspected.content, city)

    def keep(self, content: bytes, city: str) -> str:
        """`put` for what is not an inspected upload, such as something sealed."""
        key = sha256(content).hexdigest()
        path = self._path(key, city)
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        with _folder(path.parent, fcntl.LOCK_SH):
            # A damaged file of that name is written anew: the content at hand is known to be right.
            if path.is_file() and _digest(path) == key:
                os.utime(path)  # who names it now may come after those who did
            else:
                _write(path, content)
        return key

    def older(self, city: str, than: datetime, start: str = "") -> Iterator[str]:
        """Keys, in order, of the files that nobody has put in since an instant.

        start: the first one or two digits of the keys.
        """
        for path in sorted((self._root / city).glob(f"{start:?<2}/*")):
            if _KEY.fullmatch(path.name) and path.stat().st_mtime < than.timestamp():
                yield path.name

    def delete_halves(self, city: str, than: datetime) -> int:
        """Remove what a power cut left of files that were being written; answers how many."""
        halves = [
            path
            for path in (self._root / city).glob(f"??/{_HALF}*")
            if path.stat().st_mtime < than.timestamp()
        ]
        for path in halves:
            path.unlink(missing_ok=True)
        return len(halves)

    def delete_older(self, key: str, city: str, than: datetime) -> bool:
        """Remove a file unless somebody has put it in again meanwhile; says whether it went."""
        path = self._path(key, city)
        with suppress(FileNotFoundError), _folder(path.parent, fcntl.LOCK_EX):
            if path.stat().st_mtime < than.timestamp():
                path.unlink()
                return True
        return False

    def open(self, key: str, city: str) -> io.BufferedReader:
        """The file, opened for reading. Raises Refused when there is none."""
        try:
            descriptor = os.open(self._path(key, city), os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            raise Refused("附件不存在或已删除。请刷新页面后再试。") from None
        return os.fdopen(descriptor, "rb")

    def read(self, key: str, city: str) -> bytes:
        """The content, checked against its key: Refused when missing, Damaged when changed."""
        with self.open(key, city) as stream:
            content = stream.read()
        if sha256(content).hexdigest() != key:
            raise Damaged(f"stored file {key} was changed")
        return content

    def is_whole(self, key: str, city: str) -> bool:
        """Whether the file is there and its content still has the digest that it is named by."""
        try:
            with self.open(key, city) as stream:
                return file_digest(stream, "sha256").hexdigest() == key
        except Refused:
            return False

    def delete(self, key: str, city: str) -> bool:
        """Remove the file; False if there was none. Other cities' copies are their own."""
        try:
            self._path(key, city).unlink()
        except FileNotFoundError:
            return False
        return True

    def _path(self, key: str, city: str) -> Path:
        # Both come from the database, but a path is built from them: nothing else gets through.
        if not _KEY.fullmatch(key) or not _CITY.fullmatch(city):
            raise Refused("附件不存在或已删除。请刷新页面后再试。")
        return self._root / city / key[:2] / key


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _write(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=_HALF, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


@contextmanager
def _folder(folder: Path, lock: int) -> Iterator[None]:
    """Hold a folder: many may put in at once, who clears away is alone."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, lock)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable too, not only the bytes."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
