"""A table of records that goes out as a workbook and comes back in as the same one.

A roster says what its columns are and how one row is put in place; checking and applying are the
same walk. Every row is tried inside a savepoint of its own, so each wrong row names its reason;
the caller rolls back where a row was wrong or where the file was only to be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Protocol

from minxin.errors import Refused
from minxin.workbooks import container
from minxin.workbooks.cells import heading, to_text
from minxin.workbooks.dates import to_datetime
from minxin.workbooks.parsed import RowError
from minxin.workbooks.reading import Row, Sheet, open_sheet

MOST_ROWS = 5_000

Record = Mapping[str, Any]
Read = Callable[[object], Any]


def words(value: object) -> str:
    """A cell of one line of text."""
    return to_text(value, limit=500)


def day(value: object) -> date | None:
    """A cell with a day; None for an empty one. Raises Refused for a day that does not exist."""
    moment = to_datetime(value)
    return moment.date() if moment else None


def whole(value: object) -> int | None:
    """A cell with a whole number; None for an empty one."""
    text = to_text(value, limit=40)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise Refused(f"“{text}”不是整数，请改正") from None


@dataclass(frozen=True)
class Column:
    """One column: its key in records, its header, how a cell is read, and what to know of it."""

    key: str
    label: str
    read: Read = words
    required: bool = False
    help: str = ""
    also: tuple[str, ...] = ()  # other headers that other offices' sheets give it


class Outcome(StrEnum):
    """What a row did."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"


class Placing(Protocol):
    """Puts rows in place, one import long."""

    def put(self, record: Record) -> Outcome:
        """Carry out one row. Raises Refused, its field naming the column."""
        ...

    def finish(self) -> None:
        """After the last row, where every row was right."""
        ...


@dataclass(frozen=True)
class Handover:
    """A sheet to be taken away once: what an import made that is shown nowhere else."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Roster:
    """A kind of record as a workbook.

    identity: what of a record must not come twice in a file · needs: words said above the form.
    """

    key: str
    title: str
    columns: Sequence[Column]
    identity: Callable[[Record], Hashable]
    needs: str = ""

    @property
    def headers(self) -> list[str]:
        """The header row."""
        return [column.label for column in self.columns]


@dataclass
class Taken:
    """How an import went: rows by outcome, wrong rows, the file's own header."""

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    errors: list[RowError] = field(default_factory=list)
    columns: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows that were right."""
        return sum(self.counts.values())

    @property
    def changes(self) -> int:
        """Rows that put something in place."""
        return self.counts[Outcome.ADDED] + self.counts[Outcome.CHANGED]


def take(
    roster: Roster,
    content: bytes,
    placing: Placing,
    savepoint: Callable[[], AbstractContextManager[Any]],
) -> Taken:
    """Walk a workbook through a roster, every row to its end.

    Raises Refused where the file is no readable workbook, or lacks a column.
    """
    container.check(BytesIO(content))
    with NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        with open_sheet(Path(file.name), [heading(name) for name in roster.headers]) as sheet:
            return _walk(roster, sheet, placing, savepoint)


def _walk(
    roster: Roster,
    sheet: Sheet,
    placing: Placing,
    savepoint: Callable[[], AbstractContextManager[Any]],
) -> Taken:
    places = _places(roster, sheet.columns)
    taken = Taken(columns=sheet.columns)
    first_at: dict[Hashable, int] = {}
    for row in sheet.rows():
        if taken.rows + len(taken.errors) >= MOST_ROWS:
            raise Refused(f"超过{MOST_ROWS}行，请分成几个文件导入。")
        try:
            record = _record(roster, row, places)
            _check_once(roster, record, row.number, first_at)
            with savepoint():
                taken.counts[placing.put(record)] += 1
        except Refused as refused:
            taken.errors.append(_error(roster, row, refused))
    if not taken.rows and not taken.errors:
        raise Refused("表头下面没有数据行，请填写后再导入。")
    if not taken.errors:
        placing.finish()
    return taken


def _places(roster: Roster, columns: Sequence[str]) -> dict[str, int]:
    known = {heading(name): place for place, name in reversed(list(enumerate(columns)))}
    places: dict[str, int] = {}
    for column in roster.columns:
        names = (heading(name) for name in (column.label, *column.also))
        found = next((name for name in names if name in known), None)
        if found is not None:
            places[column.key] = known[found]
    missing = [c.label for c in roster.columns if c.required and c.key not in places]
    if missing:
        raise Refused(
            f"表中没有“{'”“'.join(missing)}”{'列' if len(missing) == 1 else '等列'}。"
            f"请先导出{roster.title}，在导出的表上修改后再导入。"
        )
    return places


def _record(roster: Roster, row: Row, places: Mapping[str, int]) -> dict[str, Any]:
    """The row's cells, read; all that is wrong with them comes in one sentence."""
    record: dict[str, Any] = {}
    wrong: list[str] = []
    for column in roster.columns:
        value = row.values[places[column.key]] if column.key in places else None
        try:
            record[column.key] = column.read(value)
            if column.required and record[column.key] in (None, ""):
                wrong.append(f"{column.label}：请填写")
        except Refused as refused:
            wrong.append(f"{column.label}：{refused.message}")
    if wrong:
        raise Refused("\n".join(wrong))
    return record


def _check_once(roster: Roster, record: Record, number: int, first_at: dict[Hashable, int]) -> None:
    identity = roster.identity(record)
    before = first_at.setdefault(identity, number)
    if before != number:
        raise Refused(f"与第{before}行是同一条，请合并成一行")


def _error(roster: Roster, row: Row, refused: Refused) -> RowError:
    labels = {column.key: column.label for column in roster.columns}
    label = labels.get(refused.field or "", "")
    return RowError(row.number, label, refused.message, row.values)


def listed(options: Iterable[str]) -> str:
    """Words to choose from, for a column's help: 休、班、平."""
    return "、".join(options)
