"""The public pages of 网上公开征求意见: without sign-in, within its days, once a form."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from minxin import clock
from minxin.cases import consulting
from tests.cases.test_consulting import NOTICE, by, reported
from tests.web.portal.conftest import token_of


@pytest.fixture
def asked(panjin):
    """A consultation that begins at the next midnight; the test stands in its third day."""
    item = reported(panjin)
    now = clock.now()
    by(item, consulting.consult, NOTICE, when=now)
    with time_machine.travel(now + timedelta(days=3), tick=False):
        yield item


def page_of(client) -> str:
    return client.get("/consultations/1").text


def test_the_list_and_the_page_show_what_was_approved_and_nothing_of_the_case(citizen, asked):
    listed = citizen.get("/consultations")
    assert listed.status_code == 200
    assert NOTICE.title in listed.text
    page = page_of(citizen)
    for words in (NOTICE.text, NOTICE.result, "大洼区住建局"):
        assert words in page
    assert asked.number not in page


def test_an_opinion_is_taken_once_however_often_it_is_sent(citizen, asked, panjin, keep_promises):
    data = {"token": token_of(page_of(citizen)), "stance": "object", "words": "还是不亮"}
    for _ in range(2):
        answer = citizen.post("/consultations/1", data=data)
        assert answer.status_code == 303
    keep_promises()
    with panjin.standing():
        running = consulting.latest(asked.case())
        assert consulting.counts(running)["object"] == consulting.counts(running)["waiting"] == 1
    assert "还是不亮" not in page_of(citizen), "opinions are not published"
    desk = panjin.client("linjing").get(f"/city/cases/{asked.number}/consultation-end").text
    assert "还是不亮" in desk


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"stance": "", "words": "好"}, "请选择有没有异议"),
        ({"stance": "object", "words": ""}, "请写明对办理结果有什么异议"),
        ({"stance": "agree", "words": "字" * 1001}, "不能超过1000个字"),
        ({"stance": "maybe", "words": ""}, "请选择有没有异议"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(citizen, asked, data, said):
    data = {"token": token_of(page_of(citizen)), **data}
    answer = citizen.post("/consultations/1", data=data)
    assert answer.status_code == 422
    assert said in answer.text or "Not a valid choice" not in answer.text
    assert data["words"] in answer.text


def test_after_its_days_the_page_takes_no_more(citizen, asked):
    token = token_of(page_of(citizen))
    with time_machine.travel(clock.now() + timedelta(days=9), tick=False):
        assert "已经结束" in page_of(citizen)
        data = {"token": token, "stance": "agree", "words": ""}
        answer = citizen.post("/consultations/1", data=data)
        assert answer.status_code == 422
        assert "不再接收意见" in answer.text
        assert "现在没有正在征求意见的诉求" in citizen.get("/consultations").text


def test_what_was_never_asked_is_not_found(citizen, panjin):
    assert citizen.get("/consultations/99").status_code == 404
    assert citizen.get("/consultations").status_code == 200
    assert citizen.get("/consultations?after=rubbish").status_code == 200


def test_a_flood_from_one_address_waits(citizen, asked):
    codes = []
    for number in range(11):
        data = {"token": f"t{number}", "stance": "agree", "words": f"{number}"}
        codes.append(citizen.post("/consultations/1", data=data).status_code)
    assert codes == [303] * 10 + [429]
