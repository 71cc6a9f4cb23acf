"""Reads the first filled sheet of a workbook as a header and a stream of rows."""

import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from xml.etree.ElementTree import ParseError

from minxin.errors import Refused
from minxin.workbooks import container
from minxin.workbooks.cells import clean, heading, is_blank, shown
from minxin.workbooks.extent import Extent, Merge, measure
from minxin.workbooks.package import Package, Values

HEADER_WITHIN = 10
ROW_LIMIT = 200_000
COLUMN_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds something. `number` as Excel counts; a value for every column."""

    number: int
    values: tuple[object, ...]


class Sheet:
    """One sheet of an open workbook; close it, or use it in a `with`.

    `columns`: the header's names, '' where a column has none. `size`: an upper bound of the rows
    to come, for a progress bar. `others`: names of the workbook's other sheets that hold
    something and are not read.
    """

    def __init__(
        self, source: IO[bytes], package: Package, part: str, extent: Extent, known: Collection[str]
    ) -> None:
        self._source = source
        self._package = package
        self._part = part
        self._extent = extent
        self.name = package.sheets[part]
        self.others: tuple[str, ...] = ()
        self._header, self.columns = self._find_header(known)
        self.size = max(0, extent.rows - self._header)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The filled rows below the header, in order; `after` skips rows up to that number.

        A cell merged over several rows gives its value to each of them. Columns beyond the
        header's last name are not read, though a row with something there counts as filled.
        Raises Refused where the file turns out to be damaged.
        """
        first = max(self._header, after) + 1
        width = len(self.columns)
        merged = _Merged([merge for merge in self._extent.merges if merge.column < width])
        for number, values in self._values():
            if number <= self._header:
                continue
            filled = not all(map(is_blank, values))
            values = merged.fill(number, (values + [None] * width)[:width])
            if filled and number >= first:
                yield Row(number, tuple(values))

    def close(self) -> None:
        self._package.close()
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _values(self) -> Iterator[Values]:
        with _damage_refused():
            yield from self._package.rows(self._part, self._extent.rows)

    def _find_header(self, known: Collection[str]) -> tuple[int, tuple[str, ...]]:
        """Its last row and its names: in the first ten rows the one with most known names, or
        else the first with two texts. Titles above it are passed over."""
        start = [row for row in _until(self._values(), HEADER_WITHIN)]
        best = max(start, key=lambda row: _known(row[1], known), default=None)
        if best is None or _known(best[1], known) < 2:
            best = next((row for row in start if _texts(row[1]) >= 2), None)
        if best is None:
            raise Refused(
                f"前{HEADER_WITHIN}行里没有找到表头。"
                "请在第一行写上各列的名称，如“留言主题”“留言详情”“留言时间”。"
            )
        number, names = self._deepened(best, start)
        while names and not names[-1]:
            names.pop()
        if len(names) > COLUMN_LIMIT:
            raise Refused(f"表头超过{COLUMN_LIMIT}列，请只保留需要导入的列。")
        return number, tuple(names)

    def _deepened(self, header: Values, start: list[Values]) -> tuple[int, list[str]]:
        """A header of two rows has cells merged downwards; the lower name counts."""
        number, values = header
        last = max((m.last for m in self._extent.merges if m.first == number), default=number)
        names = [clean(shown(value)) for value in values]
        if last >= number + HEADER_WITHIN:
            return number, names
        for lower, more in start:
            if number < lower <= last:
                names += [""] * (len(more) - len(names))
                for column, value in enumerate(more):
                    names[column] = clean(shown(value)) or names[column]
        return last, names


class _Merged:
    """Carries the value of a cell merged over rows down to the rows that it covers."""

    def __init__(self, merges: list[Merge]) -> None:
        self._coming = merges[::-1]
        self._open: dict[int, tuple[int, object]] = {}

    def fill(self, number: int, values: list[object]) -> list[object]:
        while self._coming and self._coming[-1].first <= number:
            merge = self._coming.pop()
            if merge.first == number:
                self._open[merge.column] = (merge.last, values[merge.column])
        for column, (last, value) in list(self._open.items()):
            if last < number:
                del self._open[column]
            elif values[column] is None:
                values[column] = value
        return values


def open_sheet(path: Path, known: Collection[str] = ()) -> Sheet:
    """Open the first visible sheet that holds anything.

    `known` are header names (as `cells.heading` gives them) that help to tell the header from lines
    above it. Raises Refused with a Chinese sentence that says what to do: no .xlsx, password, old
    or foreign format, damaged, too large, empty, without a header.
    """
    source = path.open("rb")
    try:
        container.check(source)
        return _first_filled(source, known)
    except BaseException:
        source.close()
        raise


def _first_filled(source: IO[bytes], known: Collection[str]) -> Sheet:
    with _damage_refused(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package = Package(source)
        extents = {part: package.measured(part, measure) for part in package.sheets}
    filled = [part for part, extent in extents.items() if extent.rows]
    if not filled:
        raise Refused("工作表是空的，请确认数据已保存后重新上传。")
    extent = extents[filled[0]]
    if extent.rows > ROW_LIMIT:
        raise Refused(
            f"工作表有{extent.rows}行，超过{ROW_LIMIT}行。请删去空白行，或分成几个文件上传。"
        )
    sheet = Sheet(source, package, filled[0], extent, known)
    sheet.others = tuple(package.sheets[part] for part in filled[1:])
    return sheet


@contextmanager
def _damage_refused() -> Iterator[None]:
    """openpyxl raises whatever a broken part happens to trip over."""
    try:
        yield
    except (
        ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError, OSError,
        ParseError, RuntimeError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
    ) as error:  # fmt: skip
        raise Refused(container.DAMAGED) from error


def _until(rows: Iterator[Values], limit: int) -> Iterator[Values]:
    for number, values in rows:
        if number > limit:
            return
        yield number, values


def _texts(values: list[object]) -> int:
    return sum(isinstance(value, str) and not is_blank(value) for value in values)


def _known(values: list[object], known: Collection[str]) -> int:
    return len({heading(value) for value in values} & set(known))
