"""Check digits: they raise what looks like a number to certainty, and never clear one.

A mistyped identity number is still somebody's (privacy.md).
"""

from __future__ import annotations

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_SIGNS = "10X98765432"
_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def identity(number: str) -> bool:
    """GB 11643: is the last sign of an 18-digit identity number the one that it should be?"""
    if len(number) != 18 or not number[:17].isdigit():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return number[17].upper() == _ID_SIGNS[total % 11]


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1: does a card number fulfil its check digit?"""
    total = 0
    for place, sign in enumerate(reversed(number)):
        digit = int(sign) * (2 if place % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def credit_code(code: str) -> bool:
    """GB 32100: does a unified social credit code fulfil its check sign?"""
    if len(code) != 18 or any(sign not in _USCC_SIGNS for sign in code):
        return False
    total = sum(_USCC_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    return _USCC_SIGNS[(31 - total % 31) % 31] == code[17]
