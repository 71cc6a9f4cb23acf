"""Titles break between words into lines of like length, none of them a widow."""

from __future__ import annotations

import pytest

from minxin.documents import samples, titles
from minxin.documents.titles import LEAST, WIDEST

LONG = (
    *(each.title for each in samples.long()),
    "关于双台子区住建局办理“东湖花园3号楼外墙渗水”诉求办理结果失实的督办专报",
    "关于进一步做好供热期间群众诉求办理工作有关问题的提醒函",
    "双台子区民心网工作站周总结\n（2026年1月5日至11日）",
)


@pytest.mark.parametrize("title", LONG)
def test_no_line_is_too_wide_or_a_widow_and_no_sign_is_lost(title):
    lines = titles.broken(title)
    assert "".join(lines) == title.replace("\n", "")
    for line in lines:
        assert LEAST <= len(line) <= WIDEST + 6, "half-width signs count half"
        assert line[0] not in "，。、；：）》”"
        assert line[-1] not in "（《“"


def test_a_short_title_is_one_line():
    assert titles.broken("调查处理报告") == ["调查处理报告"]


def test_lines_are_of_like_length():
    for title in LONG[:1]:
        widths = [len(line) for line in titles.broken(title)]
        assert max(widths) - min(widths) <= 6


def test_a_break_that_was_written_stands():
    assert titles.broken("关于供热的\n提醒函") == ["关于供热的", "提醒函"]


@pytest.mark.parametrize("title", ["A" * 120, "字" * 120, "，" * 40, " "])
def test_whatever_is_typed_is_kept(title):
    assert "".join(titles.broken(title)) == title.strip()
