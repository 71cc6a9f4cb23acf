"""The case's own persons are masked in every form that a text gives them."""

from __future__ import annotations

import pytest

from tests.privacy.masking import covered

KNOWN = {"name": "李桂芬", "phone": "13841234567", "address": "幸福里3栋2单元501"}


@pytest.mark.parametrize(
    ("text", "so"),
    [
        ("李桂芬反映路灯不亮", "李某某反映路灯不亮"),
        ("李女士，您好，小李稍后上门", "某女士，您好，小某稍后上门"),
        ("老李说桂芬不在家", "老某说桂某不在家"),
        ("Li Guifen和li guifen是一个人", "某某和某某是一个人"),
        ("LIGUIFEN", "某某"),
        ("尾号4567的手机", "尾号****的手机"),
        ("李 桂 芬来访", "李某某来访"),
        ("李家村和李记饭店", "李家村和李记饭店"),
        ("王女士和小王不是她", "王女士和小王不是她"),
    ],
)
def test_a_known_person_is_masked_in_every_form(text, so):
    assert covered(text, KNOWN) == so


def test_two_known_names_are_both_masked():
    known = {"name": "李桂芬、王铁柱"}
    assert covered("李桂芬和王铁柱一起来的", known) == "李某某和王某某一起来的"


def test_a_case_without_known_persons_masks_as_any_text():
    assert covered("我叫王小明", {"name": "", "phone": ""}) == "我叫王某某"


def test_it_does_not_matter_what_a_field_is_called_and_one_may_hold_several():
    known = {"complainant": "李桂芬", "others": ["王铁柱", "13841234567"], "nothing": None}
    assert covered("小李和老王，尾号4567", known) == "小某1和老某2，尾号****"


def test_an_address_without_digits_is_no_name_to_look_for():
    assert covered("惠宾街道渤海社区门口", {"address": "惠宾街道渤海社区油田小区北门旁边"}) == (
        "惠宾街道渤海社区门口"
    )
