"""A text as the masker reads it: plain signs, nothing invisible, and the way to the original."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_LOOK_ALIKE = str.maketrans("－–—−‐‑﹣·•・‧●", "-------·····")
_INVISIBLE = frozenset(("Cf", "Mn", "Cc"))


@dataclass(frozen=True)
class View:
    """`text` with, for each of its signs, where it stands in the original."""

    text: str
    places: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """A span of the view as a span of the original, end exclusive."""
        return self.places[start], self.places[end - 1] + 1


def view(original: str) -> View:
    """The text with full-width and foreign digits and letters as ASCII, one kind of dash and dot,
    upper case kept, and without zero-width, right-to-left and other invisible signs.

    Line breaks stay; every sign of the view comes from exactly one of the original.
    """
    signs: list[str] = []
    places: list[int] = []
    for place, char in enumerate(original):
        plain = char if char.isascii() else _plain(char, original, place)
        if not plain or (char < " " and char not in "\n\t"):
            continue
        signs.append(plain)
        places.append(place)
    return View("".join(signs), tuple(places))


def _plain(char: str, original: str, place: int) -> str:
    if "\u4e00" <= char <= "\u9fff":
        return char
    category = unicodedata.category(char)
    if category in _INVISIBLE:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "No" and unicodedata.digit(char, None) is not None:
        # ① alone begins an item of a list; ①③⑧ in a row are a number.
        beside = original[max(0, place - 1) : place] + original[place + 1 : place + 2]
        in_a_row = any(unicodedata.category(each) == "No" for each in beside)
        return str(unicodedata.digit(char)) if in_a_row else char
    turned = unicodedata.normalize("NFKC", char)
    if len(turned) == 1:
        return turned.translate(_LOOK_ALIKE)
    return char
