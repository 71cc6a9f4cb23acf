from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minxin.privacy.phones import is_mobile, normalise


@pytest.mark.parametrize(
    "typed",
    [
        "13800001234",
        " 138 0000 1234 ",
        "138-0000-1234",
        "138－0000－1234",
        "138—0000—1234",
        "１３８００００１２３４",
        "+8613800001234",
        "+86 138 0000 1234",
        "(+86)13800001234",
        "0086-138-0000-1234",
        "86 13800001234",
        "013800001234",
        "13800001234.0",
        "138\u200b0000\u200b1234",
    ],
)
def test_a_mobile_has_one_spelling(typed: str) -> None:
    assert normalise(typed) == "13800001234"
    assert is_mobile("13800001234")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0427-2800123", "0427-2800123"),
        ("04272800123", "0427-2800123"),
        ("(0427)2800123", "0427-2800123"),
        ("（0427） 280 0123", "0427-2800123"),
        ("+86 427 2800123", "0427-2800123"),
        ("86-0427-2800123", "0427-2800123"),
        ("０４２７－２８００１２３", "0427-2800123"),
        ("010-82800123", "010-82800123"),
        ("0427-28001234", "0427-28001234"),
        ("0427-2800123-801", "0427-2800123-801"),
        ("0427-2800123转801", "0427-2800123-801"),
        ("0427 2800123 转 801", "0427-2800123-801"),
        ("04272800123 分机801", "0427-2800123-801"),
        ("0427-2800123 ext. 801", "0427-2800123-801"),
    ],
)
def test_a_landline_has_one_spelling(typed: str, kept: str) -> None:
    assert normalise(typed) == kept
    assert not is_mobile(kept)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "无",
        "12345",
        "12800001234",
        "1380000123",
        "138000012345",
        "一三八零零零零一二三四",
        "13800001234 13900001234",
        "13800001234转801",
        "2800123",
        "010-2800123",
        "0427-1800123",
        "+1 202 555 0101",
        "电话13800001234",
    ],
)
def test_what_is_not_exactly_one_number_is_none(typed: str) -> None:
    assert normalise(typed) is None


def test_a_local_number_takes_the_area_code_it_is_given() -> None:
    assert normalise("280 0123", area="0427") == "0427-2800123"
    assert normalise("13800001234", area="0427") == "13800001234"


@given(st.text(alphabet="0123456789+- 转()８＋", max_size=24))
def test_a_spelling_stays_what_it_is(typed: str) -> None:
    kept = normalise(typed)
    assert kept is None or normalise(kept) == kept
