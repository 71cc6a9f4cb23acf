# ruff: noqa: DTZ001 - instants in a workbook carry no zone
import time
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import Workbook
from openpyxl.styles import Font

from minxin.errors import Refused
from minxin.workbooks.cells import Unreadable
from minxin.workbooks.extent import CHUNK
from minxin.workbooks.reading import Row, open_sheet

HEADER = ("留言编号", "留言主题", "留言详情")
ROW = (1001, "广场路灯不亮", "广场北侧的路灯坏了一周，请修。")


def read(path: Path, known: frozenset[str] = frozenset()) -> tuple[tuple[str, ...], list[Row]]:
    with open_sheet(path, known) as sheet:
        return sheet.columns, list(sheet.rows())


def inline(*texts: str) -> str:
    """A row without numbers whose texts stand in their cells."""
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f"<row>{cells}</row>"


def test_rows_come_with_excels_numbers_and_a_value_for_every_column(build) -> None:
    columns, rows = read(build(HEADER, ROW, (), (1002, None, "井盖丢了")))
    assert columns == HEADER
    assert rows == [Row(2, ROW), Row(4, (1002, None, "井盖丢了"))]


def test_an_import_goes_on_behind_the_row_where_it_was_stopped(build) -> None:
    with open_sheet(build(HEADER, ROW, ROW, ROW)) as sheet:
        assert [row.number for row in sheet.rows(after=2)] == [3, 4]
        assert [row.number for row in sheet.rows()] == [2, 3, 4]
        assert sheet.size == 3


def test_titles_above_the_header_are_passed_over(build) -> None:
    path = build(("来件登记表",), (), ("制表：市办", "三月"), HEADER, ROW, merged=["A1:C1"])
    assert read(path, frozenset(HEADER)) == (HEADER, [Row(5, ROW)])
    columns, _ = read(path)
    assert columns == ("制表：市办", "三月")


def test_a_header_of_two_rows_gives_the_lower_names(build) -> None:
    upper = ("编号", "诉求人", None, "内容")
    lower = (None, "姓名", "电话", None)
    merged = ["A1:A2", "B1:C1", "D1:D2"]
    columns, rows = read(build(upper, lower, (1, "王小明", "138", "路灯"), merged=merged))
    assert columns == ("编号", "姓名", "电话", "内容")
    assert rows == [Row(3, (1, "王小明", "138", "路灯"))]


def test_a_cell_merged_over_rows_counts_for_each_of_them(build) -> None:
    path = build(
        ("区县", "主题", "内容"),
        ("大洼区", "甲", "一"),
        (None, "乙", "二"),
        (None, None, None),
        ("兴隆台区", "丙", "三"),
        merged=["A2:A4"],
    )
    assert [(row.number, row.values[0]) for row in read(path)[1]] == [
        (2, "大洼区"),
        (3, "大洼区"),
        (5, "兴隆台区"),
    ]


def test_text_cells_in_place_without_numbers_are_read(handmade) -> None:
    path = handmade(inline("编号", "内容") + "<row/>" + inline("1", "路灯&amp;井盖"))
    assert read(path) == (("编号", "内容"), [Row(3, ("1", "路灯&amp;井盖".replace("&amp;", "&")))])


def test_shared_texts_lose_their_pinyin_and_keep_their_runs(handmade) -> None:
    strings = (
        "<si><t>编号</t></si><si><t>内容</t></si>"
        "<si><r><t>路</t></r><r><t>灯</t></r><rPh sb='0' eb='1'><t>LU</t></rPh></si>"
    )
    cells = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    path = handmade(cells + '<row r="2"><c r="B2" t="s"><v>2</v></c></row>', strings=strings)
    assert read(path)[1] == [Row(2, (None, "路灯"))]


def test_a_sheet_that_lies_about_its_size_is_read_as_it_is(handmade) -> None:
    rows = inline("编号", "内容") + inline("1", "路灯")
    for claimed in ("A1:XFD1048576", "A1"):
        path = handmade(rows, before=f'<dimension ref="{claimed}"/>')
        assert read(path)[1] == [Row(2, ("1", "路灯"))]


def test_a_million_styled_empty_rows_cost_a_moment(handmade) -> None:
    empty = '<row><c s="0"/><c s="0"/><c s="0"/></row>'
    path = handmade(inline("编号", "内容") + inline("1", "路灯") + empty * 1_000_000)
    start = time.perf_counter()
    assert len(read(path)[1]) == 1
    assert time.perf_counter() - start < 5


def test_rows_behind_a_long_gap_are_not_lost(handmade) -> None:
    path = handmade(
        inline("编号", "内容") + "<row/>" * 3000 + inline("1", "路灯") + "<row/>" * 3000
    )
    assert read(path)[1] == [Row(3002, ("1", "路灯"))]


