"""Excel import: a worker reads the sheet batch by batch and resumes where it was killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from minxin import clock, sessions
from minxin.access.signin import actor
from minxin.attachments.inspect import Inspected
from minxin.attachments.store import Store
from minxin.background import later
from minxin.cases import intake, workflow
from minxin.cases.contacts import Person
from minxin.cases.intake import Appeal
from minxin.cases.models import Case, Import, ImportRow
from minxin.cases.numbering import next_numbers
from minxin.cases.states import Kind, Source
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import User
from minxin.tenancy.models import Tenant
from minxin.workbooks import mapping as columns
from minxin.workbooks import writing
from minxin.workbooks.mapping import Field
from minxin.workbooks.parsed import ParsedRow, RowError, parse
from minxin.workbooks.reading import Sheet, open_sheet

BATCH = 100
"""Rows a transaction: what a kill loses and the next worker does again."""

Outcome = ParsedRow | RowError


@contextmanager
def sheet_of(sha256: str, store: Store) -> Iterator[Sheet]:
    """The stored workbook, opened. Raises Refused where it cannot be read as one."""
    with NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(store.read(sha256, sessions.current().schema))
        file.flush()
        with open_sheet(Path(file.name), known=columns.KNOWN) as sheet:
            yield sheet


def receive(
    name: str, content: Inspected, *, source: str, store: Store, by: Actor, at: datetime
) -> Import:
    """Keep an uploaded workbook and guess what its columns mean; nothing is imported yet.

    Raises Refused where the file is no readable workbook.
    """
    schema = sessions.current().schema
    store.put(content, schema)
    with sheet_of(content.sha256, store) as sheet:
        made = Import(
            tenant_id=intake.municipal().id,
            name=name,
            sha256=content.sha256,
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


def begin(batch: Import, mapping: dict[Field, int]) -> None:
    """Fix the mapping and promise the import. Raises Refused where the mapping lacks a column."""
    if batch.state != "mapping":
        raise Refused("这批导入已经开始，不能再改对应关系")
    columns.check(mapping, batch.columns)
    batch.mapping = {field.value: index for field, index in mapping.items()}
    batch.state = "waiting"
    later("cases.import", queue="long", import_id=batch.id)


def run(import_id: int, *, store: Store, beat: Callable[[], None]) -> None:
    """Import the rows that no earlier run has. Commits batch by batch.

    The import's row is locked for each batch, so two workers share the work instead of doing it
    twice; a row's key makes the same row of the same or another file one case.
    """
    batch = db.session.get_one(Import, import_id)
    mapping = {Field(name): index for name, index in batch.mapping.items()}
    try:
        with sheet_of(batch.sha256, store) as sheet:
            rows = iter(parse(sheet, mapping, at=clock.now(), after=batch.last_row))
            while chunk := list(islice(rows, BATCH)):
                _make(import_id, chunk)
                beat()
                db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        _finish(import_id, "failed", refusal.message)
    else:
        _finish(import_id, "done", "")


def failures(batch: Import) -> Sequence[ImportRow]:
    """The rows that made no case, with the reason of each."""
    return db.session.scalars(
        select(ImportRow).where(ImportRow.import_id == batch.id).order_by(ImportRow.row)
    ).all()


def failure_sheet(batch: Import, *, store: Store, by: Actor, at: datetime) -> bytes:
    """The rows that made no case as a workbook that can be mended and imported again."""
    wanted = {row.row: row for row in failures(batch)}
    with sheet_of(batch.sha256, store) as sheet:
        errors = [
            RowError(row.number, wanted[row.number].column, wanted[row.number].message, row.values)
            for row in sheet.rows()
            if row.number in wanted
        ]
        return writing.error_sheet(
            sheet.columns, errors, made_by=by.unit_name or by.name, made_at=at
        )


def _make(import_id: int, chunk: Sequence[Outcome]) -> None:
    batch = db.session.get_one(Import, import_id, with_for_update=True, populate_existing=True)
    batch.state = "running"
    fresh = [row for row in chunk if row.row_number > batch.last_row]
    if not fresh:
        return
    at = clock.now()
    by = actor(db.session.get_one(User, batch.by_id))
    parsed = [row for row in fresh if isinstance(row, ParsedRow)]
    known = _known([row.key for row in parsed])
    numbers = iter(next_numbers(at, len(parsed)))
    districts = _districts()
    for row in fresh:
        if isinstance(row, RowError):
            batch.failed += 1
            _list(batch, row.row_number, "failed", row.column, row.message)
        elif row.key in known:
            batch.repeated += 1
            same = f"与已有诉求件 {known[row.key]} 内容相同，未重复导入"
            _list(batch, row.row_number, "repeated", "", same)
        else:
            number = next(numbers)
            known[row.key] = number
            _enter(batch, row, number, districts, by, at)
            batch.made += 1
    batch.done_rows += len(fresh)
    batch.last_row = fresh[-1].row_number
    db.session.flush()


def _enter(
    batch: Import,
    row: ParsedRow,
    number: str,
    districts: dict[str, str],
    by: Actor,
    at: datetime,
) -> None:
    kinds = {kind.label: kind.value for kind in Kind}
    appeal = Appeal(
        subject=row.subject,
        body=row.text,
        place=row.place,
        kind=kinds.get(row.type),
        district=districts.get(row.district),
        source=batch.source,
        provincial_no=row.provincial_no or None,
        import_key=row.key,
        person=Person(name=row.name, phone=row.phone),
    )
    case = intake.enter(appeal, by=by, at=at, received_at=row.received_at, number=number)
    if row.reply:
        replied_at = row.replied_at.isoformat() if row.replied_at else None
        workflow.note(
            case, "earlier_reply", by=by, at=at, payload={"text": row.reply, "at": replied_at}
        )


def _known(keys: Sequence[str]) -> dict[str, str]:
    rows = db.session.execute(select(Case.import_key, Case.number).where(Case.import_key.in_(keys)))
    return {row.import_key: row.number for row in rows if row.import_key}


def _districts() -> dict[str, str]:
    rows = db.session.execute(select(Tenant.name, Tenant.slug))
    return {row.name: row.slug for row in rows}


def _list(batch: Import, row: int, outcome: str, column: str, message: str) -> None:
    db.session.execute(
        insert(ImportRow)
        .values(
            tenant_id=batch.tenant_id,
            import_id=batch.id,
            row=row,
            outcome=outcome,
            column=column,
            message=message,
        )
        .on_conflict_do_nothing()
    )


def _finish(import_id: int, state: str, message: str) -> None:
    db.session.execute(
        update(Import)
        .where(Import.id == import_id)
        .values(state=state, message=message, finished_at=clock.now())
    )
    db.session.commit()


SOURCES = (Source.IMPORT, Source.PROVINCE)
"""What a batch may be said to come from."""
