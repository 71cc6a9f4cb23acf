"""退件 on pages: ground and basis, who decides, the ruling and its precedent, the pause."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from PIL import Image

from minxin import clock
from tests.cases.walking import Walk
from tests.web.workbench import stages

CLAIM = {"ground": "duty", "basis": "区住建局三定规定第四条", "reason": "路灯由城管局负责"}


def send(cast, number, who, noun, data):
    data = {"version": str(stages.version_of(cast, number)), **data}
    return cast.client(who).post(f"/{cast.desk(who)}/cases/{number}/{noun}", data=data)


def read(cast, number, who, noun=""):
    return cast.client(who).get(f"/{cast.desk(who)}/cases/{number}{noun}")


@pytest.fixture
def number(panjin) -> str:
    now = clock.now()
    walk = Walk(panjin, now, subject="育才路路灯不亮").dispatched("大洼区民心网工作站", at=now)
    return walk.assigned("大洼区住建局", at=now, co=["大洼区城管局"]).number


@pytest.fixture
def asked(panjin, number) -> str:
    assert send(panjin, number, "zhaoyang", "return", CLAIM).status_code == 303
    return number


def test_the_form_says_until_when_and_keeps_what_was_typed(panjin, number):
    page = read(panjin, number, "zhaoyang", "/return").text
    assert "退件限收件后提出，本件至" in page
    answer = send(panjin, number, "zhaoyang", "return", CLAIM | {"basis": " "})
    assert answer.status_code == 422
    assert "请填写退件的法律法规或文件依据" in answer.text
    assert CLAIM["reason"] in answer.text
    assert 'value="duty" checked' in answer.text or 'checked id="ground' in answer.text


def test_too_late_the_page_says_since_when(panjin, number):
    with time_machine.travel(clock.now() + timedelta(days=9), tick=False):
        answer = read(panjin, number, "zhaoyang", "/return")
    assert answer.status_code == 409
    assert "已超过退件时限" in answer.text


def test_the_proof_hangs_on_the_return(panjin, number):
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "PNG")
    picture.seek(0)
    data = CLAIM | {"files": (picture, "三定规定.png")}
    assert send(panjin, number, "zhaoyang", "return", data).status_code == 303
    page = read(panjin, number, "mengyan", "/return-decision").text
    assert "查看依据材料" in page
    assert "三定规定.png" in read(panjin, number, "mengyan").text


def test_a_wrong_file_is_refused_and_nothing_is_given_back(panjin, number):
    data = CLAIM | {"files": (io.BytesIO(b"MZ\x90 program"), "材料.exe")}
    answer = send(panjin, number, "zhaoyang", "return", data)
    assert answer.status_code == 422
    assert "待签收" in read(panjin, number, "zhaoyang").text


def test_the_station_reads_why_and_takes_it_back(panjin, asked):
    todo = panjin.client("mengyan").get("/dawa/todo?view=returning").text
    assert asked in todo
    page = read(panjin, asked, "mengyan", "/return-decision").text
    for words in (*CLAIM.values(),):
        assert words == "duty" or words in page
    assert "不属本单位职责" in page
    assert send(panjin, asked, "mengyan", "return-decision", {"opinion": ""}).status_code == 422
    answer = send(panjin, asked, "mengyan", "return-decision", {"opinion": "同意"})
    assert answer.status_code == 303
    page = read(panjin, asked, "mengyan").text
    assert "待签收" in page
    assert "同意大洼区住建局退件" in page
    assert read(panjin, asked, "zhaoyang").status_code == 404


def test_refused_disputed_and_ruled_it_stays_and_the_like_is_hinted_at(panjin, asked):
    data = {"decision": "refuse", "reason": "属你单位职责"}
    assert send(panjin, asked, "mengyan", "return-decision", data).status_code == 303
    page = read(panjin, asked, "zhaoyang").text
    assert f"/dawa/cases/{asked}/dispute" in page
    data = {"reason": "三定规定已经明确"}
    assert send(panjin, asked, "zhaoyang", "dispute", data).status_code == 303
    page = read(panjin, asked, "mengyan", "/ruling").text
    assert "三定规定已经明确" in page
    unit = panjin.unit("大洼区城管局")
    wrong = send(panjin, asked, "mengyan", "ruling", {"unit_id": str(unit), "ruling": ""})
    assert wrong.status_code == 422
    assert f'value="{unit}" selected' in wrong.text
    data = {"unit_id": str(unit), "ruling": "路灯由城管局承办"}
    assert send(panjin, asked, "mengyan", "ruling", data).status_code == 303
    page = read(panjin, asked, "zhouning").text
    assert "裁定由大洼区城管局承办" in page
    assert f"/cases/{asked}/return" not in page, "nobody gives it back any more"
    assert read(panjin, asked, "zhouning", "/return").status_code == 409
    now = clock.now()
    like = Walk(panjin, now).dispatched("大洼区民心网工作站", at=now).number
    page = read(panjin, like, "mengyan", "/assignment").text
    assert "同类诉求曾经裁定" in page
    assert "路灯由城管局承办" in page


def test_the_head_pauses_and_the_page_says_so(panjin, asked):
    assert read(panjin, asked, "linjing", "/pause").status_code == 403
    assert send(panjin, asked, "gaoyuan", "pause", {"decision": "pause"}).status_code == 422
    data = {"decision": "pause", "reason": "两家职责不清"}
    assert send(panjin, asked, "gaoyuan", "pause", data).status_code == 303
    page = read(panjin, asked, "zhaoyang").text
    assert "暂停计时" in page
    assert "恢复计时" in read(panjin, asked, "gaoyuan", "/pause").text
    assert send(panjin, asked, "gaoyuan", "pause", {"decision": "resume"}).status_code == 303
    assert "恢复计时，顺延时限" in read(panjin, asked, "zhaoyang").text


def test_a_co_handling_unit_answers_and_the_main_one_reads_it(panjin, number):
    report = read(panjin, number, "zhaoyang")
    assert report.status_code == 200
    send(panjin, number, "zhaoyang", "acceptance", {})
    assert "还没有反馈协办情况" in read(panjin, number, "zhaoyang", "/report").text
    not_mine = read(panjin, number, "zhaoyang", "/co-answer")
    assert not_mine.status_code == 409
    assert "该件由本单位主办，协办情况由协办单位填报" in not_mine.text
    refused = send(panjin, number, "zhaoyang", "co-answer", {"text": "已办"})
    assert refused.status_code == 422
    assert send(panjin, number, "zhouning", "co-answer", {"text": " "}).status_code == 422
    answer = send(panjin, number, "zhouning", "co-answer", {"text": "已清理现场"})
    assert answer.status_code == 303
    page = read(panjin, number, "zhaoyang").text
    assert "协办反馈" in page
    assert "已清理现场" in page
    assert "还没有反馈协办情况" not in read(panjin, number, "zhaoyang", "/report").text
