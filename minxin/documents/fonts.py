"""The typefaces of official papers: which families serve which role, and what they lack.

Licensed families that an office has installed come first, the free ones after them (papers.md §3).
Single-face files stand before the large collections, whose subsets cost seconds.
"""

from __future__ import annotations

import subprocess
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

STACKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "仿宋": (
            *("仿宋_GB2312", "FangSong_GB2312", "FangSong", "仿宋", "STFangsong", "FandolFang"),
            *("LXGW WenKai Light", "Noto Serif CJK SC"),
        ),
        "楷体": (
            *("楷体_GB2312", "KaiTi_GB2312", "KaiTi", "楷体", "STKaiti", "FandolKai"),
            *("LXGW WenKai", "Noto Serif CJK SC"),
        ),
        "黑体": ("SimHei", "黑体", "STHeiti", "FandolHei", "Noto Sans CJK SC"),
        "小标宋": (
            *("方正小标宋简体", "FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "FZXiaoBiaoSong-B05"),
            *("FandolSong Bold", "Noto Serif CJK SC"),
        ),
        "宋体": ("SimSun", "宋体", "STSong", "FandolSong Regular", "Noto Serif CJK SC"),
    }
)
UNSEEN = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))
"""Categories of signs that have no ink."""
TWINS = ("FandolSong Bold", "FandolSong Regular")
VARIABLES = {"仿宋": "fang", "楷体": "kai", "黑体": "hei", "小标宋": "title", "宋体": "song"}
"""Role → the custom property of static/css/paper.css that names it."""


def installed(role: str) -> tuple[str, ...]:
    """The families of a role that are there, the best first."""
    there = _files()
    return tuple(family for family in STACKS[role] if family in there)


def lacking() -> tuple[str, ...]:
    """The roles for which no family at all is installed: such a paper is not issued."""
    return tuple(role for role in STACKS if not installed(role))


def uncovered(text: str) -> str:
    """The characters that no installed face of the body's stack has: they would print as boxes."""
    wanted = {char for char in text if unicodedata.category(char) not in UNSEEN}
    for family in installed("仿宋"):
        wanted -= _covered(family)
        if not wanted:
            return ""
    return "".join(sorted(wanted))


def style() -> str:
    """The stylesheet that names the installed families; nothing is looked for in vain."""
    lines = []
    for role in STACKS:
        families = ", ".join(f'"{family}"' for family in installed(role))
        if families:
            lines.append(f"--{VARIABLES[role]}: {families};")
    return f".paper, :root {{ {' '.join(lines)} }}"


def faces() -> str:
    """Faces of one family that fontconfig cannot tell apart by weight, each under its own name."""
    there = _files()
    return "\n".join(
        f'@font-face {{ font-family: "{name}"; src: url("file://{there[name][0]}"); }}'
        for name in TWINS
        if name in there
    )


@cache
def _files() -> Mapping[str, tuple[str, int]]:
    """Family → (file, index of the face in it), as fontconfig knows them."""
    ask = ["fc-list", "--format", "%{family}\t%{style}\t%{index}\t%{file}\n"]
    try:
        listed = subprocess.run(ask, capture_output=True, text=True, check=False).stdout
    except OSError:  # without fontconfig there is no face to print with either
        listed = ""
    found: dict[str, tuple[str, int]] = {}
    for line in sorted(listed.splitlines()):
        families, style, index, file = line.split("\t")
        for family in families.split(","):
            for name in (family, f"{family} {style}"):
                found.setdefault(name, (file, int(index) & 0xFFFF))
    return MappingProxyType(found)


@cache
def _covered(family: str) -> frozenset[str]:
    from fontTools.ttLib import TTFont  # only where a paper is looked through

    file, index = _files()[family]
    with TTFont(file, fontNumber=index, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))
