from datetime import UTC, datetime, timedelta, timezone

import pytest

from minxin.errors import Refused
from minxin.workbooks.mapping import Field, check, guess, row_key


def test_the_header_of_a_message_export_maps_itself() -> None:
    columns = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")
    assert guess(columns) == {
        Field.SOURCE_NO: 0,
        Field.NAME: 1,
        Field.SUBJECT: 2,
        Field.RECEIVED_AT: 3,
        Field.TEXT: 4,
        Field.REPLY: 5,
        Field.REPLIED_AT: 6,
    }


def test_the_header_of_the_province_maps_itself_with_its_remarks() -> None:
    columns = ("*省编号", "诉求人（必填）", "联系电话：", "标 题", "内容", "属地", "省时限", "备注")
    found = guess(columns)
    assert found[Field.PROVINCIAL_NO] == 0
    assert found[Field.PROVINCIAL_DUE] == 6
    assert found[Field.NAME] == 1
    assert found[Field.DISTRICT] == 5
    assert 7 not in found.values()


def test_the_likelier_name_wins_over_the_nearer_column() -> None:
    assert guess(("时间", "编号", "留言时间", "内容"))[Field.RECEIVED_AT] == 2


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ({Field.NAME: 0}, "诉求内容"),
        ({Field.TEXT: 5}, "不存在"),
        ({Field.TEXT: 1, Field.SUBJECT: 1}, "同一列"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(mapping: dict[Field, int], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check(mapping, ("甲", "乙"))


def test_a_subject_alone_is_enough() -> None:
    check({Field.SUBJECT: 1}, ("甲", "乙"))


def test_the_same_message_has_the_same_key_however_it_is_laid_out() -> None:
    here = datetime(2026, 3, 5, 9, 8, tzinfo=timezone(timedelta(hours=8)))
    key = row_key("１００１", "路灯 不亮", "请修。\n谢谢", here)
    assert len(key) == 64
    assert key == row_key("1001", "路灯不亮", "请修。谢谢", here.astimezone(UTC))
    assert key != row_key("1002", "路灯不亮", "请修。谢谢", here)
    assert key != row_key("1001", "路灯不亮", "请修。谢谢", None)
    assert row_key("1", "", "甲", None) != row_key("", "1", "甲", None)
