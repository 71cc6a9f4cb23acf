"""The mask of a home address: the neighbourhood stays readable, the door does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from re import Match

from minxin.privacy.plain import halfwidth

_NUMERAL = "〇零○一二三四五六七八九十百两"
_NUMBER = rf"(?:[0-9]+[A-Za-z]?|[A-Za-z][0-9]*|[甲乙丙丁]|[{_NUMERAL}]+)"
# A house number, unless 号 belongs to the name of a line, road, well or pier (1号线, 三号井).
_DOOR = rf"(?<![0-9A-Za-z{_NUMERAL}]){_NUMBER}\s*号(?!线|路|街|井|桥|码头|平台|泵|矿|楼|[0-9])"

Replacement = str | Callable[[Match[str]], str]

# In this order: what is starred is out of reach for the patterns that follow.
_STEPS: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (re.compile(r"[0-9]{7,}"), "***"),
    # 3-2-501, 3#2-501, 12栋-2-501 as people write them in short.
    (re.compile(r"[0-9]+[A-Za-z]?(?:\s*[-－—#＃]\s*[0-9]+[A-Za-z]?){1,3}\s*[室户]?"), "***"),
    (re.compile(rf"{_NUMBER}\s*(号楼|[#＃]楼|栋|幢|座|[#＃]|楼)"), r"*\1"),
    (re.compile(rf"(?:{_NUMBER}|[东西南北中])\s*(单元|门洞)"), r"*\1"),
    (re.compile(rf"{_NUMBER}\s*层"), "*层"),
    (re.compile(rf"(?:{_NUMBER}|[东西南北中])\s*[室户]"), "***"),
    (re.compile(_DOOR), "*号"),
)
_AFTER_THE_DOOR = re.compile(rf"[0-9]+[A-Za-z]?(?:\s*[室户号])?|[{_NUMERAL}]{{3,}}")
_AT_THE_END = re.compile(r"[0-9]{2,}[A-Za-z]?\s*$")


def mask_address(text: str) -> str:
    """城东区某某小区3栋2单元501室 → 城东区某某小区*栋*单元***.

    City, district, street and 小区 stay; building, unit, floor, room and house number go, also
    in the short spelling 3-2-501 and in Chinese digits. Idempotent.
    """
    masked = halfwidth(text).strip()
    # What one mask uncovers, the next pass sees (0室0五号); each pass takes signs away, so it ends.
    while (again := _pass(masked)) != masked:
        masked = again
    return masked


def _pass(masked: str) -> str:
    for pattern, replacement in _STEPS:
        masked = pattern.sub(replacement, masked)
    head, star, tail = masked.partition("*")
    if star:
        return head + star + _AFTER_THE_DOOR.sub("***", tail)
    return _AT_THE_END.sub("***", masked)
