"""Workbooks with the quirks of real ones, built for each test; every row is invented."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Write rows with openpyxl; merged ranges by name."""

    def write(*rows: Sequence[object], merged: Sequence[str] = (), name: str = "a.xlsx") -> Path:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for row in rows:
            sheet.append(list(row))
        for cells in merged:
            sheet.merge_cells(cells)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def handmade(tmp_path: Path) -> Build:
    """Write a workbook around the given sheet XML, as other programs' exporters do."""

    def write(data: str, *, strings: str = "", before: str = "", after: str = "") -> Path:
        path = tmp_path / "handmade.xlsx"
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        package = "http://schemas.openxmlformats.org/package/2006"
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(
                "[Content_Types].xml",
                f'<Types xmlns="{package}/content-types">'
                f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
                '<Override PartName="/xl/sharedStrings.xml"'
                f' ContentType="{kind}.sharedStrings+xml"/></Types>',
            )
            file.writestr(
                "xl/workbook.xml",
                f'<workbook xmlns="{main}" xmlns:r="{rels}"><sheets>'
                '<sheet name="来件" sheetId="1" r:id="rId1"/></sheets></workbook>',
            )
            file.writestr(
                "xl/_rels/workbook.xml.rels",
                f'<Relationships xmlns="{package}/relationships">'
                f'<Relationship Id="rId1" Type="{rels}/worksheet" Target="worksheets/sheet1.xml"/>'
                "</Relationships>",
            )
            file.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{strings}</sst>')
            file.writestr(
                "xl/worksheets/sheet1.xml",
                f'<worksheet xmlns="{main}">{before}<sheetData>{data}</sheetData>{after}'
                "</worksheet>",
            )
        return path

    return write
