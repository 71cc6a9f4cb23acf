from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minxin.privacy.codes import ALPHABET, is_code, new_code, tidy


def test_a_code_has_eight_signs_that_are_not_mistaken_for_others() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(is_code(code) for code in codes)
    assert not set(ALPHABET) & set("0O1IL")


def test_every_sign_of_the_alphabet_is_used() -> None:
    assert set("".join(new_code() for _ in range(500))) == set(ALPHABET)


def test_a_code_is_read_however_it_was_typed() -> None:
    typings = ["abcd2345", " ABCD 2345 ", "abcd-2345", "ABCD\u200b2345"]
    for typed in (*typings, "ＡＢＣＤ２３４５", "ａｂｃｄ　２３４５"):
        assert tidy(typed) == "ABCD2345"


def test_other_text_is_not_a_code() -> None:
    for text in ("", "ABCD234", "ABCD23456", "ABCD234O", "查询码查询码查询"):
        assert not is_code(tidy(text))


@given(st.text())
def test_tidying_twice_changes_nothing(typed: str) -> None:
    assert tidy(tidy(typed)) == tidy(typed)
