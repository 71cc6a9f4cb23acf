"""How far a sheet really reaches, found by one fast pass over its XML before it is parsed.

Real files claim tens of thousands of rows and fill a few hundred: every blank row below is styled.
Their merged cells are listed only after the last row. One pass over the bytes tells both, at
hundreds of megabytes a second, so that parsing can stop after the last row that holds anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from openpyxl.utils.cell import range_boundaries

from minxin.errors import Refused
from minxin.workbooks.container import DAMAGED

CHUNK = 1024 * 1024
# One tag; the longest that matters is a <row> with a few attributes.
_TAG_LIMIT = 64 * 1024
MERGE_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range that spans rows; `column` counts from 0, rows from 1, both ends included."""

    first: int
    last: int
    column: int


@dataclass(slots=True)
class Extent:
    """`rows`: how many <row> elements there are up to the last one that holds something."""

    rows: int = 0
    merges: list[Merge] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The tags that matter, with the namespace prefix that this writer uses (mostly none)."""

    row: re.Pattern[bytes]
    content: tuple[bytes, ...]
    end: bytes
    merge: re.Pattern[bytes]


def measure(source: IO[bytes]) -> Extent:
    """Measure a sheet's XML. Raises Refused when it is no sheet XML in UTF-8."""
    extent = Extent()
    tokens: _Tokens | None = None
    seen, in_rows = 0, True
    for piece in _pieces(source):
        tokens = tokens or _tokens(piece)
        if in_rows:
            end = piece.find(tokens.end)
            in_rows = end < 0
            cells = piece if in_rows else piece[:end]
            last = max(cells.rfind(tag) for tag in tokens.content)
            if last >= 0:
                extent.rows = seen + len(tokens.row.findall(cells, 0, last))
            seen += len(tokens.row.findall(cells))
        if not in_rows:
            extent.merges += _spans(tokens.merge.findall(piece))
            if len(extent.merges) > MERGE_LIMIT:
                raise Refused("合并单元格过多，请取消合并单元格后再上传。")
    extent.merges.sort(key=lambda merge: merge.first)
    return extent


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    """The content in pieces that never cut a tag in two."""
    rest = b""
    while block := source.read(CHUNK):
        rest += block
        cut = rest.rfind(b"<")
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > CHUNK + _TAG_LIMIT:
            raise Refused(DAMAGED)
    if rest:
        yield rest


def _tokens(start: bytes) -> _Tokens:
    root = re.search(rb"<(\w+:)?worksheet[\s>]", start)
    if root is None:
        raise Refused(DAMAGED)
    prefix = b"<" + (root[1] or b"")
    return _Tokens(
        row=re.compile(prefix + rb"row[\s/>]"),
        # A value, a text held in place, or a formula (which may lack its value).
        content=tuple(prefix + tag for tag in (b"v>", b"v ", b"is>", b"f>", b"f ")),
        end=prefix.replace(b"<", b"</") + b"sheetData>",
        merge=re.compile(prefix + rb'mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"'),
    )


def _spans(ranges: list[bytes]) -> Iterator[Merge]:
    for name in ranges:
        column, first, _, last = range_boundaries(name.decode())
        if column and first and last and last > first:
            yield Merge(first, last, column - 1)
