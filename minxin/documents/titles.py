"""Where a long title breaks: between words, into lines of like length, none of them a widow."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from math import ceil

WIDEST = 19
"""Signs of 2号 within the 156 mm of a line (20.1 fit)."""
LEAST = 4


def broken(title: str) -> list[str]:
    """The lines of a title. A line break that was written stands."""
    lines: list[str] = []
    for part in title.splitlines():
        lines += _lines(part.strip())
    return [line for line in lines if line]


def _lines(title: str) -> list[str]:
    number = ceil(_width(title) / WIDEST)
    if number < 2:
        return [title]
    words = _words(title)
    for count in (number, number + 1):
        best = _best(words, count, _width(title) / count)
        if best is not None:
            return best
    return [title[start : start + WIDEST] for start in range(0, len(title), WIDEST)]


def _best(words: list[str], count: int, ideal: float) -> list[str] | None:
    """Words into so many lines, none too wide or too short, as even as can be."""
    widths = [_width(word) for word in words]

    @cache
    def rest(start: int, left: int) -> tuple[float, tuple[int, ...]] | None:
        if left == 1:
            width = sum(widths[start:])
            fits = LEAST <= width <= WIDEST
            return ((width - ideal) ** 2, (len(words),)) if fits else None
        best: tuple[float, tuple[int, ...]] | None = None
        width = 0.0
        for end in range(start + 1, len(words)):
            width += widths[end - 1]
            if width > WIDEST:
                break
            after = rest(end, left - 1) if width >= LEAST else None
            if after is not None:
                cost = (width - ideal) ** 2 + after[0]
                if best is None or cost < best[0]:
                    best = (cost, (end, *after[1]))
        return best

    found = rest(0, count)
    if found is None:
        return None
    ends = (0, *found[1])
    return ["".join(words[a:b]) for a, b in pairwise(ends)]


def _words(title: str) -> list[str]:
    """Words, with marks that may not begin a line at the end of the one before."""
    import jieba  # shared with search; loaded where a title is long

    words: list[str] = []
    for word in jieba.cut(title):
        opens = bool(words) and words[-1][-1:] in "“《（(〔"
        if words and (word[:1] in "”》）)〕，、。；：的" or opens):
            words[-1] += word
        else:
            words.append(word)
    return words


def _width(text: str) -> float:
    return sum(0.5 if char.isascii() else 1.0 for char in text)
