"""Brings text to the plain form in which personal data is looked for (privacy.md, first step)."""

from __future__ import annotations

import unicodedata

# Full-width !…~ are U+FF01…U+FF5E; only letters, digits and the signs of phone numbers are turned,
# because full-width punctuation is ordinary Chinese and has to stay as typed.
_TURNED = {0xFEE0 + ord(sign): sign for sign in "+-#@."} | {0x3000: " ", 0xA0: " "}


def halfwidth(text: str) -> str:
    """Turn full-width and foreign digits and letters to ASCII; drop zero-width characters.

    Chinese punctuation is left alone. Idempotent.
    """
    return "".join(_plain(char) for char in text)


def _plain(char: str) -> str:
    if char.isascii():
        return char
    if ord(char) in _TURNED:
        return _TURNED[ord(char)]
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if 0xFF21 <= ord(char) <= 0xFF5A and category in ("Lu", "Ll"):
        return chr(ord(char) - 0xFEE0)
    return char
