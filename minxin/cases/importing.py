"""Excel import: a worker reads the sheet batch by batch and resumes where it was killed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from itertools import islice

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from minxin import clock, sessions
from minxin.access.signin import actor
from minxin.attachments.inspect import inspect
from minxin.attachments.names import safe_name
from minxin.attachments.scan import VirusHook
from minxin.attachments.store import Store
from minxin.audit import log
from minxin.background import later, renew
from minxin.cases import batches, intake
from minxin.cases.batches import Entry
from minxin.cases.contacts import Person
from minxin.cases.intake import Appeal
from minxin.cases.models import Case, Import, ImportRow
from minxin.cases.origins import Mandate
from minxin.cases.states import Kind, Source
from minxin.cases.uploaded import forget, keep, opened, sheet_of
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import User
from minxin.tenancy.models import Tenant
from minxin.workbooks import container
from minxin.workbooks import mapping as columns
from minxin.workbooks.mapping import Field
from minxin.workbooks.parsed import ParsedRow, RowError, parse

BATCH = 250
"""Rows a transaction: what a kill loses and the next worker does again."""

SOURCES = (Source.IMPORT, Source.PROVINCE)
"""What a batch may be said to come from."""

Outcome = ParsedRow | RowError


def receive(
    name: str,
    raw: bytes,
    *,
    source: str,
    store: Store,
    by: Actor,
    at: datetime,
    scan: VirusHook | None = None,
) -> Import:
    """Keep an uploaded workbook and guess what its columns mean; nothing is imported yet.

    Raises Refused where the file is no readable workbook, or infected.
    """
    if source not in SOURCES:
        raise Refused("请选择来源", "source")
    container.check(BytesIO(raw))  # knows best what to say of what is no workbook
    content = inspect(raw, name, scan=scan)
    with opened(content.content) as sheet:
        if not sheet.size:
            raise Refused("表头下面没有数据，请填好内容、保存后重新上传", "file")
        made = Import(
            tenant_id=intake.municipal().id,
            name=safe_name(name, content.extension),
            sha256=content.sha256,
            sealed_sha256=keep(content.content, content.sha256, store),
            source=source,
            columns=list(sheet.columns),
            mapping={field.value: index for field, index in columns.guess(sheet.columns).items()},
            state="mapping",
            total=sheet.size,
            by_id=by.user_id,
            created_at=at,
        )
    db.session.add(made)
    db.session.flush()
    return made


def begin(import_id: int, mapping: Mapping[Field, int]) -> Import:
    """Fix the mapping and promise the import. Raises Refused where the mapping lacks a column."""
    batch = db.session.get_one(Import, import_id, with_for_update=True, populate_existing=True)
    if batch.state != "mapping":
        raise Refused("这批导入已经开始，不能再改对应关系")
    columns.check(dict(mapping), batch.columns)
    batch.mapping = {field.value: index for field, index in mapping.items()}
    batch.state = "waiting"
    later("cases.import", queue="long", import_id=batch.id)
    return batch


def go_on(import_id: int, *, by: Actor, at: datetime) -> None:
    """Promise an import again that was given up; it goes on behind the last row that was done.

    Raises Conflict where it was not given up.
    """
    batch = db.session.get_one(Import, import_id, with_for_update=True)
    if not renew("cases.import", import_id=batch.id):
        raise Conflict("这批导入没有停下，无需继续")
    log.record(
        "import.continue",
        tenant_id=batch.tenant_id,
        by=by,
        at=at,
        object_kind="import",
        object_id=batch.id,
    )


def run(import_id: int, *, store: Store) -> Iterator[int]:
    """Import the rows that no earlier run has, and yield after each batch: the caller commits.

    Yields how many rows are done. What was not committed is done again by the next run; a row's
    key makes the same row, of the same or of another file, one case. The workbook is deleted once
    the end is committed, unless its failed rows may still be fetched.
    """
    batch = db.session.get_one(Import, import_id)
    if batch.state not in ("waiting", "running"):
        return
    mapping = {Field(name): index for name, index in batch.mapping.items()}
    try:
        with sheet_of(batch, store) as sheet:
            rows = iter(parse(sheet, mapping, at=clock.now(), after=batch.last_row))
            while chunk := list(islice(rows, BATCH)):
                with db.session.begin_nested():
                    done = _take(import_id, chunk)
                yield done
    except Refused as refusal:  # of the sheet, between batches: nothing is half done
        end = ("failed", refusal.message)
    else:
        end = ("done", "")
    done, key = _finish(import_id, *end)
    yield done
    if key is not None:  # committed by now
        store.delete(key, sessions.current().schema)


def _take(import_id: int, chunk: Sequence[Outcome]) -> int:
    """Make cases of a chunk of rows and write down what became of each."""
    parsed = [row for row in chunk if isinstance(row, ParsedRow)]
    known = _known([row.key for row in parsed])
    source = db.session.scalars(select(Import.source).where(Import.id == import_id)).one()
    districts = _districts()
    entries: dict[str, Entry] = {}
    for row in parsed:
        if row.key not in known and row.key not in entries:
            appeal = _appeal(row, source, districts)
            entries[row.key] = Entry(
                appeal, row.received_at, batches.spell(appeal), _earlier_reply(row)
            )
    # From here on rows are locked that others wait for: nothing slow may come before the commit.
    batch = db.session.get_one(Import, import_id, with_for_update=True, populate_existing=True)
    fresh = [row for row in chunk if row.row_number > batch.last_row]
    if not fresh:  # another worker was faster
        return batch.done_rows
    by, at = actor(db.session.get_one(User, batch.by_id)), clock.now()
    keys = {row.key for row in fresh if isinstance(row, ParsedRow)}
    made = batches.enter([entries[key] for key in entries if key in keys], by=by, at=at)
    known |= _known([key for key in keys if key not in made and key not in known])
    listed = list(_listed(batch, fresh, made, known))
    db.session.execute(insert(ImportRow.__table__), listed)  # type: ignore[arg-type]
    for outcome in ("made", "repeated", "failed"):
        number = sum(row["outcome"] == outcome for row in listed)
        setattr(batch, outcome, getattr(batch, outcome) + number)
    batch.state = "running"
    batch.done_rows += len(fresh)
    batch.last_row = fresh[-1].row_number
    db.session.flush()
    return batch.done_rows


def _listed(
    batch: Import, rows: Sequence[Outcome], made: Mapping[str, str], known: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    """What became of each row; the first of equal rows made the case, the others repeat it."""
    seen: set[str] = set()
    for row in rows:
        place = {"tenant_id": batch.tenant_id, "import_id": batch.id, "row": row.row_number}
        if isinstance(row, RowError):
            said = {"outcome": "failed", "number": None, "message": row.message}
            yield {**place, **said, "column": row.column}
            continue
        new = row.key in made and row.key not in seen
        seen.add(row.key)
        number = made.get(row.key) or known[row.key]
        message = "" if new else f"与诉求件 {number} 内容相同，没有重复登记"
        outcome = "made" if new else "repeated"
        yield {**place, "outcome": outcome, "number": number, "column": "", "message": message}


def _appeal(row: ParsedRow, source: str, districts: Mapping[str, str]) -> Appeal:
    kinds = {kind.label: kind.value for kind in Kind}
    given = {
        "source_no": row.source_no,
        "type": row.type,
        "district": row.district,
        "provincial_due": row.provincial_due.isoformat() if row.provincial_due else "",
    }
    return Appeal(
        subject=row.subject,
        body=row.text,
        place=row.place,
        kind=kinds.get(row.type),
        district=districts.get(row.district),
        source=source,
        provincial_no=row.provincial_no or None,
        mandate=Mandate(due_at=row.provincial_due),
        import_key=row.key,
        person=Person(name=row.name, phone=row.phone),
        given={name: value for name, value in given.items() if value},
    )


def _earlier_reply(row: ParsedRow) -> dict[str, str | None] | None:
    if not row.reply:
        return None
    return {"text": row.reply, "at": row.replied_at.isoformat() if row.replied_at else None}


def _known(keys: Sequence[str]) -> dict[str, str]:
    rows = db.session.execute(select(Case.import_key, Case.number).where(Case.import_key.in_(keys)))
    return {row.import_key: row.number for row in rows if row.import_key}


def _districts() -> dict[str, str]:
    rows = db.session.execute(select(Tenant.name, Tenant.slug))
    return {row.name: row.slug for row in rows}


def _finish(import_id: int, state: str, message: str) -> tuple[int, str | None]:
    """(rows done, key of the workbook where nobody needs it any more)."""
    batch = db.session.get_one(Import, import_id, with_for_update=True, populate_existing=True)
    batch.state, batch.message, batch.finished_at = state, message, clock.now()
    if state == "done":
        batch.total = batch.done_rows  # the sheet's size was an upper bound
    return batch.done_rows, None if batch.failed else forget(batch)
