from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minxin.attachments.names import LONGEST, extension_of, safe_name


@pytest.mark.parametrize(
    ("claimed", "shown"),
    [
        ("现场照片.jpg", "现场照片.jpg"),
        ("C:\\Users\\wang\\现场照片.jpg", "现场照片.jpg"),
        ("../../etc/passwd", "passwd"),
        ("/etc/材料.pdf", "材料.pdf"),
        ("照片\u202egpj.exe", "照片gpj.exe"),
        ("照\u200b片\x00\x1f.jpg", "照片.jpg"),
        ("照片\r\nX-Header: 1.jpg", "照片 X-Header_ 1.jpg"),
        ("照片.jpg          .exe", "照片.jpg.exe"),
        ('"><script>.jpg', "___script_.jpg"),
        ("王某13800001234.jpg", "王某138****1234.jpg"),
        ("王某138-0000-1234.jpg", "王某138****1234.jpg"),
        ("１３８００００１２３４.jpg", "138****1234.jpg"),
        ("身份证21110019900101123X.jpg", "身份证211***********123X.jpg"),
        ("1380000\u200b1234.jpg", "138****1234.jpg"),
        ("", "未命名文件"),
        (".jpg", "未命名文件.jpg"),
        ("...", "未命名文件"),
        ("/", "未命名文件"),
        (".htaccess", "未命名文件.htaccess"),
    ],
)
def test_a_name_is_shown_without_its_tricks(claimed: str, shown: str) -> None:
    assert safe_name(claimed) == shown


def test_the_extension_of_the_content_stands_at_the_end() -> None:
    assert safe_name("照片.jpg", "png") == "照片.png"
    assert safe_name("照片.JPG", "jpg") == "照片.jpg"
    assert safe_name("照片.jpg.exe", "jpg") == "照片.jpg.jpg"
    assert safe_name("扫描件2016.11.22", "pdf") == "扫描件2016.11.22.pdf"
    assert safe_name("", "pdf") == "未命名文件.pdf"


def test_a_long_name_is_cut_before_its_extension() -> None:
    shown = safe_name("长" * 500 + ".pdf")
    assert len(shown) == LONGEST
    assert shown.endswith("长.pdf")


def test_the_claimed_extension_is_read_behind_the_tricks() -> None:
    assert extension_of("照片.JPG") == "jpg"
    assert extension_of("照片\u202egpj.exe") == "exe"
    assert extension_of("照片.jpg \u200b") == "jpg"
    assert extension_of("照片") == ""
    assert extension_of("扫描件2016.11.22") == ""


@given(st.text(max_size=200), st.sampled_from([None, "jpg"]))
def test_no_name_can_be_a_path_or_turn_the_line(claimed: str, extension: str | None) -> None:
    shown = safe_name(claimed, extension)
    assert 0 < len(shown) <= LONGEST
    assert not set(shown) & set('/\\<>:"|?')
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in shown)
    assert not shown.startswith(".")
    assert extension is None or shown.endswith(".jpg")
    assert safe_name(shown, extension) == shown
