"""Names of private persons are found; officials, places, trades and ordinary words are not."""

from __future__ import annotations

import pytest

from tests.privacy.masking import covered, found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("我叫王小明，住在盘锦。", ["王小明"]),
        ("本人慕容雪晴，女，1988年生。", ["慕容雪晴"]),
        ("联系人：刘娟，请回电。", ["刘娟"]),
        ("我妻子陈秀云和儿子赵国强都去了。", ["陈秀云", "赵国强"]),
        ("业主代表：王芳、李娜、张伟等20户。", ["王芳", "李娜", "张伟"]),
        ("举报人：黄建华 唐生武 谢洪道 周胜昌。", ["黄建华", "唐生武", "谢洪道", "周胜昌"]),
        ("店主阿依古丽·买买提不退款。", ["阿依古丽·买买提"]),
        ("我是李 建 国，请处理。", ["李 建 国"]),
        ("老人单林辉电话13841234567。", ["单林辉"]),
        ("法定代表人欧阳明月拒不露面。", ["欧阳明月"]),
        ("医生张国栋收了红包。", ["张国栋"]),
        ("我叫高兴，遇到这事高兴不起来。", ["高兴"]),
        ("申请人陳志遠，1960年生。", ["陳志遠"]),
        ("我的英文名是Wang Xiaoming，请查。", ["Wang Xiaoming"]),
    ],
)
def test_a_private_person_is_found(text, names):
    assert [words for kind, words in found(text) if kind == "NAME"] == names


@pytest.mark.parametrize(
    "text",
    [
        "尊敬的胡书记、刘市长，请转告市住建局王建军局长和副区长李建明。",
        "民警李伟、法官张红到过现场。",
        "王先生和李女士反映，张阿姨也在场。",
        "王麻子剪刀铺、李先生牛肉面、老干妈均在抽检名单。",
        "吴家村、赵家堡子、张家界、陶家河、李家沟都停水。",
        "张某某、王**、刘某和李某某1均已处理。",
        "高考、马路、安全、方便、温暖、江山、项目、关于、时候。",
        "鲁迅公园和白求恩医院门口，雷锋精神，曹操专车。",
        "岳母和公公都同意，孙子还小。",
    ],
)
def test_officials_places_and_ordinary_words_stay(text):
    assert found(text) == []


def test_a_name_that_was_found_once_is_covered_everywhere():
    text = "举报人：周瑞发。几年来，人们都说是周瑞发的错，周瑞发不服。"
    assert covered(text).count("周某某") == 3


def test_in_a_list_of_masked_names_nothing_is_found_again():
    once = covered("我叫王小明，妻子李秀英，联系13841234567。")
    assert once == "我叫王某某，妻子李某某，联系138****4567。"
    assert covered(once) == once
