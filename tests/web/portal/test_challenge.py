"""The sum in words: what answers it, what does not."""

from __future__ import annotations

import pytest
import time_machine
from flask import g

from minxin import clock
from minxin.web.portal import challenge
from tests.web.portal.solving import WORDS

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def solves(app, question: challenge.Question, said: str, *, late: int = 0) -> bool:
    data = {"challenge": question.token, "challenge_answer": said}
    with (
        time_machine.travel(clock.now().timestamp() + late, tick=False),
        app.test_request_context("/", method="POST", data=data),
    ):
        g.pop("challenge_solved", None)
        return challenge.solved()


def answer_of(question: challenge.Question) -> int:
    first, how, second = question.words[0], question.words[1], question.words[2]
    if how == "加":
        return WORDS.index(first) + WORDS.index(second)
    return WORDS.index(first) - WORDS.index(second)


def in_words(number: int) -> str:
    return WORDS[number] if number <= 10 else f"十{WORDS[number - 10]}"


def test_digits_wide_digits_and_words_all_answer_it(app):
    for spelled in (str, in_words, lambda n: str(n).translate(WIDE)):
        with app.app_context():
            question = challenge.new()
        assert solves(app, question, spelled(answer_of(question)))


@pytest.mark.parametrize("said", ["", "abc", "999", "十十", "²", "-1", "1" * 40])
def test_anything_else_does_not(app, said):
    with app.app_context():
        question = challenge.new()
    assert not solves(app, question, said)


def test_a_question_is_answered_once_and_in_time(app):
    with app.app_context():
        question = challenge.new()
    said = str(answer_of(question))
    assert not solves(app, question, said, late=challenge.FOR_SECONDS + 60)
    assert solves(app, question, said)
    assert not solves(app, question, said)
