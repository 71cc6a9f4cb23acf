"""What is shown of imports: their list, a preview, and what became of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Row, select

from minxin import background
from minxin.attachments.store import Store
from minxin.audit import log
from minxin.background import Trouble
from minxin.cases.models import Case, Import, ImportRow
from minxin.cases.uploaded import sheet_of
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import User
from minxin.privacy import watermark
from minxin.privacy.masks import mask_name, mask_numbers, mask_phone
from minxin.workbooks import mapping as columns
from minxin.workbooks import writing
from minxin.workbooks.cells import shown
from minxin.workbooks.mapping import Field
from minxin.workbooks.parsed import RowError

PAGE = 50
PREVIEWED = 5
LONGEST = 60

OUTCOMES = {"made": "已登记", "repeated": "重复", "failed": "未成功"}
"""What may become of a row, and what pages call it."""


@dataclass(frozen=True)
class Sample:
    """The first rows of a sheet, contact data masked, and how large it is."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    others: Sequence[str]  # sheets of the workbook that are not read


def recent(*, under: int | None = None) -> tuple[Sequence[Row[*tuple[Any, ...]]], int | None]:
    """Imports, the newest first, and the id that the next page lies under."""
    query = select(
        Import.id,
        Import.name,
        Import.source,
        Import.state,
        Import.total,
        Import.done_rows,
        Import.made,
        Import.repeated,
        Import.failed,
        Import.created_at,
        User.name.label("person"),
    ).join(User, User.id == Import.by_id)
    if under is not None:
        query = query.where(Import.id < under)
    rows = db.session.execute(query.order_by(Import.id.desc()).limit(PAGE + 1)).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def troubles(*import_ids: int) -> Mapping[int, Trouble]:
    """What the worker failed at among these imports, by import."""
    return background.troubles("cases.import", "import_id", import_ids)


def find(import_id: int) -> Import | None:
    """An import within the login's reach."""
    return db.session.get(Import, import_id)


def before(batch: Import) -> Import | None:
    """The newest earlier import of the very same file, where there is one."""
    return db.session.scalar(
        select(Import)
        .where(Import.sha256 == batch.sha256, Import.id < batch.id, Import.state == "done")
        .order_by(Import.id.desc())
        .limit(1)
    )


def sample(batch: Import, *, store: Store) -> Sample:
    """What the mapping form shows beside its choices. Raises Refused where the file is gone."""
    masks = _masks(batch)
    with sheet_of(batch, store) as sheet:
        rows = [
            [_masked(value, masks.get(place)) for place, value in enumerate(row.values)]
            for row in islice(sheet.rows(), PREVIEWED)
        ]
        return Sample(sheet.columns, rows, sheet.others)


def rows_of(
    batch: Import, outcome: str, *, after: int = 0, limit: int | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """(row, number, subject, column, message) of one outcome, in the order of the sheet.

    after: rows up to this number are left out · limit: at most so many.
    """
    return db.session.execute(
        select(ImportRow.row, ImportRow.number, Case.subject, ImportRow.column, ImportRow.message)
        .outerjoin(Case, Case.number == ImportRow.number)
        .where(ImportRow.import_id == batch.id, ImportRow.outcome == outcome, ImportRow.row > after)
        .order_by(ImportRow.row)
        .limit(limit)
    ).all()


def failure_sheet(batch: Import, *, store: Store, by: Actor, at: datetime) -> bytes:
    """The failed rows as a workbook that can be mended and imported again; the taking is logged.

    It holds what the sheet held, contact data too.
    """
    wanted = {row.row: row for row in rows_of(batch, "failed")}
    log.record(
        "import.failures",
        tenant_id=batch.tenant_id,
        by=by,
        at=at,
        object_kind="import",
        object_id=batch.id,
    )
    with sheet_of(batch, store) as sheet:
        errors = [
            RowError(row.number, wanted[row.number].column, wanted[row.number].message, row.values)
            for row in sheet.rows()
            if row.number in wanted
        ]
        return writing.error_sheet(
            sheet.columns,
            errors,
            made_by=by.unit_name or by.name,
            made_at=at,
            mark=watermark.mark(by.name, by.unit_name, at),
        )


def _masks(batch: Import) -> Mapping[int, Field]:
    """Which columns are masked: what they are mapped to, and what their heads suggest."""
    guessed = {column: field for field, column in columns.guess(batch.columns).items()}
    return guessed | {column: Field(name) for name, column in batch.mapping.items()}


def _masked(value: object, field: Field | None) -> str:
    text = shown(value)
    match field:
        case Field.NAME:
            return mask_name(text)
        case Field.PHONE:
            return mask_phone(text)
    text = mask_numbers(text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
