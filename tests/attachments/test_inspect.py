from __future__ import annotations

import contextlib
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minxin.attachments import kinds, office
from minxin.attachments.inspect import inspect
from minxin.errors import Refused

Made = Any


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(Refused) as caught:
        inspect(data, name)
    assert re.search(r"[\u4e00-\u9fff].*。$", caught.value.message)
    return caught.value.message


def test_every_allowed_type_is_known_by_its_content(made: Made) -> None:
    files = {
        "jpg": (made.jpg(), "photo", "image/jpeg"),
        "png": (made.png(), "photo", "image/png"),
        "webp": (made.webp(), "photo", "image/webp"),
        "gif": (made.gif(), "photo", "image/gif"),
        "pdf": (made.pdf(), "document", "application/pdf"),
        "docx": (made.docx(), "document", kinds.DOCX.mime),
        "xlsx": (made.xlsx(), "document", kinds.XLSX.mime),
        "doc": (made.ole(["1Table", "WordDocument"]), "document", "application/msword"),
        "xls": (made.ole(["Workbook"]), "document", "application/vnd.ms-excel"),
        "txt": ("路灯不亮".encode(), "document", "text/plain"),
        "mp3": (made.mp3(), "media", "audio/mpeg"),
        "wav": (made.wav(), "media", "audio/wav"),
        "amr": (made.amr(), "media", "audio/amr"),
        "m4a": (made.mp4(b"soun", brand=b"M4A "), "media", "audio/mp4"),
        "mp4": (made.mp4(b"vide", b"soun"), "media", "video/mp4"),
    }
    assert set(files) == {kind.extension for kind in kinds.ALLOWED}
    for extension, (data, kind, mime) in files.items():
        for name in (f"材料.{extension}", f"材料.{extension.upper()}", "材料"):
            found = inspect(data, name)
            assert (found.kind, found.mime, found.extension) == (kind, mime, extension)
            assert found.size == len(found.content)
            assert found.sha256 == hashlib.sha256(found.content).hexdigest()
            assert (found.width is None) == (kind != "photo")


def test_a_file_on_disk_is_read_and_a_huge_one_is_not(made: Made, tmp_path: Path) -> None:
    small = tmp_path / "upload"
    small.write_bytes(made.pdf())
    assert inspect(small, "材料.pdf").content == made.pdf()
    huge = tmp_path / "huge"
    with huge.open("wb") as stream:
        stream.truncate(kinds.LARGEST + 1)
    with pytest.raises(Refused, match="50 MB"):
        inspect(huge, "材料.mp4")


def test_documents_and_recordings_are_kept_as_they_came(made: Made) -> None:
    for data in (made.pdf(), made.docx(), made.xlsx(), made.mp3(tag=False), made.wav()):
        assert inspect(data, "").content == data


def test_a_document_under_another_documents_name_is_found_out(made: Made) -> None:
    message = refusal(made.docx(), "台账.xlsx")
    assert "Word 文档" in message
    assert "“.xlsx”" in message
    refusal(made.xlsx(), "台账.docx")
    refusal(made.xlsx(), "台账.xls")
    refusal(made.ole(["WordDocument"]), "台账.xls")
    refusal(made.pdf(), "照片.jpg")
    refusal(made.jpg(), "材料.pdf")
    refusal(made.jpg(), "照片.jpg.exe")
    refusal("文本".encode(), "材料.html")
    refusal(made.jpg(), "照片\u202egpj.exe")


def test_pictures_and_mpeg4_may_bear_the_names_that_phones_give_them(made: Made) -> None:
    assert inspect(made.png(), "微信图片.jpg").extension == "png"
    assert inspect(made.jpg(), "IMG_0001.JPEG").extension == "jpg"
    assert inspect(made.mp4(b"soun"), "录音.mp4").extension == "m4a"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"<!DOCTYPE html><html><body>hi</body></html>", "网页"),
        (b"<html><script>alert(1)</script></html>", "网页"),
        ("\ufeff  <html>".encode(), "网页"),
        ("<html>网页</html>".encode("utf-16"), "网页"),
        (b"harmless\n<script>alert(1)</script>", "网页"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"#!/bin/sh\nrm -rf /\n", "脚本"),
        (b"<?php echo 1; ?>", "脚本"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(40), "压缩包"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "压缩包"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x3e\x00" + bytes(60), "程序"),
        (b"\x00" * 400, "无法识别"),
        (b"\x01\x02\x03binary", "无法识别"),
        (b"BM" + bytes(60), "无法识别"),
    ],
)
def test_what_is_not_on_the_list_is_refused_whatever_its_name(data: bytes, word: str) -> None:
    for name in ("材料.txt", "照片.jpg", "材料", "材料.svg"):
        assert word in refusal(data, name)


def test_a_windows_program_is_refused(made: Made) -> None:
    program = b"MZ".ljust(60, b"\0") + (128).to_bytes(4, "little") + bytes(64)
    program += b"PE\0\0\x64\x86" + bytes(200)
    refusal(program, "照片.jpg")
    refusal(program, "材料.txt")


def test_an_empty_file_is_refused() -> None:
    assert "空" in refusal(b"", "照片.jpg")