def test_rows_and_merges_beyond_the_first_piece_of_the_first_pass_are_read(handmade) -> None:
    long = "路" * 32_767
    count = 3 * CHUNK // len(long.encode())
    path = handmade(
        inline("编号", "内容") + inline("1", long) * count + inline("2") + "<row/>" * 2000,
        after=f'<mergeCells><mergeCell ref="B{count + 1}:B{count + 2}"/></mergeCells>',
    )
    rows = read(path)[1]
    assert len(rows) == count + 1
    assert rows[-1].values == ("2", long)


def test_a_single_endless_cell_is_refused(handmade) -> None:
    with pytest.raises(Refused, match="已损坏"):
        read(handmade(inline("编号", "内容") + inline("1", "路" * CHUNK)))


def test_a_formula_gives_its_last_result_or_says_that_it_has_none(tmp_path: Path) -> None:
    path = tmp_path / "formulas.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_formula(1, 1, '=A1&"不亮"', None, "路灯不亮")
    book.close()
    assert read(path)[1][0].values == (None, "路灯不亮", None)


def test_a_formula_whose_result_is_nothing_is_an_empty_cell(handmade) -> None:
    row = '<row><c t="str"><f>""</f><v></v></c><c t="inlineStr"><is><t>路灯</t></is></c></row>'
    assert read(handmade(inline("编号", "内容") + row))[1] == [Row(2, (None, "路灯"))]


def test_a_formula_that_was_never_computed_is_told_apart_from_an_empty_cell(build) -> None:
    value = read(build(HEADER, (1, "=A1&B1", "路灯")))[1][0].values[1]
    assert isinstance(value, Unreadable)
    assert "公式没有计算结果" in value.reason


def test_error_cells_and_impossible_dates_are_unreadable_not_fatal(handmade) -> None:
    bad = (
        '<row><c t="e"><v>#N/A</v></c><c t="n"><v>abc</v></c><c t="s"><v>99</v></c>'
        '<c t="inlineStr"><is><t>好</t></is></c></row>'
    )
    values = read(handmade(inline("一", "二", "三", "四") + bad))[1][0].values
    assert [str(value) for value in values] == ["#N/A", "abc", "99", "好"]
    assert [isinstance(value, Unreadable) for value in values] == [True, True, True, False]


def test_real_dates_and_typed_ones_stand_side_by_side(build) -> None:
    path = build(("时间", "内容"), (datetime(2026, 3, 5, 9, 8), "一"), ("2026/3/5 9:08:07", "二"))
    assert [row.values[0] for row in read(path)[1]] == [
        datetime(2026, 3, 5, 9, 8),
        "2026/3/5 9:08:07",
    ]


def test_the_first_filled_visible_sheet_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.title = "空表"
    book.create_sheet("隐藏").append(HEADER)
    book["隐藏"].sheet_state = "hidden"
    book.create_sheet("来件").append(HEADER)
    book["来件"].append(ROW)
    book.create_sheet("说明").append(["请勿改动"])
    book.save(tmp_path / "many.xlsx")
    with open_sheet(tmp_path / "many.xlsx") as sheet:
        assert (sheet.name, sheet.others) == ("来件", ("说明",))
        assert len(list(sheet.rows())) == 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "工作表是空的"),
        ([("只有标题",)], "没有找到表头"),
        ([(1, 2, 3), (4, 5, 6)], "没有找到表头"),
        ([tuple(f"列{n}" for n in range(201))], "超过200列"),
    ],
)
def test_a_sheet_without_a_usable_header_is_refused(build, rows, reason) -> None:
    with pytest.raises(Refused, match=reason):
        open_sheet(build(*rows))


def test_a_sheet_of_styled_cells_only_is_empty(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for number in range(1, 50):
        book.active.cell(number, 1).font = Font(bold=True)
    book.save(tmp_path / "styled.xlsx")
    with pytest.raises(Refused, match="工作表是空的"):
        open_sheet(tmp_path / "styled.xlsx")


def test_too_many_rows_are_refused_before_the_first_is_read(handmade) -> None:
    with pytest.raises(Refused, match="工作表有200002行，超过200000行"):
        open_sheet(handmade(inline("编号", "内容") + "<row/>" * 200_000 + inline("1", "路灯")))


def test_a_sheet_cut_in_the_middle_is_refused_as_damaged(handmade) -> None:
    path = handmade(inline("编号", "内容") + "<row><c><v>1</v></d></row>" + inline("1", "路灯"))
    with pytest.raises(Refused, match="已损坏"):
        read(path)


def test_broken_styles_do_not_stop_the_reading(build, tmp_path: Path) -> None:
    import zipfile

    source = build(HEADER, ROW)
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            content = b"<styleSheet/>" if name == "xl/styles.xml" else old.read(name)
            new.writestr(name, content)
    assert read(broken)[1] == [Row(2, ROW)]
