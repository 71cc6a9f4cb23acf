from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minxin.privacy.addresses import mask_address
from minxin.privacy.masks import mask_id, mask_name, mask_numbers, mask_phone
from minxin.privacy.plain import halfwidth


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800005678", "138****5678"),
        ("+86 138 0000 5678", "138****5678"),
        ("１３８００００５６７８", "138****5678"),
        ("0427-2800123", "0427-*******"),
        ("04272800123转801", "0427-*******"),
        ("010-82800123", "010-********"),
        ("2800123", "*******"),
        ("13800005678 13900005678", "*********** ***********"),
        ("一三八零零零零五六七八", "***********"),
        ("138*0005678", "138*0005678".translate({ord(c): "*" for c in "0123456789"})),
        ("", ""),
    ],
)
def test_a_phone_shows_its_ends_or_nothing(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("王小明", "王**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳娜", "欧阳*"),
        ("欧阳", "欧*"),
        ("张", "张*"),
        ("张 三", "张*"),
        ("张王小明", "张***"),
        ("阿依古丽·买买提", "阿**"),
        ("John Smith", "J**"),
        ("王小明13800001234", "王**"),
        ("匿名", "匿名"),
        ("", ""),
        ("王小*", "王**"),
    ],
)
def test_a_name_shows_its_surname(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("211100199001011234", "211***********1234"),
        ("21110019900101123x", "211***********123X"),
        ("２１１１００１９９００１０１１２３４", "211***********1234"),
        ("211100 19900101 1234", "211***********1234"),
        ("211100900101123", "211********1123"),
        ("E12345678", "E********"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_an_identity_number_shows_its_ends(number: str, shown: str) -> None:
    assert mask_id(number) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("兴隆台区某某小区3栋2单元501室", "兴隆台区某某小区*栋*单元***"),
        ("兴隆台区某某小区12栋2单元501", "兴隆台区某某小区*栋*单元***"),
        ("兴隆台区某某小区３号楼２单元５０１室", "兴隆台区某某小区*号楼*单元***"),
        ("大洼区田家街道阳光小区三号楼二单元五零一", "大洼区田家街道阳光小区*号楼*单元***"),
        ("双台子区阳光100小区3-2-501", "双台子区阳光100小区***"),
        ("双台子区阳光小区3#2-501", "双台子区阳光小区***"),
        ("双台子区阳光小区5#楼301", "双台子区阳光小区*#楼***"),
        ("阳光小区A座1203室", "阳光小区*座***"),
        ("阳光小区八号楼东户", "阳光小区*号楼***"),
        ("阳光小区501", "阳光小区***"),
        ("盘山县某某镇某某村3组12号", "盘山县某某镇某某村3组*号"),
        ("中心路12号阳光小区2号楼3层305", "中心路*号阳光小区*号楼*层***"),
        ("阳光小区 13800001234 收", "阳光小区 *** 收"),
    ],
)
def test_an_address_keeps_the_neighbourhood_and_hides_the_door(address: str, shown: str) -> None:
    assert mask_address(address) == shown


@pytest.mark.parametrize(
    "address",
    [
        "兴隆台区振兴街道五一小区",
        "大洼区三里庄村",
        "百货大楼北门",
        "1号线终点",
        "三号井路口",
        "305国道与向海大道交叉口",
        "",
    ],
)
def test_a_public_place_stays_readable(address: str) -> None:
    assert mask_address(address) == address


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("王某 13800005678 反映.pdf", "王某 138****5678 反映.pdf"),
        ("138_0000_5678.jpg", "138****5678.jpg"),
        ("1380-000-5678.jpg", "138****5678.jpg"),
        ("身份证211100199001011234正面.jpg", "身份证211***********1234正面.jpg"),
        ("0427-2800123.txt", "0427-*******.txt"),
        ("IMG_20161122_153045.jpg", "IMG_20161122_153045.jpg"),
        ("mmexport1479812345678.jpg", "mmexport1479812345678.jpg"),
        ("微信图片_20161122153045.jpg", "微信图片_20161122153045.jpg"),
    ],
)
def test_numbers_in_free_text_are_masked_and_dates_are_not(text: str, shown: str) -> None:
    assert mask_numbers(text) == shown


_SIGNS = "0123456789０３一二三五零*-#号楼栋单元室座层户小区路ABX王欧阳+86 转"
_SPICE = st.text(alphabet=_SIGNS, max_size=30)


@pytest.mark.parametrize("mask", [mask_phone, mask_name, mask_id, mask_address, mask_numbers])
def test_masking_twice_changes_nothing(mask: Callable[[str], str]) -> None:
    @given(st.one_of(st.text(max_size=30), _SPICE))
    @example("0室0五号")
    def holds(text: str) -> None:
        once = mask(text)
        assert mask(once) == once

    holds()


@given(st.text(alphabet="0123456789", min_size=11, max_size=11).map(lambda s: "13" + s[2:]))
def test_no_mask_of_a_mobile_lets_its_middle_through(phone: str) -> None:
    for mask in (mask_phone, mask_address, mask_numbers):
        assert phone[3:7] not in mask(phone)[3:7]


def test_half_width_leaves_chinese_punctuation_alone() -> None:
    assert halfwidth("电话：１３８（Ａ），\u200b＋８６。") == "电话：138（A），+86。"
