"""A citizen writes about his case, rates the result, asks for it again; each answer comes back."""

from __future__ import annotations

import pytest

from minxin import clock
from minxin.cases import appraising, messages, reach, reopening, tracking
from minxin.cases.models import Case
from minxin.extensions import db
from tests.cases.walking import Walk
from tests.web.portal.conftest import token_of
from tests.web.workbench import stages


@pytest.fixture
def closed(panjin):
    """(walk, code) of a case that was closed just now."""
    now = clock.now()
    walk = Walk(panjin, now, subject="育才路路灯不亮")
    with panjin.standing("linjing"):
        code = tracking.open_for(reach.find(walk.number, panjin.actor("linjing")), at=now)
        db.session.commit()
    walk.dispatched("大洼区民心网工作站", at=now).assigned("大洼区住建局", at=now)
    walk.reported(at=now).signed(at=now).closed(at=now)
    with panjin.standing():
        tracking.project(walk.case(), at=now)
        db.session.commit()
    return walk, code


@pytest.fixture
def page(citizen, closed):
    """The progress page, opened with number and code."""
    walk, code = closed

    def read() -> str:
        return citizen.get(f"/tracking/{walk.number}").text

    answer = citizen.post("/tracking", data={"number": walk.number, "code": code})
    assert answer.status_code == 303
    return read


def send(cast, number, who, noun, data):
    data = {"version": str(stages.version_of(cast, number)), **data}
    return cast.client(who).post(f"/{cast.desk(who)}/cases/{number}/{noun}", data=data)


def test_a_message_goes_to_the_unit_and_its_answer_comes_back(
    panjin, citizen, closed, page, keep_promises
):
    walk, _ = closed
    data = {"token": token_of(page()), "kind": "unhappy", "text": "又不亮了"}
    for _ in range(2):
        assert citizen.post(f"/tracking/{walk.number}/messages", data=data).status_code == 303
    keep_promises()
    with panjin.standing():
        (message,) = messages.of(walk.case())
    assert "等待工作人员处理" in page()
    todo = panjin.client("linjing").get("/city/todo?view=pending_message").text
    assert walk.number in todo
    desk = panjin.client("linjing").get(f"/city/cases/{walk.number}/message").text
    assert "又不亮了" in desk
    data = {"message_id": str(message.id), "decision": "pass", "text": "请核实"}
    assert send(panjin, walk.number, "linjing", "message", data).status_code == 303
    todo = panjin.client("zhaoyang").get("/dawa/todo?view=pending_reply").text
    assert walk.number in todo
    data = {"message_id": str(message.id), "text": "已重新修好"}
    assert send(panjin, walk.number, "zhaoyang", "message-answer", data).status_code == 303
    keep_promises()
    assert "已重新修好" in page()
    assert "承办单位已答复" in page()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"kind": "", "text": "内容"}, "请选择留言类型"),
        ({"kind": "more", "text": ""}, "请填写留言"),
        ({"kind": "more", "text": "字" * 1001}, "不能超过1000个字"),
    ],
)
def test_a_wrong_message_says_why_and_keeps_what_was_typed(citizen, closed, page, data, said):
    walk, _ = closed
    data = {"token": token_of(page()), **data}
    answer = citizen.post(f"/tracking/{walk.number}/messages", data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert data["text"] in answer.text


def test_who_has_not_shown_the_code_writes_nothing(panjin, closed):
    walk, _ = closed
    stranger = panjin.client()
    for noun in ("messages", "reopening", "appraisal"):
        answer = stranger.post(f"/tracking/{walk.number}/{noun}", data={"text": "x"})
        assert answer.status_code == 303
        assert answer.location.endswith(f"/tracking?number={walk.number}")


def test_he_judges_the_result_once(panjin, citizen, closed, page, keep_promises):
    walk, _ = closed
    here = f"/tracking/{walk.number}/appraisal"
    assert citizen.post(here, data={"words": "好"}).status_code == 422
    data = {"satisfaction": "2", "contacted": "no", "solved": "no", "words": "没人联系我"}
    assert citizen.post(here, data=data).status_code == 303
    assert "您的评价已经收到" in page()
    assert citizen.post(here, data=data).status_code == 422
    keep_promises()
    with panjin.standing():
        case: Case = walk.case()
        assert case.satisfaction == 2
        assert appraising.given(case)
        assert [m.origin for m in messages.of(case)] == ["appraisal"], "不满意 waits for a decision"


def test_he_asks_for_it_again_and_reads_what_was_decided(
    panjin, citizen, closed, page, keep_promises
):
    walk, _ = closed
    here = f"/tracking/{walk.number}/reopening"
    assert "前可以申请" in page()
    assert citizen.post(here, data={"reason": " "}).status_code == 422
    assert citizen.post(here, data={"reason": "又不亮了"}).status_code == 303
    assert "已经收到" in page()
    keep_promises()
    todo = panjin.client("linjing").get("/city/todo?view=pending_reopening").text
    assert walk.number in todo
    desk = panjin.client("linjing").get(f"/city/cases/{walk.number}/reopening").text
    for words in ("又不亮了", "已解决", "5星"):
        assert words in desk
    data = {"decision": "refuse", "reason": "已现场核实，问题已解决"}
    assert send(panjin, walk.number, "linjing", "reopening", data).status_code == 303
    keep_promises()
    assert "已现场核实，问题已解决" in page()
    assert citizen.post(here, data={"reason": "还是不亮"}).status_code == 303
    keep_promises()
    data = {
        "decision": "reopen",
        "unit_id": str(panjin.unit("大洼区住建局")),
        "opinion": "请重新办理",
    }
    assert send(panjin, walk.number, "linjing", "reopening", data).status_code == 303
    keep_promises()
    assert "等待承办单位签收" in page()
    with panjin.standing():
        assert reopening.pending(walk.case()) is None
    desk = panjin.client("linjing").get(f"/city/cases/{walk.number}").text
    assert "重办申请" in desk
    assert "原于" in desk
