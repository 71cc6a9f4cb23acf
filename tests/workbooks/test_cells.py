import pytest
from hypothesis import given
from hypothesis import strategies as st

from minxin.errors import Refused
from minxin.workbooks.cells import Unreadable, clean, heading, is_blank, to_phone, to_text


@pytest.mark.parametrize(
    ("pasted", "wanted"),
    [
        ("\n\t\t\t\n\t\t路灯坏了。\t\n", "路灯坏了。"),
        ("\u3000\u3000尊敬的领导：\u3000您好", "尊敬的领导： 您好"),
        ("第一行\r\n第二行_x000D_\n第三行", "第一行 第二行 第三行"),
        ("字面 _x005F_x000D_ 保留", "字面 _x000D_ 保留"),
        ("零\u200b宽\ufeff字\u200d符", "零宽字符"),
        ("\xa0不间断空格\xa0", "不间断空格"),
        ("坏\x00字\x1f符\x85", "坏字符"),
        ("孤\ud83d立", "孤立"),
        ("表情 _xD83D__xDE00_", "表情 😀"),
        ("一家 👨‍👩‍👧 三口", "一家 👨‍👩‍👧 三口"),
        ("㛃 䶮 𠮷 ️☎️", "㛃 䶮 𠮷 ️☎️"),
        (1001.0, "1001"),
        (0.5, "0.5"),
        (13800000000.0, "13800000000"),
        (True, "是"),
        (None, ""),
    ],
)
def test_a_pasted_cell_becomes_clean_text(pasted: object, wanted: str) -> None:
    assert to_text(pasted) == wanted


def test_a_long_text_keeps_its_paragraphs_but_no_empty_pages() -> None:
    pasted = "一、\u3000路灯坏了 \r\n\r\n\r\n\r\n \t二、请修\u2028三、谢谢"
    assert to_text(pasted, lines=True) == "一、 路灯坏了\n\n二、请修\n三、谢谢"


def test_a_text_over_the_limit_is_refused_with_its_length() -> None:
    assert len(to_text("字" * 10_000, lines=True)) == 10_000
    with pytest.raises(Refused, match="内容有10001个字，超过10000个字"):
        to_text("字" * 10_001, lines=True)


def test_a_number_that_excel_has_rounded_is_refused() -> None:
    assert to_text("211100199001011234") == "211100199001011234"
    with pytest.raises(Refused, match="文本格式"):
        to_text(211100199001011200)


@pytest.mark.parametrize("value", [Unreadable("#N/A", "单元格是错误值 #N/A。"), "#N/A", "#公式"])
def test_an_error_is_never_taken_for_a_text(value: object) -> None:
    with pytest.raises(Refused):
        to_text(value)


@given(st.text(max_size=200))
def test_clean_text_can_always_be_stored_and_stays_as_it_is(text: str) -> None:
    once = clean(text, lines=True)
    once.encode()
    assert "\x00" not in once
    assert clean(once, lines=True) == once or "_x" in text
    assert is_blank(text) == (clean(text) == "")


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (13800001234.0, "13800001234"),
        ("138 0000 1234", "13800001234"),
        ("＋86－13800001234", "13800001234"),
        ("１３８００００１２３４", "13800001234"),
        ("0427-2800000", "0427-2800000"),
        ("13800001234、13800005678", "13800001234、13800005678"),
        ("无", ""),
        ("——", ""),
        (None, ""),
    ],
)
def test_a_telephone_is_read_as_people_type_it(typed: object, wanted: str) -> None:
    assert to_phone(typed) == wanted


def test_a_word_is_no_telephone() -> None:
    with pytest.raises(Refused, match="不是电话号码"):
        to_phone("见附件")


def test_remarks_in_a_header_do_not_count() -> None:
    assert heading(" *联系 电话（必填）：") == "联系电话"
