"""The words of a paper while it is a draft: what a person writes, kept as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from minxin.documents.sheet import TITLE_LIMIT, Annex
from minxin.errors import Refused

TEXT_LIMIT = 60_000
LINE_LIMIT = 300
MOST_COPIES = 999
DUE = "【时限】"
"""Stands for the day until which an answer is asked, counted when the paper is issued."""


@dataclass(frozen=True)
class Words:
    """What is written: see documents.sheet.Sheet for each."""

    title: str
    addressee: str = ""
    text: str = ""
    report_to: str = ""
    send_to: str = ""
    copies: int = 0
    fields: tuple[tuple[str, str], ...] = ()
    annexes: tuple[Annex, ...] = ()

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    def parts(self) -> dict[str, str]:
        """Every text by a name: text, field_2, annex_0."""
        return {
            "title": self.title,
            "addressee": self.addressee,
            "text": self.text,
            "report_to": self.report_to,
            "send_to": self.send_to,
            **{f"field_{n}": value for n, (_, value) in enumerate(self.fields)},
            **{f"annex_{n}": each.text for n, each in enumerate(self.annexes)},
        }

    def each(self, change: Callable[[str, str], str]) -> Words:
        """The words with every text changed: change(name, text)."""
        return replace(
            self,
            title=change("title", self.title),
            addressee=change("addressee", self.addressee),
            text=change("text", self.text),
            report_to=change("report_to", self.report_to),
            send_to=change("send_to", self.send_to),
            fields=tuple(
                (label, change(f"field_{n}", value)) for n, (label, value) in enumerate(self.fields)
            ),
            annexes=tuple(
                replace(each, text=change(f"annex_{n}", each.text))
                for n, each in enumerate(self.annexes)
            ),
        )


def clipped(said: str, beside: int = 0) -> str:
    """What of a case's title fits into a paper's, beside so many other signs."""
    most = TITLE_LIMIT - beside
    return said if len(said) <= most else f"{said[: most - 2]}……"


def read(stored: Mapping[str, Any]) -> Words:
    """What was stored; an empty record is a paper without words."""
    if not stored:
        return Words("")
    return Words(
        title=stored["title"],
        addressee=stored["addressee"],
        text=stored["text"],
        report_to=stored["report_to"],
        send_to=stored["send_to"],
        copies=stored["copies"],
        fields=tuple((label, value) for label, value in stored["fields"]),
        annexes=tuple(Annex(**each) for each in stored["annexes"]),
    )


def trimmed(words: Words) -> Words:
    """Without space at the ends, and without the stop that the paper itself sets after a name."""

    def trim(name: str, text: str) -> str:
        if name == "text":
            return text.rstrip()
        return text.strip().rstrip("：:。" if name in NAMES else "")

    return words.each(trim)


NAMES = ("addressee", "report_to", "send_to")


def checked(words: Words) -> Words:
    """The words trimmed. Raises Refused where something is missing or too long."""
    words = trimmed(words)
    if not words.title:
        raise Refused("请填写标题", "title")
    if len(words.title) > TITLE_LIMIT:
        raise Refused(f"标题不能超过{TITLE_LIMIT}个字，现有{len(words.title)}个字", "title")
    if not words.text.strip() and not words.fields:
        raise Refused("请填写正文", "text")
    for name, text in words.parts().items():
        long = name == "text" or name.startswith(("annex", "field"))
        limit = TEXT_LIMIT if long else LINE_LIMIT
        if len(text) > limit:
            raise Refused(f"不能超过{limit}个字，现有{len(text)}个字", name)
    if not 0 <= words.copies <= MOST_COPIES:
        raise Refused(f"印数须在0至{MOST_COPIES}之间", "copies")
    return words
