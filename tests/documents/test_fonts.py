"""The typefaces: licensed ones first, and a machine without them prints nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from minxin.documents import fonts

EMPTY = '<?xml version="1.0"?><fontconfig><dir>{}</dir><cachedir>{}</cachedir></fontconfig>'


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A machine on which fontconfig finds no face."""
    (tmp_path / "fonts.conf").write_text(EMPTY.format(tmp_path / "none", tmp_path / "cache"))
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    fonts._files.cache_clear()
    yield
    monkeypatch.undo()
    fonts._files.cache_clear()


def test_every_role_has_a_face_here():
    assert fonts.lacking() == ()


def test_a_machine_without_faces_lacks_every_role(bare_machine):
    assert fonts.lacking() == ("仿宋", "楷体", "黑体", "小标宋", "宋体")


def test_a_machine_without_fontconfig_lacks_them_too(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    fonts._files.cache_clear()
    assert fonts.lacking() == ("仿宋", "楷体", "黑体", "小标宋", "宋体")
    monkeypatch.undo()
    fonts._files.cache_clear()


def test_licensed_families_stand_before_the_free_ones():
    for role, licensed in (("仿宋", "仿宋_GB2312"), ("楷体", "楷体_GB2312"), ("黑体", "SimHei")):
        assert fonts.STACKS[role][0] == licensed


def test_rare_names_are_covered_and_what_is_not_is_named():
    assert fonts.uncovered("周镕、韩喆、刘堃，㎡①★—“” \n") == ""
    assert fonts.uncovered("甲\U000f0123乙\U000f0124") == "\U000f0123\U000f0124"
