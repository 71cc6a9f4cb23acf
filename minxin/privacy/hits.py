"""What the masker found: where, of what kind, and whether it is sure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of personal data (privacy.md)."""

    NAME = "NAME"
    PHONE = "PHONE"
    ID = "ID"
    BANK = "BANK"
    PLATE = "PLATE"
    EMAIL = "EMAIL"
    WECHAT = "WECHAT"
    QQ = "QQ"
    ADDRESS = "ADDRESS"
    PASSPORT = "PASSPORT"
    SSN = "SSN"
    USCC = "USCC"
    SENSITIVE = "SENSITIVE"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return _LABELS[self]


_LABELS = {
    Kind.NAME: "姓名",
    Kind.PHONE: "电话",
    Kind.ID: "身份证件号",
    Kind.BANK: "银行账号",
    Kind.PLATE: "车牌号",
    Kind.EMAIL: "电子邮箱",
    Kind.WECHAT: "微信号",
    Kind.QQ: "QQ号",
    Kind.ADDRESS: "住址",
    Kind.PASSPORT: "护照或通行证号",
    Kind.SSN: "社保卡号",
    Kind.USCC: "个体户代码",
    Kind.SENSITIVE: "其他信息",
}


@dataclass(frozen=True, order=True)
class Hit:
    """A span of a text, end exclusive. sure: masked without being asked; else a person decides."""

    start: int
    end: int
    kind: Kind
    sure: bool = True


def union(found: Iterable[Hit]) -> list[Hit]:
    """The hits in order and without overlap: those that overlap become one, of the longer's kind,
    and sure where one of them is."""
    merged: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (hit.start, -hit.end)):
        if not merged or hit.start >= merged[-1].end:
            merged.append(hit)
            continue
        last = merged[-1]
        longer = last if last.end - last.start >= hit.end - hit.start else hit
        merged[-1] = Hit(last.start, max(last.end, hit.end), longer.kind, last.sure or hit.sure)
    return merged
