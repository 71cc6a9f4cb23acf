from datetime import UTC, datetime
from pathlib import Path

import pytest

from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.workbooks.mapping import KNOWN, Field, guess
from minxin.workbooks.parsed import ParsedRow, RowError, parse
from minxin.workbooks.reading import open_sheet

HEADER = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情")
AT = datetime(2026, 11, 22, 4, tzinfo=UTC)


def parsed(path: Path) -> list[ParsedRow | RowError]:
    with open_sheet(path, KNOWN) as sheet:
        return list(parse(sheet, guess(sheet.columns), at=AT))


def test_a_row_becomes_a_message_with_typed_fields(build) -> None:
    text = "\n\t\t\t\t\n\t\t广场北侧的路灯坏了。\r\n请修。"
    [row] = parsed(build(HEADER, (1001, "A00010001", "路灯不亮\t", "2026/3/5 9:08:07", text)))
    assert isinstance(row, ParsedRow)
    assert (row.row_number, row.source_no, row.name) == (2, "1001", "A00010001")
    assert (row.subject, row.text) == ("路灯不亮", "广场北侧的路灯坏了。\n请修。")
    assert row.received_at == datetime(2026, 3, 5, 9, 8, 7, tzinfo=SHANGHAI)
    assert (row.phone, row.reply, row.replied_at, row.provincial_due) == ("", "", None, None)


def test_the_province_sends_its_number_and_its_own_limit(build) -> None:
    header = ("省编号", "诉求人", "联系电话", "内容", "属地", "省时限")
    [row] = parsed(
        build(header, ("LN-7", "李桂芳", 13800001234, "井盖丢了", "大洼区", "2026-12-1"))
    )
    assert isinstance(row, ParsedRow)
    assert (row.provincial_no, row.phone, row.district) == ("LN-7", "13800001234", "大洼区")
    assert row.provincial_due == datetime(2026, 12, 2, tzinfo=SHANGHAI)


def test_a_message_without_a_subject_is_known_by_its_beginning(build) -> None:
    [row] = parsed(build(HEADER, (1, "甲", None, None, "路灯\n" + "坏" * 60)))
    assert isinstance(row, ParsedRow)
    assert row.subject == "路灯 " + "坏" * 37
    assert row.received_at is None


def test_a_message_without_a_text_has_its_subject_for_one(build) -> None:
    [row] = parsed(build(HEADER, (1, "甲", "路灯不亮", None, " \u3000")))
    assert isinstance(row, ParsedRow)
    assert row.text == "路灯不亮"


def test_every_wrong_cell_of_a_row_is_named_in_one_error(build) -> None:
    wrong = (1, "甲", "题" * 201, "2026-02-30", "路灯")
    [error] = parsed(build(HEADER, wrong))
    assert isinstance(error, RowError)
    assert (error.row_number, error.column, error.values) == (2, "留言主题", wrong)
    assert error.message == (
        "留言主题：内容有201个字，超过200个字，请缩短后再导入。\n"
        "留言时间：没有“2026-02-30”这一天，请核对日期。"
    )


def test_every_filled_row_is_a_message_or_an_error(build) -> None:
    rows = parsed(
        build(
            HEADER,
            (1, "甲", "路灯", "2026-03-05", "坏了"),
            (2, "乙", None, "2026-03-05", None),
            (),
            (3, "丙", "井盖", "2026-11-23", "丢了"),
            (4, "丁", "井盖", "2026-11-22", "=A1"),
            (None, None, None, None, None, "表外"),
        )
    )
    assert [(row.row_number, type(row) is ParsedRow) for row in rows] == [
        (2, True),
        (3, False),
        (5, False),
        (6, False),
        (7, False),
    ]
    reasons = [row.message for row in rows if isinstance(row, RowError)]
    assert reasons[0] == "没有诉求内容，也没有主题，请补充。"
    assert "晚于现在" in reasons[1]
    assert "公式没有计算结果" in reasons[2]


def test_the_same_file_twice_gives_the_same_keys(build) -> None:
    rows = [(n, "甲", f"路灯{n}", "2026-03-05", "坏了") for n in range(5)]
    first, second = parsed(build(HEADER, *rows)), parsed(build((), HEADER, *rows, name="b.xlsx"))
    keys = [row.key for row in first if isinstance(row, ParsedRow)]
    assert keys == [row.key for row in second if isinstance(row, ParsedRow)]
    assert len(set(keys)) == 5


def test_a_mapping_that_cannot_work_is_refused_before_the_first_row(build) -> None:
    with open_sheet(build(HEADER, (1,))) as sheet, pytest.raises(Refused, match="诉求内容"):
        parse(sheet, {Field.NAME: 1})
