"""What differs between two texts, word by word: the clerk's wording beside the citizen's own."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

import jieba

Segment = tuple[str, str]
"""(same | ins | del, text)"""


def between(old: str, new: str) -> list[Segment]:
    """The segments that lead from one text to the other, neighbours of one kind joined."""
    joined: list[Segment] = []
    for kind, text in _segments(_words(old), _words(new)):
        if joined and joined[-1][0] == kind:
            joined[-1] = (kind, joined[-1][1] + text)
        else:
            joined.append((kind, text))
    return joined


def _words(text: str) -> list[str]:
    return list(jieba.cut(text.replace("\r\n", "\n")))


def _segments(old: list[str], new: list[str]) -> Iterator[Segment]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield "same", "".join(old[a:b])
            continue
        if b > a:
            yield "del", "".join(old[a:b])
        if d > c:
            yield "ins", "".join(new[c:d])
