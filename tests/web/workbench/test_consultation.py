"""核实 on pages: calls in vain, the consultation that follows, and what goes wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from minxin.cases import consulting, reporting
from minxin.cases.contacts import Person
from minxin.clock import SHANGHAI, now
from minxin.extensions import db
from tests.cases.test_consulting import keep_promises
from tests.cases.walking import Walk
from tests.web.reading import statements

PHONE = "13800001207"
TEXT = {
    "title": "反映小区占道",
    "text": "某小区门口有人占道堆放杂物",
    "result": "已清理",
    "confirmed": "y",
}
CALL = {"outcome": "no_answer", "remarks": "响铃未接"}


def at(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


class Verified(Walk):
    """Reported and approved on 4月28日; with a phone where one is given."""

    def __init__(self, cast, phone: str = "") -> None:
        super().__init__(cast, at(4, 13, 9), person=Person("王小明" if phone else "", phone))
        self.dispatched("大洼区民心网工作站", at=at(4, 13, 10), kind="report")
        self.assigned("大洼区住建局", at=at(4, 13, 11))
        self.reported(at=at(4, 28, 9)).signed(at=at(4, 28, 10))
        self._at("linjing", self._approve)

    @staticmethod
    def _approve(case, by) -> None:
        reporting.approve(case, opinion="属实", by=by, at=at(4, 28, 14))

    def opinion(self, when: datetime, words: str = "仍有杂物", token: str = "t") -> None:
        """Somebody objects on the public page, and the worker brings it to the case."""
        with self.cast.standing():
            published = consulting.latest(self.case()).id
            consulting.send_opinion(published, "object", words, token=token, at=when)
            db.session.commit()
        keep_promises(self.cast)


def get(cast, item, noun="", who="linjing"):
    tail = f"/{noun}" if noun else ""
    return cast.client(who).get(f"/{cast.desk(who)}/cases/{item.number}{tail}")


def send(cast, item, noun, data, who="linjing", version=None):
    if version is None:
        with cast.standing():
            version = item.case().version
    url = f"/{cast.desk(who)}/cases/{item.number}/{noun}"
    return cast.client(who).post(url, data={**data, "version": str(version)})


def first_act(cast, item, noun, who="linjing") -> bool:
    url = f"/{cast.desk(who)}/cases/{item.number}/{noun}"
    return f'btn-primary btn-wide" href="{url}"' in get(cast, item, who=who).text


@pytest.fixture
def clock():
    with time_machine.travel(at(4, 29, 9), tick=False) as traveller:
        yield traveller


@pytest.fixture
def anonymous(panjin, clock) -> Verified:
    return Verified(panjin)


@pytest.fixture
def asked(panjin, anonymous) -> Verified:
    assert send(panjin, anonymous, "consultation", TEXT).status_code == 303
    return anonymous


def test_after_the_third_failed_call_the_consultation_is_the_one_next_act(panjin, clock):
    item = Verified(panjin, PHONE)
    for when, next_act in (
        (at(4, 29, 9), "follow-up"),
        (at(4, 29, 10), "follow-up"),
        (at(4, 30, 9), "consultation"),
    ):
        clock.move_to(when)
        assert send(panjin, item, "follow-up", CALL).status_code == 303
        assert first_act(panjin, item, next_act), when
    assert "视为没有有效联系方式" in get(panjin, item, "follow-up").text


def test_before_that_it_is_refused_with_what_is_missing(panjin, clock):
    item = Verified(panjin, PHONE)
    send(panjin, item, "follow-up", CALL)
    said = "已有1次未接通（4月29日1次）。还须再拨打2次，其中至少1次在另外一天"
    assert said in get(panjin, item, "follow-up").text
    answer = get(panjin, item, "consultation")
    assert answer.status_code == 409
    assert said in answer.text
    assert "/consultation" not in get(panjin, item).text
    answer = send(panjin, item, "consultation", TEXT)
    assert answer.status_code == 422
    assert said in answer.text


def test_without_a_phone_it_is_the_next_act_directly(panjin, anonymous):
    assert first_act(panjin, anonymous, "consultation")


def test_what_is_wrong_is_said_and_what_was_typed_stays(panjin, anonymous):
    answer = send(panjin, anonymous, "consultation", {**TEXT, "result": "请找 13800001207"})
    assert answer.status_code == 422
    assert "办理结果里还有1处个人信息（电话）" in answer.text
    assert "请找 13800001207" in answer.text
    unread = {name: value for name, value in TEXT.items() if name != "confirmed"}
    assert "请确认公开的内容" in send(panjin, anonymous, "consultation", unread).text


def test_sent_twice_it_is_published_once(panjin, anonymous):
    with panjin.standing():
        version = anonymous.case().version
    for _ in range(2):
        assert send(panjin, anonymous, "consultation", TEXT, version=version).status_code == 303
    assert get(panjin, anonymous).text.count("已审定，尚未公开") == 1


def test_while_it_runs_it_may_be_stopped_and_not_ended(panjin, asked, clock):
    clock.move_to(at(5, 2, 9))
    assert "正在公开" in get(panjin, asked).text
    answer = send(panjin, asked, "consultation-end", {"conclusion": "没有意见"})
    assert answer.status_code == 422
    assert "期限未满" in answer.text
    answer = send(panjin, asked, "consultation-stop", {"reason": "来电", "phone": "1"})
    assert "请检查电话号码" in answer.text
    answer = send(panjin, asked, "consultation-stop", {"reason": "来电", "phone": PHONE})
    assert answer.status_code == 303
    assert first_act(panjin, asked, "follow-up")
    page = get(panjin, asked).text
    assert "138****1207" in page
    assert "中止，已从网站撤下" in page
    assert "登记诉求人留下的电话" in page


def test_when_it_is_over_its_opinions_are_read_and_it_ends(panjin, asked, clock):
    asked.opinion(at(4, 30, 9))
    clock.move_to(at(5, 7, 9))
    assert first_act(panjin, asked, "opinions")
    assert "仍有杂物" in get(panjin, asked, "opinions").text
    refused = send(panjin, asked, "consultation-end", {"conclusion": "无"})
    assert "还有1条意见没有判定" in refused.text
    with panjin.standing():
        key = f"verdict-{db.session.query(consulting.Opinion.id).scalar()}"
    for wrong in ({}, {key: "maybe"}, {"verdict-x": "valid"}):
        assert send(panjin, asked, "opinions", wrong).status_code == 422, wrong
    assert send(panjin, asked, "opinions", {key: "valid"}, "zhaoyang").status_code == 403
    assert send(panjin, asked, "opinions", {key: "valid"}).status_code == 303
    assert "判定征求到的意见" in get(panjin, asked).text
    assert first_act(panjin, asked, "consultation-end")
    sent = send(panjin, asked, "consultation-end", {"conclusion": "已再次清理"})
    assert sent.status_code == 303
    page = get(panjin, asked).text
    assert "小结：已再次清理" in page
    assert "征求意见结束，无异议0条，有异议1条" in page
    assert "征求意见时限按时停止" in page


def test_a_consultation_over_is_not_late_on_the_list(panjin, asked, clock):
    clock.move_to(at(5, 9, 9))
    page = panjin.client("linjing").get("/city/todo?view=consulting").text
    assert asked.number in page
    assert "已期满" in page
    assert asked.number not in panjin.client("linjing").get("/city/todo?view=late").text
    assert asked.number in panjin.client("mengyan").get("/dawa/todo?view=consulting").text


def test_units_read_what_came_of_it_and_never_the_opinions(panjin, asked):
    asked.opinion(at(4, 30, 9))
    page = get(panjin, asked, who="zhaoyang").text
    assert "网上公开征求意见" in page
    assert "有异议 1 条" in page
    assert "仍有杂物" not in page
    assert get(panjin, asked, "consultation-end", who="zhaoyang").status_code == 403


def test_going_on_without_is_for_the_head_and_the_station(panjin, anonymous):
    assert get(panjin, anonymous, "waiver").status_code == 403
    assert "/waiver" not in get(panjin, anonymous).text
    assert send(panjin, anonymous, "waiver", {"reason": ""}, "gaoyuan").status_code == 422
    sent = send(panjin, anonymous, "waiver", {"reason": "当面确认"}, "mengyan")
    assert sent.status_code == 303
    assert "没有回访和征求意见，直接转入评星" in get(panjin, anonymous).text


def test_the_three_answers_may_be_unclear_and_the_rating_declined(panjin, clock):
    item = Verified(panjin, PHONE)
    said = {"outcome": "reached", "contacted": "unclear", "solved": "yes", "remarks": "记不清"}
    assert "请询问诉求人是否满意" in send(panjin, item, "follow-up", said).text
    assert send(panjin, item, "follow-up", {**said, "satisfaction": "declined"}).status_code == 303
    page = get(panjin, item).text
    assert "联系与否说不清" in page
    assert "不愿评价" in page


def test_staff_register_what_the_citizen_says_and_the_last_word_counts(panjin, clock):
    item = Verified(panjin, PHONE)
    said = {"satisfaction": "2", "solved": "no", "words": "4月29日来电，称仍有杂物"}
    assert send(panjin, item, "appraisal", {**said, "words": ""}).status_code == 422
    assert send(panjin, item, "appraisal", said).status_code == 303
    clock.shift(timedelta(hours=1))
    later = {**said, "satisfaction": "4", "words": "再次来电，已清理"}
    assert send(panjin, item, "appraisal", later).status_code == 303
    page = get(panjin, item).text
    assert "林静登记" in page
    assert "登记诉求人评价：未解决，不满意" in page
    with panjin.standing():
        assert item.case().satisfaction == 4


def test_the_case_page_takes_no_more_statements_for_it(panjin, asked, app):
    for n in range(4):
        asked.opinion(at(4, 30, 9), token=str(n))
    client = panjin.client("linjing")
    with statements(app) as seen:
        client.get(f"/city/cases/{asked.number}")
    assert len(seen) <= 8


def test_a_number_in_the_text_is_pointed_out_and_registered_as_his_phone(panjin):
    when = now()
    walk = Walk(panjin, when, body="路灯不亮，我的电话13812345678").dispatched("市城管局", at=when)
    walk.reported("fengxue", at=when).signed("jiangbo", at=when)
    with panjin.standing("linjing"):
        reporting.approve(walk.case(), opinion="属实", by=panjin.actor("linjing"), at=when)
        db.session.commit()
    assert "原文里有 1 个电话号码" in get(panjin, walk, "consultation").text
    wrong = send(panjin, walk, "phone", {"phone": "123"})
    assert wrong.status_code == 422
    assert "请检查电话号码" in wrong.text
    assert send(panjin, walk, "phone", {"phone": "138 1234 5678"}).status_code == 303
    assert get(panjin, walk, "consultation").status_code == 409
    assert "138****5678" in get(panjin, walk).text
