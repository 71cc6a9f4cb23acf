"""Workbooks to take away: lists, ledgers, and the rows that an import could not use.

As the office expects them: title row, 制表单位 and 制表时间, frozen header, A4, page numbers. What
people typed is written as text, so that no cell can become a formula on anybody's machine.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from xlsxwriter import Workbook

from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.workbooks.cells import clean, shown
from minxin.workbooks.parsed import RowError

ROW_LIMIT = 1_000_000
CELL_LIMIT = 32_767
_HEADER = 2  # title, maker, header: the third row, counted from 0
_FORMULA_SIGNS = ("=", "+", "-", "@")
_ERROR_COLUMNS = ("行号", "原因")
_WIDTHS = (6, 48)
# Column widths are judged by the first rows; reading all of a large ledger twice is not worth it.
_SAMPLE = 200


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    made_by: str,
    made_at: datetime,
    mark: str,
) -> bytes:
    """An .xlsx with one sheet. `made_by` is the office (制表单位), `made_at` aware; mark: who takes
    it away (`privacy.watermark`), at the foot of every page and in the file's properties.

    Texts stay texts (identity and telephone numbers keep every digit), numbers and dates can be
    sorted and summed; aware instants are shown in Shanghai time.
    Raises Refused over 1,000,000 rows.
    """
    target = io.BytesIO()
    book = Workbook(
        target,
        {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False},
    )
    book.set_properties({"author": made_by, "comments": mark})
    _Page(book, title, columns, mark).write(rows, made_by, made_at)
    book.close()
    return target.getvalue()


def error_sheet(
    columns: Sequence[str],
    errors: Iterable[RowError],
    *,
    made_by: str,
    made_at: datetime,
    mark: str,
    title: str = "导入未成功的行",
) -> bytes:
    """The rows that were not imported: 行号 and 原因, then the original columns, all as text.

    Corrected in place, the sheet can be imported as it is.
    """
    # A sheet that already is such a list, corrected and wrong again, gets no second pair.
    skip = len(_ERROR_COLUMNS) if tuple(columns[:2]) == _ERROR_COLUMNS else 0
    rows = (
        [str(error.row_number), error.message, *map(shown, error.values[skip:])] for error in errors
    )
    names = [*_ERROR_COLUMNS, *columns[skip:]]
    return table(title, names, rows, made_by=made_by, made_at=made_at, mark=mark)


class _Page:
    def __init__(self, book: Any, title: str, columns: Sequence[str], mark: str) -> None:
        self._title = title
        self._mark = mark.replace("&", "&&")  # a lone & is a code in headers and footers
        self._columns = columns
        self._sheet = book.add_worksheet()
        body = {"valign": "top", "text_wrap": True, "border": 1}
        self._text = book.add_format({**body, "num_format": "@"})
        # Excel keeps such a cell a text even after somebody has edited it.
        self._quoted = book.add_format({**body, "num_format": "@", "quote_prefix": True})
        self._number = book.add_format(body)
        self._date = book.add_format({**body, "num_format": 'yyyy"年"m"月"d"日"'})
        self._instant = book.add_format({**body, "num_format": 'yyyy"年"m"月"d"日" hh:mm'})
        self._heading = book.add_format({"bold": True, "font_size": 16, "align": "center"})
        self._names = book.add_format(
            {"bold": True, "border": 1, "align": "center", "text_wrap": True, "bg_color": "#EDEDED"}
        )

    def write(self, rows: Iterable[Sequence[object]], made_by: str, made_at: datetime) -> None:
        self._head(made_by, made_at)
        coming = iter(rows)
        first = list(islice(coming, _SAMPLE))
        self._set_widths(first)
        number = _HEADER
        for part in (first, coming):
            for values in part:
                number += 1
                if number > ROW_LIMIT + _HEADER:
                    raise Refused(f"超过{ROW_LIMIT}行，请缩小范围后再导出。")
                for column, value in enumerate(values):
                    self._cell(number, column, value)
        self._print_setup(number)

    def _head(self, made_by: str, made_at: datetime) -> None:
        made = made_at.astimezone(SHANGHAI)
        line = (
            f"制表单位：{made_by}    制表时间：{made.year}年{made.month}月{made.day}日 {made:%H:%M}"
        )
        last = max(0, len(self._columns) - 1)
        for row, text, form in ((0, self._title, self._heading), (1, line, None)):
            if last:
                self._sheet.merge_range(row, 0, row, last, "", form)
            self._sheet.write_string(row, 0, _fitting(text), form)
        for column, name in enumerate(self._columns):
            self._sheet.write_string(_HEADER, column, _fitting(name), self._names)
        self._sheet.freeze_panes(_HEADER + 1, 0)

    def _cell(self, row: int, column: int, value: object) -> None:
        if value is None:
            self._sheet.write_blank(row, column, None, self._text)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self._sheet.write_number(row, column, value, self._number)
        elif isinstance(value, datetime):
            local = value.astimezone(SHANGHAI) if value.tzinfo else value
            self._sheet.write_datetime(row, column, local.replace(tzinfo=None), self._instant)
        elif isinstance(value, date):
            self._sheet.write_datetime(row, column, value, self._date)
        else:
            self._write_text(row, column, _written(value))

    def _write_text(self, row: int, column: int, text: str) -> None:
        risky = text.lstrip().startswith(_FORMULA_SIGNS)
        self._sheet.write_string(row, column, text, self._quoted if risky else self._text)

    def _set_widths(self, rows: list[Sequence[object]]) -> None:
        for column, name in enumerate(self._columns):
            longest = max(
                (_width(_written(row[column])) for row in rows if column < len(row)), default=0
            )
            width = min(max(longest, _width(name), _WIDTHS[0]) + 2, _WIDTHS[1])
            self._sheet.set_column(column, column, width)

    def _print_setup(self, last_row: int) -> None:
        last = max(0, len(self._columns) - 1)
        self._sheet.set_paper(9)  # A4
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(_HEADER)
        self._sheet.set_footer(f"&L{self._mark[:120]}&C第 &P 页，共 &N 页")
        self._sheet.autofilter(_HEADER, 0, max(last_row, _HEADER), last)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return _fitting(shown(value))


def _fitting(text: str) -> str:
    """Excel refuses a cell of more than 32,767 characters, and characters that XML lacks."""
    text = clean(text, lines=True)
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - 1] + "…"


def _width(text: str) -> int:
    longest = max(text.split("\n"), key=len)
    return sum(1 if sign.isascii() else 2 for sign in longest[: _WIDTHS[1]])
