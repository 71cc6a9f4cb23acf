"""A citizen reads the answer of a unit on the progress page and judges it, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.cases.judging import RULE
from minxin.cases.models import Case, CitizenAct, Clock
from minxin.extensions import db
from tests.cases.asking import ANSWER, Question
from tests.web.portal.conftest import submit

JUDGED = {"satisfaction": "4", "words": "讲得清楚"}


class Asked(Question):
    """A question that the citizen sent by the portal."""

    def __init__(self, cast, number: str) -> None:
        self.cast, self.number = cast, number


@pytest.fixture
def item(panjin, citizen, keep_promises) -> Asked:
    number, _ = submit(citizen)
    keep_promises()
    made = Asked(panjin, number).asked("市城管局", at=clock.now())
    keep_promises()
    return made


@pytest.fixture
def answered(item, keep_promises) -> Asked:
    item.answered("fengxue", at=clock.now())
    keep_promises()
    return item


def test_until_it_is_answered_it_says_who_answers_and_by_when(citizen, item):
    page = citizen.get(f"/tracking/{item.number}").text
    assert "等待单位答复" in page
    assert "市城管局" in page
    assert "最迟" in page
    assert "为什么是这一天" in page
    assert "请您评价" not in page


def test_the_answer_is_read_and_asks_to_be_judged(citizen, answered):
    page = citizen.get(f"/tracking/{answered.number}").text
    assert ANSWER in page
    assert "单位已经答复，请您评价" in page
    assert page.count('name="satisfaction"') == 5
    assert "共等待" in page
    assert "单位已经答复，不能再撤回" in page


def test_the_worker_registers_the_judgement_and_the_page_says_so(
    panjin, citizen, answered, keep_promises
):
    path = f"/tracking/{answered.number}/judgement"
    assert citizen.post(path, data=JUDGED).status_code == 303
    assert "正在登记" in citizen.get(f"/tracking/{answered.number}").text
    twice = citizen.post(path, data=JUDGED)
    assert twice.status_code == 422
    assert "不用再次提交" in twice.text
    keep_promises()
    page = citizen.get(f"/tracking/{answered.number}").text
    assert "已评价" in page
    assert "共等待" in page
    assert "满意" in page
    assert "请您评价" not in page
    with panjin.standing():
        case = answered.case()
        assert (case.state, case.satisfaction) == ("judged", 4)
        assert "讲得清楚" not in str([event.payload for event in answered.events()])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"words": "很好"}, "请选择满意程度"),
        ({"satisfaction": "9", "words": "很好"}, "很好"),
        ({"satisfaction": "x", "words": "很好"}, "很好"),
        ({"satisfaction": "4", "words": "好" * 501}, "不能超过500个字"),
    ],
)
def test_a_wrong_judgement_is_said_and_what_was_typed_is_kept(
    panjin, citizen, answered, data, words
):
    answer = citizen.post(f"/tracking/{answered.number}/judgement", data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert data["words"] in answer.text
    with panjin.standing():
        assert not db.session.scalars(select(CitizenAct)).all()


def test_who_has_not_shown_the_code_judges_nothing(panjin, answered):
    answer = panjin.client().post(f"/tracking/{answered.number}/judgement", data=JUDGED)
    assert answer.status_code == 303
    assert answer.location.endswith(f"/tracking?number={answered.number}")
    with panjin.standing():
        assert not db.session.scalars(select(CitizenAct)).all()


def test_before_the_answer_and_after_the_archive_it_is_refused(
    panjin, citizen, item, keep_promises
):
    path = f"/tracking/{item.number}/judgement"
    assert "现在不能评价" in citizen.post(path, data=JUDGED).text
    item.answered("fengxue", at=clock.now() - timedelta(days=20))
    item.archived(at=clock.now())
    keep_promises()
    assert "现在不能评价" in citizen.post(path, data=JUDGED).text
    page = citizen.get(f"/tracking/{item.number}").text
    assert "请您评价" not in page
    assert "未评价归档" in page


def test_late_but_not_archived_yet_it_still_counts(panjin, citizen, item, keep_promises):
    item.answered("fengxue", at=clock.now() - timedelta(days=20))
    keep_promises()
    with panjin.standing():
        due = db.session.scalars(select(Clock).where(Clock.rule_key == RULE)).one().due_at
        assert due < clock.now()
    citizen.post(f"/tracking/{item.number}/judgement", data=JUDGED)
    keep_promises()
    with panjin.standing():
        assert item.case().state == "judged"


def test_whoever_was_slower_than_the_phone_is_told(panjin, citizen, answered, keep_promises):
    citizen.post(f"/tracking/{answered.number}/judgement", data=JUDGED)
    answered.judged(2, "来电评价", at=clock.now(), by="linjing")
    keep_promises()
    with panjin.standing():
        act = db.session.scalars(select(CitizenAct)).one()
        assert act.done_at is not None
        assert "没有执行" in act.answer
        assert db.session.scalars(select(Case)).one().satisfaction == 2
