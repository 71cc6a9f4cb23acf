"""The uploaded workbook of an import: kept sealed, read by its import alone, removed after it.

It holds names and telephones of many citizens in one file, so it lies nowhere in the clear, and no
longer than somebody needs it: until the import is done, or until its failed rows were fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import select

from minxin import sessions
from minxin.attachments.store import Store
from minxin.cases.models import Import
from minxin.errors import Refused
from minxin.extensions import db
from minxin.privacy.ring import vault
from minxin.workbooks import mapping as columns
from minxin.workbooks.reading import Sheet, open_sheet

KEPT = timedelta(days=30)
"""From the upload: how long a workbook waits to be begun, or to have its failed rows fetched."""

GONE = "上传的文件已删除，请重新上传。"
NEVER_DONE = f"上传后{KEPT.days}天内没有导入完，文件已删除。"


def keep(content: bytes, sha256: str, store: Store) -> str:
    """Store a workbook sealed; answers the key of what was stored. sha256: of the content."""
    sealed = vault().seal_bytes(content, _bound_to(sha256))
    return store.keep(sealed, sessions.current().schema)


@contextmanager
def opened(content: bytes) -> Iterator[Sheet]:
    """The sheet of a workbook. Raises Refused where it cannot be read as one."""
    with NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        with open_sheet(Path(file.name), known=columns.KNOWN) as sheet:
            yield sheet


@contextmanager
def sheet_of(batch: Import, store: Store) -> Iterator[Sheet]:
    """The stored workbook, unsealed and opened. Raises Refused where it is gone or unreadable."""
    if batch.sealed_sha256 is None:
        raise Refused(GONE)
    sealed = store.read(batch.sealed_sha256, sessions.current().schema)
    with opened(vault().open_bytes(sealed, _bound_to(batch.sha256))) as sheet:
        yield sheet


def needed_until(batch: Import) -> datetime | None:
    """Until when the workbook is kept; None where it is gone."""
    return None if batch.sealed_sha256 is None else batch.created_at + KEPT


def forget(batch: Import) -> str | None:
    """Name the workbook no more; answers the key that the caller deletes after the commit.

    One that is never deleted is removed with everything else that nothing names.
    """
    key, batch.sealed_sha256 = batch.sealed_sha256, None
    return key


def expire(at: datetime) -> int:
    """Forget the workbooks that waited too long, and end the imports that never came to an end.

    Answers how many. Runs by the city's login; an import at work is left alone.
    """
    old = db.session.scalars(
        select(Import)
        .where(Import.sealed_sha256.is_not(None), Import.created_at < at - KEPT)
        .with_for_update(skip_locked=True)
    ).all()
    for batch in old:
        forget(batch)
        if batch.state not in ("done", "failed"):
            batch.state, batch.message, batch.finished_at = "failed", NEVER_DONE, at
    db.session.flush()
    return len(old)


def _bound_to(sha256: str) -> str:
    return f"import:{sha256}"
