"""Is this file a workbook that is safe to open? Judged by content, never by its name."""

import re
import zipfile
from collections.abc import Callable
from typing import IO

from minxin.errors import Refused

MB = 1024 * 1024
FILE_LIMIT = 50 * MB
# Unpacked sizes. A sheet is streamed, shared texts and the rest are held in memory.
SHEET_LIMIT = 600 * MB
STRINGS_LIMIT = 200 * MB
PART_LIMIT = 20 * MB

DAMAGED = "文件已损坏或内容不完整，请用 Excel 或 WPS 打开后另存为 .xlsx 格式，再重新上传。"
_SAVE_AS = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传。"
_TOO_LARGE = "请删去空白行、图片和多余的工作表，或分成几个文件上传。"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)")

# What other packages hold, and what people call them.
_OTHER_PACKAGES = (
    ("word/", "这是 Word 文档，不是 Excel 工作簿。请上传 .xlsx 格式的表格。"),
    ("ppt/", "这是演示文稿，不是 Excel 工作簿。请上传 .xlsx 格式的表格。"),
    ("xl/workbook.bin", f"这是 .xlsb 格式的表格。{_SAVE_AS}"),
    ("content.xml", f"这是 OpenDocument 格式的文件。{_SAVE_AS}"),
)


def check(source: IO[bytes]) -> None:
    """Raise Refused, with what to do, unless the file is an .xlsx within the size limits.

    Looks at the container only (kind, encryption, unpacked sizes, document types), reading no
    part beyond its first kilobytes. Leaves `source` at its beginning.
    """
    size = source.seek(0, 2)
    source.seek(0)
    if size == 0:
        raise Refused("文件是空的，请重新选择文件。")
    if size > FILE_LIMIT:
        raise Refused(f"文件超过 {FILE_LIMIT // MB} MB。{_TOO_LARGE}")
    start = source.read(512)
    if not start.startswith(b"PK"):
        source.seek(0)
        raise Refused(_why_not(start, source.read))
    _check_package(source)
    source.seek(0)


def _why_not(start: bytes, read: Callable[[], bytes]) -> str:
    if start.startswith(_OLE):
        if _ENCRYPTED in read():
            return "文件设有打开密码。请在 Excel 或 WPS 中取消密码后再上传。"
        return f"这是旧版 .xls 格式（或旧版 Office 文件）。{_SAVE_AS}"
    if re.match(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|table|\?xml)", start, re.I):
        return f"这是网页格式的表格，不是真正的 Excel 工作簿。{_SAVE_AS}"
    return f"这不是 Excel 工作簿。{_SAVE_AS}"


def _check_package(source: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(source) as package:
            _check_kind(package)
            _check_sizes(package)
            _check_declarations(package)
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, NotImplementedError) as error:
        raise Refused(DAMAGED) from error


def _check_kind(package: zipfile.ZipFile) -> None:
    names = package.namelist()
    if any(part.flag_bits & 1 for part in package.infolist()):
        raise Refused("压缩包设有密码。请取消密码，直接上传 .xlsx 文件。")
    if any(name.startswith("xl/") and name.endswith(".xml") for name in names):
        return
    for beginning, sentence in _OTHER_PACKAGES:
        if any(name.startswith(beginning) for name in names):
            raise Refused(sentence)
    raise Refused(f"这不是 Excel 工作簿（可能是压缩包）。{_SAVE_AS}")


def _check_sizes(package: zipfile.ZipFile) -> None:
    # zipfile never unpacks more than the size declared here, so a lying header cannot get past.
    for part in package.infolist():
        if not part.filename.endswith((".xml", ".rels")):
            continue  # pictures and printer settings are never opened
        if part.file_size > _limit(part.filename):
            raise Refused(f"表格展开后过大。{_TOO_LARGE}")


def _limit(name: str) -> int:
    if "/worksheets/" in name:
        return SHEET_LIMIT
    return STRINGS_LIMIT if "sharedstrings" in name.lower() else PART_LIMIT


def _check_declarations(package: zipfile.ZipFile) -> None:
    """Workbooks never declare a document type; one that does is built to blow up the reader."""
    for part in package.infolist():
        if part.filename.endswith((".xml", ".rels")):
            with package.open(part) as content:
                start = content.read(4096)
            if _DECLARES.search(start):
                raise Refused(DAMAGED)
            if _STRICT in start:
                raise Refused(f"这是“严格 Open XML”格式的表格。{_SAVE_AS}")
