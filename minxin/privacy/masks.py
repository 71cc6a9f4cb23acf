"""Masks of contact fields on internal screens (privacy.md); public text has stricter ones.

All of them may be applied again to what is masked already. What is not understood is masked whole:
a mask that shows too little is mended by a reveal, one that shows too much is not mended at all.
"""

from __future__ import annotations

import re

from minxin.privacy.phones import is_mobile, normalise
from minxin.privacy.plain import halfwidth
from minxin.privacy.surnames import COMPOUND

_MASKED_PHONE = re.compile(r"1[3-9]\d\*{4}\d{4}|0\d{2,3}-\*{7,8}", re.ASCII)
_MASKED_ID = re.compile(r"\d{3}\*{11}[\dX]{4}|\d{3}\*{8}\d{4}", re.ASCII)
_ID = re.compile(r"\d{17}[\dX]|\d{15}", re.ASCII)
_NOT_A_NAME = frozenset(("匿名", "匿名网友", "匿名群众", "网友", "群众", "不详", "未知", "保密"))

_ID_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])[1-9](?:\d{16}[\dXx]|\d{14})(?![0-9A-Za-z])", re.ASCII)
_PHONE_IN_TEXT = re.compile(
    r"(?<!\d)(?:\+?86[-_. ]?)?1[3-9]\d(?:[-_. ]?\d{4}){2}(?!\d)"
    r"|(?<!\d)1[3-9]\d{2}[-_. ]?\d{3}[-_. ]?\d{4}(?!\d)"
    r"|(?<!\d)0\d{2,3}[-_ ]?[2-9]\d{6,7}(?:(?:-|转)\d{1,6})?(?!\d)",
    re.ASCII,
)


def mask_phone(text: str) -> str:
    """138****5678; a landline 0427-*******, its extension dropped; anything else wholly starred."""
    if _MASKED_PHONE.fullmatch(text):
        return text
    number = normalise(text)
    if number is None:
        return _starred(text)
    if is_mobile(number):
        return f"{number[:3]}****{number[-4:]}"
    area, local = number.split("-")[:2]
    return f"{area}-{'*' * len(local)}"


def mask_name(text: str) -> str:
    """张三→张*, 王小明→王**, 欧阳娜娜→欧阳**; a long or foreign name keeps its first character.

    Words that stand for no one (匿名) stay.
    """
    name = "".join(halfwidth(text).split())
    if not name or name in _NOT_A_NAME:
        return name
    if len(name) > 4 or not all(_is_han(char) or char == "*" for char in name):
        return f"{name[0]}**" if name.strip("*") else "**"
    kept = 2 if len(name) > 2 and name[:2] in COMPOUND else 1
    return name[:kept] + "*" * max(1, len(name) - kept)


def mask_id(text: str) -> str:
    """An identity number as 211***********1234 (15 digits: 3+8+4); other papers keep one sign."""
    number = re.sub(r"[\s-]", "", halfwidth(text)).upper()
    if _MASKED_ID.fullmatch(number):
        return number
    if _ID.fullmatch(number):
        return number[:3] + "*" * (len(number) - 7) + number[-4:]
    return (number[0] if len(number) >= 8 else "*" * len(number[:1])) + "*" * (len(number) - 1)


def mask_numbers(text: str, *, landlines: bool = True) -> str:
    """Free text, such as a file name, with the identity and phone numbers in it masked.

    landlines: False in what offices write to each other, where they are an office's.
    """

    def masked(found: re.Match[str]) -> str:
        if found[0].startswith("0") and not landlines:
            return found[0]
        return mask_phone(found[0].replace("_", "-"))

    plain = _ID_IN_TEXT.sub(lambda found: mask_id(found[0]), halfwidth(text))
    return _PHONE_IN_TEXT.sub(masked, plain)


def numbers_in(text: str) -> list[str]:
    """The identity and mobile numbers in a text, masked: to warn before it goes out."""
    plain = halfwidth(text)
    found = [mask_id(each[0]) for each in _ID_IN_TEXT.finditer(plain)]
    rest = _ID_IN_TEXT.sub(" ", plain)
    mobile = (each[0] for each in _PHONE_IN_TEXT.finditer(rest) if not each[0].startswith("0"))
    return [*found, *(mask_phone(each.replace("_", "-")) for each in mobile)]


def _starred(text: str) -> str:
    return "".join("*" if char.isalnum() else char for char in text)


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff" or char == "〇"
