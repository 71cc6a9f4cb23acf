"""THE MASKER's covering half: what the public reads in the place of each piece of personal data.

Typed masks of privacy.md: 王小明→王某某, 13812345678→138****5678, 3栋2单元501→*栋*单元***.
Covering what is covered already changes nothing, because nothing of it is found again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from minxin.privacy import surnames
from minxin.privacy.hits import Hit, Kind
from minxin.privacy.numbers import digits_of
from minxin.privacy.phones import normalise
from minxin.privacy.view import view

_DOOR = re.compile(r"[0-9A-Za-z一二三四五六七八九十百零〇○两甲乙丙丁]")
_KEPT = re.compile(
    r"号楼|单元|栋|幢|座|组|小组|村民小组|社|队|室|户|号房|号|楼|层|房间|房|门|梯|院"
)


def cover(text: str, hits: Iterable[Hit]) -> str:
    """The text with each hit covered by the mask of its kind. hits: in order, without overlap."""
    hits = list(hits)
    names = _names([text[hit.start : hit.end] for hit in hits if hit.kind is Kind.NAME])
    parts, done = [], 0
    for hit in hits:
        said = text[hit.start : hit.end]
        mask = names[said] if hit.kind is Kind.NAME else _MASKS[hit.kind](view(said).text)
        parts += [text[done : hit.start], mask]
        done = hit.end
    return "".join([*parts, text[done:]])


def _names(said: Sequence[str]) -> dict[str, str]:
    """Each name with its mask; two persons of the same mask are told apart: 张某1, 张某2."""
    masks: dict[str, str] = {}
    people: dict[str, list[str]] = {}
    for name in said:
        whole = re.sub(r"\s", "", view(name).text).casefold()
        people.setdefault(_name(whole), []).append(whole)
        masks[name] = whole
    numbered = {
        (mask, whole): f"{mask}{number}" if len(set(those)) > 1 else mask
        for mask, those in people.items()
        for number, whole in enumerate(dict.fromkeys(those), 1)
    }
    return {name: numbered[_name(whole), whole] for name, whole in masks.items()}


def _name(name: str) -> str:
    if not "\u3400" <= name[:1] <= "\u9fff":
        return "某某"
    if len(name) == 1:
        return "某"
    if "·" in name or "." in name or len(name) > 4:
        return f"{name[0]}某"
    kept = 2 if len(name) > 2 and name[:2] in surnames.COMPOUND else 1
    if not surnames.length(name):
        return f"{name[0]}{'某' * min(2, len(name) - 1)}"
    return name[:kept] + "某" * (len(name) - kept)


def _phone(said: str) -> str:
    digits = digits_of(said)
    number = normalise(digits) or normalise(re.sub(r"\s", "", said)) or ""
    if number and "-" not in number:
        return f"{number[:3]}****{number[-4:]}"
    if "-" in number:
        area, local = number.split("-")[:2]
        return f"{area}-{'*' * len(local)}"
    return "*" * len(digits)


def _plate(said: str) -> str:
    signs = re.sub(r"[\s·.-]", "", said)
    return signs[:2] + "*" * (len(signs) - 2)


def _door(said: str) -> str:
    """Everything but the words for building, unit, room and the name of a community is starred."""
    parts, done = [], 0
    for match in _KEPT.finditer(said):
        parts += [_DOOR.sub("*", said[done : match.start()]), match[0]]
        done = match.end()
    return "".join([*parts, _DOOR.sub("*", said[done:])])


def _mail(said: str) -> str:
    name, _, server = re.sub(
        r"\s|[(\[#]at[)\]#]", lambda m: "@" if "at" in m[0] else "", said
    ).partition("@")
    return f"{name[:1]}***@{server}"


def _identity(said: str) -> str:
    return "〔身份证号略〕" if len(digits_of(said)) > 8 else "*" * len(said)


def _starred(said: str) -> str:
    return said[:1] + "*" * (len(said) - 1) if said[:1].isalpha() else "*" * len(said)


_MASKS: dict[Kind, Callable[[str], str]] = {
    Kind.PHONE: _phone,
    Kind.ID: _identity,
    Kind.BANK: lambda said: "〔卡号略〕" if len(said) > 6 else "*" * len(said),
    Kind.PLATE: _plate,
    Kind.ADDRESS: _door,
    Kind.EMAIL: _mail,
    Kind.WECHAT: lambda said: "〔微信号略〕",
    Kind.QQ: lambda said: "*****",
    Kind.PASSPORT: _starred,
    Kind.SSN: lambda said: "〔略〕",
    Kind.USCC: lambda said: "〔略〕",
    Kind.SENSITIVE: lambda said: "〔略〕",
}
