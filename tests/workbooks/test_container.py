import io
import zipfile
from pathlib import Path

import pytest

from minxin.errors import Refused
from minxin.workbooks import container
from minxin.workbooks.reading import open_sheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def package(*names: str, content: bytes = b"<a/>") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "文件是空的"),
        (package("word/document.xml", "[Content_Types].xml"), "这是 Word 文档"),
        (package("ppt/presentation.xml"), "演示文稿"),
        (package("xl/workbook.bin"), "xlsb"),
        (package("content.xml", "mimetype"), "OpenDocument"),
        (package("a.txt"), "可能是压缩包"),
        (OLE, "旧版 .xls 格式.*另存为"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "取消密码"),
        (b"\r\n<html><table><tr><td>1</td></tr></table></html>", "网页格式"),
        (b'<?xml version="1.0"?><Workbook/>', "网页格式"),
        ("编号,内容\n1,路灯".encode("gbk"), "这不是 Excel 工作簿"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 100, "这不是 Excel 工作簿"),
        (b"PK\x03\x04" + b"\x00" * 100, "已损坏"),
        (package("xl/workbook.xml", content=b'<!DOCTYPE x [<!ENTITY a "b">]><a/>'), "已损坏"),
        (
            package(
                "xl/workbook.xml",
                content=b'<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>',
            ),
            "严格 Open XML",
        ),
        (package("xl/workbook.xml"), "已损坏"),
    ],
)
def test_a_file_that_is_no_workbook_is_told_what_to_do(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "来件.xlsx"
    path.write_bytes(content)
    with pytest.raises(Refused, match=reason) as refused:
        open_sheet(path)
    assert refused.value.message.endswith("。")


def test_a_half_uploaded_workbook_is_refused(build) -> None:
    path = build(("编号", "内容"), (1, "路灯"))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(Refused, match="已损坏"):
        open_sheet(path)


def test_the_extension_does_not_matter(build) -> None:
    path = build(("编号", "内容"), (1, "路灯"))
    with open_sheet(path.rename(path.with_suffix(""))) as sheet:
        assert sheet.columns == ("编号", "内容")


@pytest.mark.parametrize("part", ["SHEET_LIMIT", "STRINGS_LIMIT", "PART_LIMIT"])
def test_a_workbook_that_unpacks_too_large_is_refused_unopened(
    monkeypatch: pytest.MonkeyPatch, handmade, part: str
) -> None:
    path = handmade("<row/>" * 10, strings="<si/>" * 10)
    monkeypatch.setattr(container, part, 50)
    with pytest.raises(Refused, match="展开后过大"):
        open_sheet(path)


def test_a_file_over_the_upload_limit_is_refused(monkeypatch: pytest.MonkeyPatch, handmade) -> None:
    monkeypatch.setattr(container, "FILE_LIMIT", 100)
    with pytest.raises(Refused, match="MB"):
        open_sheet(handmade("<row/>"))
