"""The question of a page, answered as a person would."""

from __future__ import annotations

import re

WORDS = "零一二三四五六七八九十"


def answered(page: str) -> dict[str, str]:
    """The fields that answer the question of a page."""
    token = re.search(r'name="challenge" value="([^"]+)"', page)
    asked = re.search(r"([零一二三四五六七八九十])(加|减)([一二三四五])等于几", page)
    assert token
    assert asked
    first, second = WORDS.index(asked[1]), WORDS.index(asked[3])
    answer = first + second if asked[2] == "加" else first - second
    return {"challenge": token[1], "challenge_answer": str(answer)}
