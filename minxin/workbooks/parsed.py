"""Rows of a mapped sheet as citizens' messages, or as reasons why not."""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from datetime import datetime

from minxin.errors import Refused
from minxin.workbooks.cells import SUBJECT_LIMIT, TEXT_LIMIT, to_phone, to_text
from minxin.workbooks.dates import to_datetime, to_due
from minxin.workbooks.mapping import PERSONAL, Field, Mapping, check, personal, row_key
from minxin.workbooks.reading import Row, Sheet

# A message without a subject is known by its beginning.
SUBJECT_FROM_TEXT = 40

UNQUOTED = "这一格的内容不对，请核对。"


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One message, clean and typed; '' and None where the sheet says nothing.

    `key` is its fingerprint (`row_key`). Times are aware, in Shanghai; `provincial_due` is the
    first moment that is late.
    """

    row_number: int
    key: str
    source_no: str
    name: str
    phone: str
    subject: str
    text: str
    received_at: datetime | None
    place: str
    reply: str
    replied_at: datetime | None
    type: str
    district: str
    provincial_no: str
    provincial_due: datetime | None


@dataclass(frozen=True, slots=True)
class RowError:
    """One row that cannot be imported: where, why (all reasons in one text), what stood there.

    `column` is the header of the first wrong cell, '' when the row as a whole is wrong.
    """

    row_number: int
    column: str
    message: str
    values: tuple[object, ...]


def parse(
    sheet: Sheet, mapping: Mapping, *, at: datetime | None = None, after: int = 0
) -> Iterator[ParsedRow | RowError]:
    """Every filled row below the header, in order, as a message or as an error.

    `at` (aware): instants of receipt and reply later than this are errors. `after`: resume behind
    that row number. Raises Refused at once for a mapping that cannot be imported.
    """
    check(mapping, sheet.columns)
    secret = personal(sheet.columns) | {mapping[field] for field in PERSONAL if field in mapping}
    return (_parsed(_Cells(row, sheet.columns, mapping, secret), at) for row in sheet.rows(after))


def _parsed(cells: "_Cells", at: datetime | None) -> ParsedRow | RowError:
    subject = cells.text(Field.SUBJECT, SUBJECT_LIMIT)
    text = cells.text(Field.TEXT, TEXT_LIMIT, lines=True)
    if not cells.errors and not subject and not text:
        cells.errors.append(("", "没有诉求内容，也没有主题，请补充。"))
    source_no = cells.text(Field.SOURCE_NO, 60)
    received_at = cells.instant(Field.RECEIVED_AT, lambda value: to_datetime(value, not_after=at))
    subject = subject or text.replace("\n", " ")[:SUBJECT_FROM_TEXT]
    text = text or subject
    parsed = ParsedRow(
        row_number=cells.row_number,
        key=row_key(source_no, subject, text, received_at),
        source_no=source_no,
        name=cells.text(Field.NAME, 60),
        phone=cells.phone(),
        subject=subject,
        text=text,
        received_at=received_at,
        place=cells.text(Field.PLACE, 200),
        reply=cells.text(Field.REPLY, TEXT_LIMIT, lines=True),
        replied_at=cells.instant(Field.REPLIED_AT, lambda value: to_datetime(value, not_after=at)),
        type=cells.text(Field.TYPE, 60),
        district=cells.text(Field.DISTRICT, 60),
        provincial_no=cells.text(Field.PROVINCIAL_NO, 60),
        provincial_due=cells.instant(Field.PROVINCIAL_DUE, to_due),
    )
    return cells.error() or parsed


class _Cells:
    """The mapped cells of one row; collects what is wrong instead of stopping at the first."""

    def __init__(
        self, row: Row, columns: tuple[str, ...], mapping: Mapping, secret: Set[int]
    ) -> None:
        self._row = row
        self._columns = columns
        self._mapping = mapping
        self._secret = secret
        self.row_number = row.number
        self.errors: list[tuple[str, str]] = []

    def text(self, field: Field, limit: int, *, lines: bool = False) -> str:
        try:
            return to_text(self._value(field), limit=limit, lines=lines)
        except Refused as refused:
            return self._wrong(field, refused)

    def phone(self) -> str:
        try:
            return to_phone(self._value(Field.PHONE))
        except Refused as refused:
            return self._wrong(Field.PHONE, refused)

    def instant(self, field: Field, read: Callable[[object], datetime | None]) -> datetime | None:
        try:
            return read(self._value(field))
        except Refused as refused:
            self._wrong(field, refused)
            return None

    def error(self) -> RowError | None:
        if not self.errors:
            return None
        reasons = [f"{column}：{reason}" if column else reason for column, reason in self.errors]
        return RowError(self._row.number, self.errors[0][0], "\n".join(reasons), self._row.values)

    def _value(self, field: Field) -> object:
        column = self._mapping.get(field)
        return None if column is None else self._row.values[column]

    def _wrong(self, field: Field, refused: Refused) -> str:
        column = self._mapping[field]
        # Reasons are stored and shown to whoever may import: they quote no name and no number.
        quoted = column in self._secret and "“" in refused.message
        said = UNQUOTED if quoted else refused.message
        self.errors.append((self._columns[column] or field.label, said))
        return ""
