"""A PDF as it is measured: signs with their places, lines, rules, fonts. Lengths in millimetres,
from the left and the top of the page."""

from __future__ import annotations

import re
import weakref
from dataclasses import dataclass
from io import BytesIO

import pypdf
import pypdfium2 as pdfium
from pypdfium2 import raw

MM = 72 / 25.4


@dataclass(frozen=True)
class Sign:
    """One sign: where its ink is."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Rule:
    """A filled or stroked shape, with its colour."""

    left: float
    top: float
    right: float
    bottom: float
    colour: tuple[int, int, int]

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def red(self) -> bool:
        red, green, blue = self.colour
        return red > 180 and green < 80 and blue < 80


class File:
    """An opened PDF."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        self.boxes: list[str] = []
        self._open = pdfium.PdfDocument(pdf)
        weakref.finalize(self, self._open.close)
        self.reader = pypdf.PdfReader(BytesIO(pdf))

    def __len__(self) -> int:
        return len(self._open)

    def size(self, page: int) -> tuple[float, float]:
        width, height = self._open[page].get_size()
        return round(width / MM, 1), round(height / MM, 1)

    def text(self, page: int) -> str:
        return self._open[page].get_textpage().get_text_bounded().replace("\r\n", "\n")

    def flowing(self, page: int) -> str:
        """The text without breaks: what a search would find."""
        return re.sub(r"\s", "", self.text(page))

    def signs(self, page: int) -> list[Sign]:
        words, height = self._open[page].get_textpage(), self._open[page].get_size()[1]
        found = []
        for number in range(words.count_chars()):
            text = words.get_text_range(number, 1)
            if text.strip():
                left, bottom, right, top = words.get_charbox(number, loose=True)
                place = (left, height - top, right, height - bottom)
                found.append(Sign(text, *(each / MM for each in place)))
        return found

    def lines(self, page: int, top: float = 37, bottom: float = 262.5) -> list[list[Sign]]:
        """The signs of the text area by line, from the top."""
        rows: dict[int, list[Sign]] = {}
        for sign in self.signs(page):
            if top - 1 < sign.top and sign.bottom < bottom + 1.5:
                middle = (sign.top + sign.bottom) / 2
                key = next((y for y in rows if abs(y / 10 - middle) < 3), round(middle * 10))
                rows.setdefault(key, []).append(sign)
        return [rows[key] for key in sorted(rows)]

    def rules(self, page: int) -> list[Rule]:
        height = self._open[page].get_size()[1]
        found = []
        for each in self._open[page].get_objects(filter=[raw.FPDF_PAGEOBJ_PATH]):
            left, bottom, right, top = each.get_bounds()
            place = (left, height - top, right, height - bottom)
            found.append(Rule(*(side / MM for side in place), _colour(each)))
        return found

    def fonts(self) -> dict[str, bool]:
        """Name without its subset's prefix → is it embedded?"""
        found = {}
        for page in self.reader.pages:
            for font in page["/Resources"].get("/Font", {}).values():
                inner = font["/DescendantFonts"][0]["/FontDescriptor"]
                name = str(font["/BaseFont"]).partition("+")[2].partition(",")[0]
                found[name] = any(f"/FontFile{kind}" in inner for kind in ("", "2", "3"))
        return found


def _colour(each: pdfium.PdfObject) -> tuple[int, int, int]:
    from ctypes import byref, c_uint

    parts = [c_uint() for _ in range(4)]
    raw.FPDFPageObj_GetFillColor(each.raw, *(byref(part) for part in parts))
    return parts[0].value, parts[1].value, parts[2].value
