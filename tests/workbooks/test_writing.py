# ruff: noqa: DTZ001 - instants in a workbook carry no zone
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from minxin.errors import Refused
from minxin.workbooks import writing
from minxin.workbooks.cells import Unreadable
from minxin.workbooks.mapping import KNOWN, guess
from minxin.workbooks.parsed import ParsedRow, RowError, parse
from minxin.workbooks.reading import open_sheet

MADE = {
    "made_by": "市民心网办公室",
    "made_at": datetime(2026, 11, 22, 4, tzinfo=UTC),
    "mark": "林静 市民心网办 2026-11-22 12:00",
}


def sheet_of(content: bytes):
    return load_workbook(io.BytesIO(content)).active


def test_a_table_carries_title_maker_and_a_frozen_header() -> None:
    sheet = sheet_of(writing.table("来件一览", ["编号", "主题"], [["1", "路灯"]], **MADE))
    assert sheet["A1"].value == "来件一览"
    assert sheet["A2"].value == "制表单位：市民心网办公室 制表时间：2026年11月22日 12:00"
    assert [cell.value for cell in sheet[3]] == ["编号", "主题"]
    assert sheet.freeze_panes == "A4"
    assert sheet.page_setup.paperSize == 9


def test_texts_stay_texts_and_numbers_and_dates_can_be_reckoned_with() -> None:
    row = ["211100199001011234", "00123", 3, 2.5, date(2026, 3, 5), MADE["made_at"], None, True]
    sheet = sheet_of(writing.table("表", [str(n) for n in range(8)], [row], **MADE))
    values = [cell.value for cell in sheet[4]]
    assert values[:4] == ["211100199001011234", "00123", 3, 2.5]
    assert values[4:6] == [datetime(2026, 3, 5), datetime(2026, 11, 22, 12)]
    assert values[6:] == [None, "是"]
    assert sheet["A4"].number_format == "@"


@pytest.mark.parametrize("text", ['=HYPERLINK("http://a.b")', "+1", "-1+1", "@SUM(A1)", "{=1}"])
def test_nothing_typed_becomes_a_formula_or_a_link(text: str) -> None:
    content = writing.table(
        text, [text], [[text]], made_by=text, made_at=MADE["made_at"], mark=text
    )
    sheet = sheet_of(content)
    assert sheet["A4"].value == text
    assert {cell.data_type for row in sheet for cell in row} == {"s"}
    assert sheet["A4"].quotePrefix is (text[0] in "=+-@")
    xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml
    assert b"hyperlink" not in xml


def test_a_text_that_excel_cannot_hold_is_cut_and_cleaned() -> None:
    sheet = sheet_of(writing.table("表", ["甲"], [["字" * 40_000], ["坏\x00\ud83d字"]], **MADE))
    assert len(sheet["A4"].value) == 32_767
    assert sheet["A5"].value == "坏字"


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "ROW_LIMIT", 3)
    writing.table("表", ["甲"], [["一"]] * 3, **MADE)
    with pytest.raises(Refused, match="缩小范围"):
        writing.table("表", ["甲"], [["一"]] * 4, **MADE)


def test_wrong_rows_go_out_with_their_numbers_and_reasons() -> None:
    values = (1001.0, datetime(2026, 3, 5, 9, 8), Unreadable("#N/A", "错误值"), "=1+1", None)
    errors = [RowError(7, "丙", "丙：错误值", values)]
    sheet = sheet_of(writing.error_sheet(["甲", "乙", "丙", "丁", "戊"], errors, **MADE))
    assert [cell.value for cell in sheet[3]] == ["行号", "原因", "甲", "乙", "丙", "丁", "戊"]
    assert [cell.value or "" for cell in sheet[4]] == [
        "7", "丙：错误值", "1001", "2026-03-05 09:08:00", "#N/A", "=1+1", "",
    ]  # fmt: skip
    assert {cell.data_type for cell in sheet[4]} <= {"s", "n"}


def test_wrong_rows_can_be_corrected_and_imported_as_they_are(build, tmp_path: Path) -> None:
    header = ("留言编号", "留言主题", "留言时间", "留言详情")
    path = build(header, (1, "路灯", "2026-02-30", "坏了"), (2, "井盖", "2026-03-01", "=A1"))
    for round_number in (1, 2):
        with open_sheet(path, KNOWN) as sheet:
            errors = [row for row in parse(sheet, guess(sheet.columns)) if type(row) is RowError]
            content = writing.error_sheet(sheet.columns, errors, **MADE)
        assert len(errors) == 2
        path = tmp_path / f"errors{round_number}.xlsx"
        path.write_bytes(content)
    book = load_workbook(path)
    assert book.active is not None
    assert [cell.value for cell in book.active[3]] == ["行号", "原因", *header]
    book.active["E4"] = "2026-02-28"
    book.active["F5"] = "丢了"
    book.save(path)
    with open_sheet(path, KNOWN) as sheet:
        rows = list(parse(sheet, guess(sheet.columns)))
    assert [type(row) for row in rows] == [ParsedRow, ParsedRow]


def test_every_sheet_says_who_took_it_away() -> None:
    book = load_workbook(io.BytesIO(writing.table("表", ["甲"], [["一"]], **MADE)))
    assert book.active.oddFooter.left.text == MADE["mark"]
    assert book.properties.description == MADE["mark"]
