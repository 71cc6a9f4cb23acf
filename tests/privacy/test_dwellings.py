"""Homes below the community; buildings that are the subject stay."""

from __future__ import annotations

import pytest

from tests.privacy.masking import found


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("住兴隆台区某某小区3栋2单元501，漏水。", "3栋2单元501"),
        ("幸福里12号楼1单元302室没有暖气", "12号楼1单元302室"),
        ("我家在中兴小区7#-3-201", "7#-3-201"),
        ("泰和小区12-3-502漏水", "12-3-502"),
        ("家住阳光花园A10栋三单元206号", "A10栋三单元206号"),
        ("家住红旗社区5号楼2单元，", "5号楼2单元"),
        ("新立镇前屯村三组25号", "三组25号"),
        ("楼上304房东装修扰民", "304房"),
        ("寄到石油大街156号祥和家园5-1-203", "156号祥和家园5-1-203"),
        ("家住五号楼三单元九楼西户", "五号楼三单元九楼西户"),
    ],
)
def test_a_home_is_found_and_the_community_is_not_part_of_it(text, home):
    assert ("ADDRESS", home) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "辽河家园9号楼外墙脱落，3单元门口积水。",
        "4栋2单元的电梯停了三天。",
        "2栋和3栋之间的绿化带被占。",
        "请到政务服务大厅3楼301室办理。",
        "全村100户、一百零七户没有自来水。",
        "改成5室1厅4卫出租。",
        "石油大街156号的饭店油烟直排。",
        "盘山县胡家镇田家村四组村民反映。",
        "某某小区*栋*单元***",
    ],
)
def test_a_place_that_everybody_may_name_stays(text):
    assert found(text) == []
