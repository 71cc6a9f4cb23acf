"""催办 and 约谈, beside the ladder."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from minxin import reactions
from minxin.errors import Refused
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.supervision import urging
from minxin.supervision.urging import Meeting
from tests.supervision.supervised import Watched

MONDAY = datetime(2026, 9, 21, 1, tzinfo=UTC)
TODAY = date(2026, 9, 21)


@pytest.fixture
def case(panjin) -> Watched:
    walk = Watched(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    return walk.assigned("大洼区住建局", at=MONDAY)


def urged(case: Watched, words: str, by: str = "linjing") -> None:
    case._at(by, lambda item, me: urging.urge(item, words, by=me, at=MONDAY))


def talked(case: Watched, meeting: Meeting, by: str = "linjing") -> None:
    case._at(by, lambda item, me: urging.talk(item, meeting, by=me, at=MONDAY))


def test_an_urged_unit_is_told_at_once_but_not_in_the_office_s_words(panjin, case):
    urged(case, "王小明家漏水，请今天到场")
    with panjin.standing():
        (event,) = case.events("urge")
        reactions.react(event.id, at=MONDAY)
        db.session.commit()
        told = db.session.execute(select(Notice.user_id, Notice.text)).all()
        by_person = dict(told)
        for name in ("zhaoyang", "qianjin", "sunli"):
            assert "催办" in by_person[panjin.actor(name).user_id]
        assert all("王小明" not in text for _, text in told)
        assert event.reason == "王小明家漏水，请今天到场"


@pytest.mark.parametrize("words", ["", "字" * 501])
def test_urging_has_words_and_not_too_many(case, words):
    with pytest.raises(Refused) as refused:
        urged(case, words)
    assert refused.value.field == "words"


def test_a_talk_is_on_record_with_who_and_what(panjin, case):
    talked(case, Meeting(TODAY, "孙立", "说明了延误原因", "三日内修复", "市民心网办", "高远"))
    with panjin.standing():
        (row,) = urging.talks(case.case())
        assert (row.with_whom, row.unit, row.agreed) == ("孙立", "大洼区住建局", "三日内修复")
        assert case.events("talk")[0].payload["with_whom"] == "孙立"


@pytest.mark.parametrize(
    ("meeting", "field"),
    [
        (Meeting(None, "孙立", "谈话"), "held_on"),
        (Meeting(TODAY + timedelta(days=1), "孙立", "谈话"), "held_on"),
        (Meeting(TODAY - timedelta(days=1), "孙立", "谈话"), "held_on"),
        (Meeting(TODAY, "", "谈话"), "with_whom"),
        (Meeting(TODAY, "孙立", ""), "said"),
        (Meeting(TODAY, "孙" * 101, "谈话"), "with_whom"),
        (Meeting(TODAY, "孙立", "字" * 5001), "said"),
    ],
)
def test_a_talk_that_cannot_be_is_refused_by_its_field(case, meeting, field):
    with pytest.raises(Refused) as refused:
        talked(case, meeting)
    assert refused.value.field == field


def test_the_unit_itself_does_neither(case):
    with pytest.raises(Refused):
        urged(case, "快办", by="zhaoyang")
    with pytest.raises(Refused):
        talked(case, Meeting(TODAY, "孙立", "谈话"), by="zhaoyang")
