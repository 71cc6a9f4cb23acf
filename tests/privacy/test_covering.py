"""The masks that the public reads, of each kind; and masking what is masked changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minxin.privacy import finding
from tests.privacy.masking import covered


def test_scenario_5_reads_as_the_regulation_of_privacy_says():
    text = "我叫王小明，住兴隆台区某某小区3栋2单元501，电话13812345678，车牌辽LD12345"
    assert covered(text) == (
        "我叫王某某，住兴隆台区某某小区*栋*单元***，电话138****5678，车牌辽L******"
    )
    assert [str(hit.kind) for hit in finding.find(text)] == ["NAME", "ADDRESS", "PHONE", "PLATE"]


@pytest.mark.parametrize(
    ("text", "so"),
    [
        ("我叫张三，", "我叫张某，"),
        ("我叫欧阳娜娜，", "我叫欧阳某某，"),
        ("租客帕提古丽·吐尔逊，", "租客帕某，"),
        ("联系人：张强、张伟，", "联系人：张某1、张某2，"),
        ("座机0427-2812345，", "座机0427-*******，"),
        ("身份证号110105194912310021，", "身份证号〔身份证号略〕，"),
        ("卡号6222021001112345670，", "卡号〔卡号略〕，"),
        ("车牌辽L12345，", "车牌辽L*****，"),
        ("邮箱zhang.san@163.com，", "邮箱z***@163.com，"),
        ("微信号：lucky_888，", "微信号：〔微信号略〕，"),
        ("QQ：123456789，", "QQ：*****，"),
        ("护照E12345678，", "护照E********，"),
        ("社保卡号A123456789，", "社保卡号〔略〕，"),
        ("手机一三八四一二三四五六七，", "手机138****4567，"),
    ],
)
def test_each_kind_has_its_mask(text, so):
    assert covered(text) == so


PIECES = st.sampled_from(
    """
    我叫王小明， 张强和张伟说 电话13812345678。 身份证号110105194912310021 住3栋2单元501
    车牌辽LD12345
    欧阳娜娜 帕提古丽·吐尔逊 z@163.com QQ：12345678 微信号：abc_123 6222021001112345670 某 *
    0427-2812345 \u200b \u202e １３８ 栋 〔略〕 路灯不亮。 卡号 身份证后四位
    """.split()
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=12).map("。".join))
def test_masking_what_is_masked_changes_nothing(text):
    """Sentence by sentence, as the tagger reads: within one it judges by what stands around."""
    once = covered(text)
    assert covered(once) == once


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_hits_are_in_order_within_the_text_and_apart(text):
    hits = finding.find(text)
    places = [place for hit in hits for place in (hit.start, hit.end)]
    assert places == sorted(places)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)


def test_invisible_signs_do_not_hide_what_is_there():
    assert covered("电话138\u200b1234\u202e5678") == "电话138****5678"
