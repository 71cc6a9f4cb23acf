"""The frozen facts in words: every field of every kind has one, and nothing known is left out."""

from __future__ import annotations

from dataclasses import fields

import pytest

from minxin.papers import evidence
from minxin.papers.bulletin import BulletinFacts, RungFacts
from minxin.papers.facts import CaseFacts
from minxin.papers.investigation import InvestigationFacts
from minxin.papers.notice import NoticeFacts
from minxin.papers.reminder import ReminderFacts
from minxin.papers.request import RequestFacts
from minxin.papers.weekly import WeekFacts

CASE = {
    "number": "20260101-00001",
    "title": "路灯不亮",
    "received_on": "2026年1月1日",
    "place": "",
    "late": "截至2026年1月9日已超期3天",
    "steps": [{"did": "转办", "who": "市民心网办", "when": "2026年1月1日 09:10"}],
}


@pytest.mark.parametrize(
    "record",
    [
        *(CaseFacts, BulletinFacts, RungFacts, NoticeFacts, ReminderFacts),
        *(RequestFacts, InvestigationFacts, WeekFacts),
    ],
)
def test_every_fact_has_a_word(record):
    assert {each.name for each in fields(record)} <= set(evidence.LABELS)


def test_what_is_known_is_told_in_order_and_what_is_not_is_left_out():
    said = evidence.rows({"demand": "请修复", "case": CASE, "grave": True})
    assert said == [
        ("编号", "20260101-00001"),
        ("标题", "路灯不亮"),
        ("收到日期", "2026年1月1日"),
        ("超期", "截至2026年1月9日已超期3天"),
        ("办理经过", "2026年1月1日 09:10 市民心网办 转办"),
        ("督办要求", "请修复"),
        ("情节严重", "是"),
    ]


def test_of_several_cases_each_is_named_and_pairs_are_told_as_such():
    said = evidence.rows({"cases": [CASE, CASE], "figures": [["受理", "3件"], ["办结", "2件"]]})
    assert said == [
        ("数据", "受理：3件\n办结：2件"),
        ("诉求件", "20260101-00001 路灯不亮\n20260101-00001 路灯不亮"),
    ]