def test_relatives_of_allowed_types_get_their_own_advice(made: Made) -> None:
    assert "HEIC" in refusal(made.mp4(brand=b"heic"), "IMG_0001.HEIC")
    assert "MP4" in refusal(made.mp4(b"vide", brand=b"qt  "), "IMG_0001.MOV")
    assert "3GP" in refusal(made.mp4(b"vide", brand=b"3gp4"), "a.3gp")
    assert "压缩包" in refusal(made.zip({"a.txt": b"a"}), "材料.zip")
    assert "压缩包" in refusal(made.zip({"META-INF/MANIFEST.MF": b"a"}), "材料.docx")
    assert "PDF" in refusal(made.ole(["PowerPoint Document"]), "汇报.ppt")


def test_macros_and_passwords_in_office_files_are_refused(made: Made) -> None:
    assert "宏" in refusal(made.docx({"word/vbaProject.bin": b"x"}), "a.docx")
    assert "宏" in refusal(made.ole(["WordDocument", "Macros"]), "a.doc")
    assert "宏" in refusal(made.ole(["Workbook", "_VBA_PROJECT_CUR"]), "a.xls")
    assert "密码" in refusal(made.ole(["EncryptedPackage", "EncryptionInfo"]), "a.docx")


def test_a_directory_of_an_old_office_file_is_followed_over_its_sectors(made: Made) -> None:
    many = [f"Stream{number}" for number in range(40)]
    assert inspect(made.ole([*many, "Workbook"]), "a.xls").extension == "xls"
    assert inspect(made.ole([*many, "Workbook"], sector=4096), "a.xls").extension == "xls"


def test_a_document_that_unpacks_too_far_is_refused(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "_MAX_UNPACKED", 3_000_000)
    assert "过大" in refusal(made.docx({"word/media/a.bin": bytes(4_000_000)}), "a.docx")
    monkeypatch.setattr(office, "_MAX_MEMBERS", 10)
    many = {f"word/{number}.xml": b"" for number in range(10)}
    assert "过大" in refusal(made.docx(many), "a.docx")


def test_truncated_files_are_refused(made: Made) -> None:
    whole = {
        "a.jpg": made.jpg((400, 300)),
        "a.png": made.png((400, 300)),
        "a.webp": made.webp((400, 300)),
        "a.gif": made.gif(size=(400, 300)),
        "a.pdf": made.pdf(),
        "a.docx": made.docx(),
        "a.xlsx": made.xlsx(),
        "a.wav": made.wav(),
        "a.mp4": made.mp4(b"vide"),
        "a.doc": made.ole(["WordDocument"]),
    }
    for name, data in whole.items():
        inspect(data, name)
        refusal(data[: len(data) // 2], name)
        refusal(data[:12], name)


def test_a_picture_in_name_and_first_bytes_only_is_refused() -> None:
    refusal(b"\xff\xd8\xff\xe0" + b"not a picture" * 50, "a.jpg")
    refusal(b"\x89PNG\r\n\x1a\n" + bytes(500), "a.png")
    refusal(b"GIF89a" + bytes(500), "a.gif")
    refusal(b"RIFF\x10\x00\x00\x00WEBP" + bytes(100), "a.webp")


def test_each_kind_has_its_own_limit(made: Made) -> None:
    padding = bytes(kinds.PHOTO_LIMIT)
    assert "图片不能超过 20 MB" in refusal(made.jpg() + padding, "a.jpg")
    assert "文档不能超过 20 MB" in refusal(b"a" * (kinds.DOCUMENT_LIMIT + 1), "a.txt")
    assert inspect(made.mp3() + padding, "a.mp3").size > kinds.PHOTO_LIMIT
    assert "50 MB" in refusal(bytes(kinds.LARGEST + 1), "a.mp3")


def test_text_is_kept_in_one_encoding() -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        found = inspect("兴隆台区路灯不亮\r\n".encode(encoding), "反映.txt")
        assert found.content.decode() == "兴隆台区路灯不亮\r\n"


def test_the_place_of_a_video_is_forgotten_and_nothing_else(made: Made) -> None:
    video = made.mp4(b"vide", b"soun", place=b"\x00\x12\x15\xc7+41.1199+122.0703+012.5/")
    kept = inspect(video, "a.mp4").content
    assert len(kept) == len(video)
    for trace in (b"41.11", b"122.07", b"home", b"loci"):
        assert trace in video
        assert trace not in kept
    assert kept[-1032:] == video[-1032:]
    assert inspect(kept, "a.mp4").content == kept
    plain = made.mp4(b"vide")
    assert inspect(plain, "a.mp4").content == plain


def test_the_scanner_sees_the_file_as_it_came_and_may_refuse_it(made: Made) -> None:
    seen: list[bytes] = []
    inspect(made.jpg(), "a.jpg", scan=seen.append)
    assert seen == [made.jpg()]

    def no(content: bytes) -> None:
        raise Refused("该文件未通过安全检查。")

    with pytest.raises(Refused, match="安全检查"):
        inspect(made.pdf(), "a.pdf", scan=no)


@cache
def _samples(made: Made) -> list[bytes]:
    pictures = [made.jpg(), made.png(), made.webp(), made.gif(), made.gif(frames=3)]
    documents = [made.docx(), made.xlsx(), made.pdf(), made.ole(["WordDocument"])]
    return [*pictures, *documents, made.wav(), made.mp3(), made.mp4(b"vide", place=b"+41.1+122.0/")]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_are_taken_or_refused_but_never_crash(
    made: Made, data: st.DataObject
) -> None:
    whole = bytearray(data.draw(st.sampled_from(_samples(made))))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(whole)))
    with contextlib.suppress(Refused):
        inspect(bytes(whole[:cut]), "")
