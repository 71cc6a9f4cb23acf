"""The persons that a case knows, in every form that a text may give them.

王小明 is also 王先生, 小王, 老王, 小明, Wang Xiaoming and 尾号5678. What the case's own fields say
is always masked, whatever the rest of the masker thinks of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product

from minxin.privacy import surnames
from minxin.privacy.hits import Hit, Kind
from minxin.privacy.numbers import digits_of

HONORIFIC = (
    "先生|女士|小姐|太太|夫人|老师|师傅|医生|大夫|护士|经理|老板|总|阿姨|大姨|叔叔|大叔|大爷|大伯|伯伯|大娘|大妈"
    "|大婶|婶婶|奶奶|爷爷|姥姥|大哥|大姐|大嫂|嫂子|哥|姐|嫂|姨|叔|婶|同志|同学|氏"
)
_BEFORE = "小老大阿"


def find(text: str, known: Mapping[str, object]) -> Iterator[Hit]:
    """Every form of the known persons in a text of plain signs.

    known: what the case's fields say, a text or several; what it is told from the value itself
    (digits, a name, an address), so that it does not matter what a field is called.
    """
    for value in known.values():
        for said in value if isinstance(value, list | tuple) else [value]:
            yield from _said(text, str(said or "").strip())


def _said(text: str, said: str) -> Iterator[Hit]:
    digits = digits_of(said)
    if len(digits) >= 15 and digits[:15].isdigit():
        yield from _number(text, said, Kind.ID, 8)
    elif re.fullmatch(r"[\d\s()+\-—转]{7,}", said):
        yield from _number(text, said, Kind.PHONE, 7)
    elif re.search(r"\d", said):
        yield from _address(text, said)
    else:
        for name in re.split(r"[、,，;；/\s]+", said):
            yield from _name(text, name)


def _name(text: str, name: str) -> Iterator[Hit]:
    if not re.fullmatch(r"[\u3400-\u9fff·]{2,12}", name):
        if len(name) > 2:
            yield from _all(text, re.escape(name), flags=re.IGNORECASE)
        return
    yield from _all(text, r"\s?".join(name))
    if "·" in name:
        for part in name.split("·"):
            if len(part) > 1:
                yield from _all(text, part)
        return
    taken = surnames.length(name) or 1
    surname, given = name[:taken], name[taken:]
    yield from _all(
        text, rf"(?<![\u4e00-\u9fff])({surname})(?={HONORIFIC})|({surname})(?={HONORIFIC})"
    )
    yield from _all(
        text, rf"(?<=[{_BEFORE}])({surname})(?![\u4e00-\u9fff]{{0,1}}[村镇路街区县市店家庄])"
    )
    if len(given) > 1:
        yield from _all(text, given)
    elif given:
        yield from _all(text, rf"(?<=[{_BEFORE}])({given})")
    yield from _spelled(text, surname, given)


def _spelled(text: str, surname: str, given: str) -> Iterator[Hit]:
    if not re.search(r"[A-Za-z]{2}", text):
        return
    from pypinyin import Style, pinyin  # here: it takes longer to load than most texts to read

    readings = pinyin(surname + given, style=Style.NORMAL, heteronym=True)
    for spelled in list(product(*readings))[:32]:
        first, last = spelled[: len(surname)], spelled[len(surname) :]
        family, own = r"\s?".join(first), r"[\s'-]?".join(last)
        between = r"[\s,，·.-]{0,2}"
        whole = rf"{family}{between}{own}|{own}{between}{family}"
        yield from _all(text, rf"(?<![A-Za-z])(?:{whole})(?![A-Za-z])", flags=re.IGNORECASE)


def _number(text: str, value: str, kind: Kind, least: int) -> Iterator[Hit]:
    digits = digits_of(value).upper()
    if len(digits) < least:
        return
    yield from _all(text, r"[ \-.]?".join(digits), kind=kind)
    tail = digits[-4:]
    yield from _all(
        text, rf"(?:尾号|后[四4]位|末[四4]位|尾数)[:：是为]?\s*({tail})(?!\d)", kind=kind
    )


def _address(text: str, value: str) -> Iterator[Hit]:
    door = re.search(r"[A-Za-z]?\d[^，,。;；]*$", value)
    if door and len(door[0]) > 3:
        yield from _all(text, re.escape(door[0]), kind=Kind.ADDRESS)


def _all(text: str, pattern: str, *, kind: Kind = Kind.NAME, flags: int = 0) -> Iterator[Hit]:
    for match in re.finditer(pattern, text, flags):
        group = next((n for n in range(1, (match.re.groups or 0) + 1) if match[n]), 0)
        start, end = match.span(group)
        if end > start:
            yield Hit(start, end, kind)
