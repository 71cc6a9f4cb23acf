"""The query code: what a citizen types, beside the case number, to see how a case stands."""

from __future__ import annotations

import secrets
import unicodedata

#: 31 signs that are not mistaken for one another on paper or over the phone (no 0 O 1 I L).
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8


def new_code() -> str:
    """A fresh random code of 8 signs (about 2^39.6 possibilities)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def tidy(code: str) -> str:
    """What was typed, brought to the stored spelling: half-width, upper case, letters and digits.

    Does not say whether the result is a code; see `is_code`.
    """
    plain = unicodedata.normalize("NFKC", code).upper()
    return "".join(char for char in plain if char.isascii() and char.isalnum())


def is_code(text: str) -> bool:
    """Whether tidied text has the shape of a code, before anything is looked up."""
    return len(text) == LENGTH and all(char in ALPHABET for char in text)
