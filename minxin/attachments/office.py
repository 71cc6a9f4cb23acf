"""Office files: told apart by what is inside, since outside they are a zip or an OLE container."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from minxin.attachments.kinds import DOC, DOCX, MEGABYTE, XLS, XLSX, FileType, advice
from minxin.errors import Refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MAX_UNPACKED = 200 * MEGABYTE
_MAX_MEMBERS = 5000
_MAX_CONTENT_TYPES = MEGABYTE

_DAMAGED = "该文档已损坏，无法打开。请在电脑上打开并另存一份后再上传。"
_TOO_LARGE_INSIDE = "该文档展开后过大。请精简其中的图片或拆分后再上传。"
_MACROS = "该文档带有宏。请另存为不带宏的格式（.docx 或 .xlsx）后再上传。"
_LOCKED = "该文档设有打开密码。请取消密码后再上传。"

_MAIN_PARTS = (
    (b"wordprocessingml.document.main+xml", "word/document.xml", DOCX),
    (b"spreadsheetml.sheet.main+xml", "xl/workbook.xml", XLSX),
)


def zipped(data: bytes) -> FileType:
    """DOCX or XLSX by the main part that the package declares and holds; every part is unpacked
    once, within bounds, so that a truncated file or a zip bomb is found here and not by a reader.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check_members(package)
            return _main_part(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, OSError):
        raise Refused(_DAMAGED) from None
    except ValueError:
        raise Refused(_DAMAGED) from None
    except RuntimeError:  # so zipfile says that a member is encrypted
        raise Refused(_LOCKED) from None


def _check_members(package: zipfile.ZipFile) -> None:
    members = package.infolist()
    if len(members) > _MAX_MEMBERS:
        raise Refused(_TOO_LARGE_INSIDE)
    unpacked = 0
    for member in members:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(_DAMAGED)  # no office program packs otherwise
        with package.open(member) as stream:
            while chunk := stream.read(MEGABYTE):
                unpacked += len(chunk)  # counted, not read from the header: the header may lie
                if unpacked > _MAX_UNPACKED:
                    raise Refused(_TOO_LARGE_INSIDE)


def _main_part(package: zipfile.ZipFile) -> FileType:
    names = set(package.namelist())
    if "[Content_Types].xml" not in names:
        raise Refused(advice("zip"))
    with package.open("[Content_Types].xml") as stream:
        declared = stream.read(_MAX_CONTENT_TYPES)
    if b"macroEnabled" in declared or any(name.endswith("vbaProject.bin") for name in names):
        raise Refused(_MACROS)
    for content_type, part, kind in _MAIN_PARTS:
        if content_type in declared and part in names:
            return kind
    raise Refused(advice("ppt" if b"presentationml" in declared else ""))


def compound(data: bytes) -> FileType:
    """DOC or XLS by the streams that the OLE container holds."""
    try:
        streams = set(_streams(data))
    except (struct.error, IndexError, UnicodeDecodeError):
        raise Refused(_DAMAGED) from None
    if "EncryptedPackage" in streams:
        raise Refused(_LOCKED)
    if streams & {"_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros"}:
        raise Refused(_MACROS)
    if "WordDocument" in streams:
        return DOC
    if streams & {"Workbook", "Book"}:
        return XLS
    raise Refused(advice("ppt" if "PowerPoint Document" in streams else ""))


def _streams(data: bytes) -> Iterator[str]:
    """Names in the directory of an OLE container ([MS-CFB] 2.6), following its sector chain."""
    (shift,) = struct.unpack_from("<H", data, 0x1E)
    if shift not in (9, 12):
        raise struct.error("sector size")
    size = 1 << shift
    table = _sector_table(data, size)
    (sector,) = struct.unpack_from("<I", data, 0x30)
    seen: set[int] = set()
    while sector < 0xFFFFFFFA:
        if sector in seen:
            raise struct.error("directory runs in a circle")
        seen.add(sector)
        start = (sector + 1) * size
        for offset in range(start, start + size, 128):
            (length,) = struct.unpack_from("<H", data, offset + 64)
            if 2 <= length <= 64:
                yield data[offset : offset + length - 2].decode("utf-16-le")
        sector = table[sector]


def _sector_table(data: bytes, size: int) -> list[int]:
    """The part of the FAT that the header lists: sectors of the first 7 MB and more.

    The directory may lie beyond it in larger files, so the DIFAT chain is followed too.
    """
    listed = list(struct.unpack_from("<109I", data, 0x4C))
    (following, count) = struct.unpack_from("<II", data, 0x44)
    for _ in range(min(count, len(data) // size)):
        if following >= 0xFFFFFFFA:
            break
        *more, following = struct.unpack_from(f"<{size // 4}I", data, (following + 1) * size)
        listed += more
    table: list[int] = []
    for sector in listed:
        if sector < 0xFFFFFFFA:
            table += struct.unpack_from(f"<{size // 4}I", data, (sector + 1) * size)
    return table
