"""A sheet as HTML: one fragment for the browser's preview and the pages of the PDF (GB/T 9704)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from minxin.config import ROOT
from minxin.documents import titles
from minxin.documents.sheet import MARK, Annex, Sheet, Table

FITS = ("roomy", "usual", "small", "smaller", "smallest")
"""How a form is set (paper.css): the first that keeps it on one page."""
NAMES = (12, 14, 18, 24, 36)
"""How many signs of a 发文机关标志 stand on one line in each of its sizes (paper.css), the usual
one first."""
_FIRST = re.compile(r"[一二三四五六七八九十]{1,3}、")
_SECOND = re.compile(r"（[一二三四五六七八九十]{1,3}）")
_MARK = re.compile(MARK.format("(.+)"))


@dataclass(frozen=True)
class Block:
    """One paragraph, heading or table. kind: p | h1 | h2 | table.

    head: what of a heading is in its face: all of it, or the first sentence of one that goes on.
    """

    kind: str
    head: str = ""
    text: str = ""
    table: Table | None = None


def blocks(text: str, tables: tuple[Table, ...]) -> list[Block]:
    """The paragraphs of a text by their official numbering; a line of MARK is its table."""
    return list(_blocks(text, {each.name: each for each in tables}))


def fragment(sheet: Sheet, *, fit: str = FITS[0], imprinted: bool = True) -> str:
    """The paper without <html>, escaped: what stands within `<div class="paper …">`."""
    template = _environment().get_template(f"papers/{sheet.kind.traits.layout}.html")
    return template.render(**_values(sheet), fit=fit, imprinted=imprinted, number_tail=_tail(sheet))


def page(sheet: Sheet, *, imprinted: bool = True, fit: str = FITS[0], kind: str = "") -> str:
    """The whole document for the PDF. imprinted: with 版记 on its last page; else without.

    kind: numbered, of a form that needs more than its one page.
    """
    return _whole(sheet, fragment(sheet, fit=fit, imprinted=imprinted), kind)


def imprint_page(sheet: Sheet) -> str:
    """A page that holds nothing but the 版记: it bears no number."""
    template = _environment().get_template("papers/imprint.html")
    values = _values(sheet)
    if sheet.kind.traits.layout != "briefing":  # there it stands beside the 署名
        values |= {"code": "", "qr": ""}
    return _whole(sheet, template.render(**values), "alone")


def blank_page(sheet: Sheet) -> str:
    """An empty page before the one of the 版记, so that this is an even one."""
    return _whole(sheet, '<div class="alone"></div>', "alone")


def has_imprint(sheet: Sheet) -> bool:
    """Does this kind of paper have a 版记, on the last even page?"""
    return sheet.kind.traits.layout in ("briefing", "upward") and bool(sheet.printed_by)


def day(value: date | None) -> str:
    """成文日期: Arabic digits without leading zeros."""
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def grouped(code: str) -> str:
    """A code as people read it aloud: ABCD-EFGH-…"""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _whole(sheet: Sheet, inner: str, kind: str) -> str:
    template = _environment().get_template("papers/document.html")
    return template.render(sheet=sheet, inner=Markup(inner), kind=kind, day=day)


def _values(sheet: Sheet) -> dict[str, Any]:
    counted = sheet.copies if sheet.kind.traits.layout == "briefing" else 0
    parts = replace(sheet, title="\n".join(titles.broken(sheet.title)), copies=counted)
    return {
        "sheet": parts,
        "traits": sheet.kind.traits,
        "title_lines": titles.broken(sheet.title),
        "blocks": blocks(sheet.text, sheet.tables),
        "annexes": [_annex(n, each, sheet) for n, each in enumerate(sheet.annexes, 1)],
        "day": day,
        "masthead": _masthead(sheet.issuer),
        "code": grouped(sheet.code),
        "qr": _qr(sheet.address) if sheet.address else "",
    }


def _annex(number: int, annex: Annex, sheet: Sheet) -> dict[str, Any]:
    label = f"附件{number}" if len(sheet.annexes) > 1 else "附件"
    return {"label": label, "title": annex.title, "blocks": blocks(annex.text, sheet.tables)}


def _masthead(issuer: str) -> str:
    """The class that keeps a long name on one line; none where the usual size does."""
    if len(issuer) <= NAMES[0]:
        return ""
    return f"of-{next((most for most in NAMES if len(issuer) <= most), NAMES[-1])}"


def _tail(sheet: Sheet) -> str:
    """The number as the paper prints it; a draft shows where it will stand."""
    if sheet.number:
        return sheet.number
    year = sheet.issued_on.year if sheet.issued_on else ""
    unit = sheet.kind.traits.unit
    return f"〔{year or '　　'}〕第　期" if unit == "期" else f"〔{year or '　　'}〕　号"


def _blocks(text: str, tables: dict[str, Table]) -> Iterator[Block]:
    for line in text.splitlines():
        said = line.strip()
        marked = _MARK.fullmatch(said)
        if marked and marked[1] in tables:
            yield Block("table", table=tables[marked[1]])
        elif _FIRST.match(said):
            yield Block("h1", *_headed(said))
        elif _SECOND.match(said):
            yield Block("h2", *_headed(said))
        elif said:
            yield Block("p", text=said)


def _headed(said: str) -> tuple[str, str]:
    """A heading is a line without a full stop, or the first sentence of one that goes on."""
    first, stop, rest = said.partition("。")
    if stop and not rest:  # a sentence that is all there is is no heading
        return "", said
    return (first + stop, rest) if rest else (said, "")


def _qr(address: str) -> str:
    made = segno.make(address, error="m", micro=False)
    return str(made.svg_data_uri(scale=3, border=0))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
