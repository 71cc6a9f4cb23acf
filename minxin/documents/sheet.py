"""What stands on a paper: masked and final words, nothing that is looked up any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from minxin.documents.kinds import PaperKind

TITLE_LIMIT = 120
MARK = "【{}】"
"""A line of the text that holds only this puts the table of that name there."""


@dataclass(frozen=True)
class Table:
    """A table with a head that is repeated on every page that it reaches.

    widths: the relative width of each column; empty for equal ones.
    """

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True)
class Annex:
    """附件: begins on a page of its own; its text may place tables too."""

    title: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """One paper, ready to be laid out.

    number: 〔2026〕第1期, or empty in a draft · issuer: 编印单位 or 发文机关 · title: up to 120
    characters; \\n breaks it where the writer wants · addressee: 主送, without colon
    text: paragraphs, one a line; the official numbering makes the headings: 一、 （一） 1. （1）
    fields: label and value, for papers that are a form · tables: placed by MARK
    report_to, send_to: 报 and 送 of the 版记 · copies: 共印N份, 0 for none · signer: 签发人
    printed_by: 印发机关 · code, address: of the verification page, empty in a draft
    corrects: the number of the paper that this one corrects · draft: printed across the page.
    """

    kind: PaperKind
    number: str
    issuer: str
    issued_on: date | None
    title: str
    addressee: str = ""
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    annexes: tuple[Annex, ...] = ()
    report_to: str = ""
    send_to: str = ""
    copies: int = 0
    signer: str = ""
    printed_by: str = ""
    code: str = ""
    address: str = ""
    corrects: str = ""
    draft: bool = False
