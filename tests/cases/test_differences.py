"""What differs between the citizen's words and the clerk's."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from minxin.cases.differences import between

TEXTS = st.text(alphabet="路灯不亮请尽快修复三五天，。\nA1", max_size=40)


def test_a_changed_word_is_a_deletion_and_an_insertion():
    assert between("路灯三天不亮", "路灯五天不亮") == [
        ("same", "路灯"),
        ("del", "三天"),
        ("ins", "五天"),
        ("same", "不亮"),
    ]


@given(TEXTS, TEXTS)
def test_the_segments_hold_both_texts_whole(old, new):
    parts = between(old, new)
    assert "".join(text for kind, text in parts if kind != "ins") == old
    assert "".join(text for kind, text in parts if kind != "del") == new
    assert all(one[0] != two[0] for one, two in pairwise(parts))
