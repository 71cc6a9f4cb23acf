"""重大、紧急 on pages: flag, 请示, 批示 by phone and from a scan, and who reads what."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select

from minxin import clock
from minxin.cases import rules
from minxin.cases.asking import InstructionRequest
from minxin.cases.instructions import Instruction
from minxin.cases.models import Case
from minxin.documents import drafting
from minxin.documents.drafting import About
from minxin.documents.kinds import PaperKind
from minxin.extensions import db
from minxin.notices import channels
from tests.web.workbench import stages

FLAG = {"urgency": "critical", "reason": "路面塌陷，危及行人"}


def send(cast, number, who, noun, data, **more):
    data = {"version": str(stages.version_of(cast, number)), **data}
    return cast.client(who).post(f"/{cast.desk(who)}/cases/{number}/{noun}", data=data, **more)


def rows(cast, table):
    with cast.standing():
        found = list(db.session.scalars(select(table).order_by(table.id)))
        db.session.expunge_all()
        return found


def leader(cast) -> str:
    return f"user-{cast.actor('qinchuan').user_id}"


@pytest.fixture
def number(panjin) -> str:
    return stages.at_stage(panjin, "handling")


@pytest.fixture
def flagged(panjin, number) -> str:
    assert send(panjin, number, "linjing", "flag", FLAG).status_code == 303
    return number


@pytest.fixture
def asked(panjin, flagged) -> str:
    data = {"leader": leader(panjin), "text": "路面塌陷，请批示。"}
    assert send(panjin, flagged, "linjing", "instruction-request", data).status_code == 303
    return flagged


def test_flagged_the_case_says_so_and_waits_for_the_request(panjin, flagged):
    page = panjin.client("linjing").get(f"/city/cases/{flagged}").text
    assert "重大紧急件" in page
    assert f'btn-primary btn-wide" href="/city/cases/{flagged}/instruction-request"' in page
    todo = panjin.client("hejun").get("/city/todo?view=pending_instruction_request").text
    assert flagged in todo
    unit = panjin.client("zhaoyang").get(f"/dawa/cases/{flagged}").text
    assert "首次反馈" in unit


def test_the_request_is_drafted_and_says_how_the_leader_is_told(panjin, flagged):
    page = panjin.client("linjing").get(f"/city/cases/{flagged}/instruction-request").text
    for words in (flagged, "特急", "大洼区住建局", "标为重大紧急", "秦川（市领导）"):
        assert words in page
    assert stages.PHONE not in page
    assert "没有配置通知渠道" in page
    channels.use({"": ("json://127.0.0.1:9/",)})
    try:
        page = panjin.client("linjing").get(f"/city/cases/{flagged}/instruction-request").text
    finally:
        channels.use({})
    assert "通过通知渠道发送一条不含个人信息的提醒" in page


def test_the_leader_reads_and_answers_on_his_own_page(panjin, asked):
    boss = panjin.client("qinchuan")
    cards = boss.get("/city/instructions").text
    assert asked in cards
    assert "路面塌陷，请批示。" in cards
    page = boss.get(f"/city/cases/{asked}/instruction").text
    assert "路面塌陷，请批示。" in page
    assert "请大洼区住建局牵头，立即办理，结果报我。" in page
    answer = send(panjin, asked, "qinchuan", "instruction", {"text": "请住建局牵头抢修"})
    assert answer.status_code == 303
    assert rows(panjin, Instruction)[0].request_id == rows(panjin, InstructionRequest)[0].id
    cards = boss.get("/city/instructions").text
    assert "没有待批示的件" in cards
    assert "请住建局牵头抢修" in cards


def test_everybody_who_handles_it_reads_the_instruction_first(panjin, asked):
    send(panjin, asked, "qinchuan", "instruction", {"text": "请住建局牵头抢修"})
    for who in ("zhaoyang", "sunli", "mengyan", "linjing"):
        page = panjin.client(who).get(f"/{panjin.desk(who)}/cases/{asked}").text
        led = page.partition('<section class="led"')[2].partition("</section>")[0]
        assert "请住建局牵头抢修" in led, who
        assert "秦川" in led


def test_what_the_office_puts_before_leaders_is_not_for_units(panjin, asked):
    unit = panjin.client("zhaoyang").get(f"/dawa/cases/{asked}").text
    assert "路面塌陷，请批示。" not in unit
    assert "林静呈报" not in unit
    assert "林静呈报" in panjin.client("hejun").get(f"/city/cases/{asked}").text


def picture() -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(made, "JPEG")
    made.seek(0)
    return made


def enter(cast, number, **changed):
    today = clock.local(clock.now()).date().isoformat()
    data = {"leader": leader(cast), "given_on": today, "text": ""} | changed
    return send(
        cast, number, "linjing", "paper-instruction", data, content_type="multipart/form-data"
    )


def test_a_scan_is_hung_on_the_case_and_opened_from_the_top(panjin, asked):
    assert enter(panjin, asked, scan=(picture(), "批示.jpg")).status_code == 303
    (made,) = rows(panjin, Instruction)
    unit = panjin.client("zhaoyang")
    page = unit.get(f"/dawa/cases/{asked}").text
    address = f"/dawa/cases/{asked}/attachments/{made.attachment_id}"
    assert f'href="{address}"' in page
    assert unit.get(address).mimetype == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"just words, no scan", "a.txt", "批示扫描件须是图片或PDF"),
        (b"\x00\x01\x02\x03" * 50, "a.jpg", "文件"),
        (b"", "a.jpg", "该文件是空的"),
    ],
)
def test_a_scan_that_is_none_gets_a_sentence(panjin, asked, content, name, words):
    answer = enter(panjin, asked, scan=(io.BytesIO(content), name), text="")
    assert answer.status_code == 422
    assert words in answer.text
    assert rows(panjin, Instruction) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "请填写批示内容或上传批示扫描件"),
        ({"text": "同意", "leader": ""}, "请选择批示领导"),
        ({"text": "同意", "leader": "user-999999"}, "请选择分管领导"),
        ({"text": "同意", "given_on": "2999-01-01"}, "不能晚于今天"),
        ({"text": "同意", "given_on": "2001-01-01"}, "不能早于收到诉求的日期"),
        ({"text": "同意", "given_on": "昨天"}, "有"),
        ({"text": "同意", "given_on": ""}, "请填写批示日期"),
        ({"text": "批" * 1001}, "不能超过1000个字"),
    ],
)
def test_what_is_entered_from_paper_is_whole(panjin, asked, changed, words):
    answer = enter(panjin, asked, **changed)
    assert answer.status_code == 422
    assert words in answer.text
    assert rows(panjin, Instruction) == []


@pytest.mark.parametrize(
    ("noun", "data", "words"),
    [
        ("flag", {"urgency": "critical", "reason": "再标一次"}, "不需要重复标记"),
        ("flag", {"urgency": "urgent", "reason": "降一级"}, "不能降低"),
        ("flag", {"urgency": "soon", "reason": "很急"}, "紧急"),
        ("instruction-request", {"leader": "user-999999", "text": "请批示"}, "请选择分管领导"),
        ("instruction-request", {"leader": "", "text": ""}, "请填写请示内容"),
        ("flag-removal", {"reason": ""}, "请写明理由"),
    ],
)
def test_a_wrong_form_is_said(panjin, flagged, noun, data, words):
    answer = send(panjin, flagged, "linjing", noun, data)
    assert answer.status_code == 422
    assert words in answer.text


def test_sent_twice_an_instruction_is_given_once(panjin, asked):
    data = {"text": "请抢修", "version": str(stages.version_of(panjin, asked))}
    for _ in range(2):
        assert send(panjin, asked, "qinchuan", "instruction", data).status_code == 303
    assert len(rows(panjin, Instruction)) == 1


@pytest.mark.parametrize(
    ("who", "noun"),
    [
        ("zhaoyang", "flag"),
        ("mengyan", "instruction-request"),
        ("linjing", "instruction"),
        ("qinchuan", "paper-instruction"),
        ("qinchuan", "flag"),
        ("sunli", "instruction"),
    ],
)
def test_the_wrong_person_is_refused(panjin, asked, who, noun):
    assert send(panjin, asked, who, noun, {"text": "x", "reason": "x"}).status_code == 403


def test_the_dispatch_page_shows_what_the_leader_said(panjin):
    number = stages.at_stage(panjin, "screened")
    send(panjin, number, "linjing", "flag", FLAG)
    send(panjin, number, "qinchuan", "instruction", {"text": "请大洼区立即处置"})
    page = panjin.client("linjing").get(f"/city/cases/{number}/dispatch").text
    assert "请大洼区立即处置" in page.partition('<section class="led"')[2]
    order = {"unit_id": str(panjin.unit("大洼区民心网工作站")), "opinion": "按批示办理"}
    assert send(panjin, number, "linjing", "dispatch", order).status_code == 303
    page = panjin.client("mengyan").get(f"/dawa/cases/{number}").text
    assert "转办至大洼区民心网工作站，附领导批示" in page
    assert "请大洼区立即处置" in page


def test_all_of_them_are_followed_with_their_steps(panjin, asked):
    send(panjin, asked, "qinchuan", "instruction", {"text": "请抢修"})
    other = stages.at_stage(panjin, "claimed")
    send(panjin, other, "linjing", "flag", FLAG)
    for who in ("linjing", "gaoyuan", "qinchuan"):
        page = panjin.client(who).get("/city/major-cases").text
        assert "2 件未办结" in page
        for words in (asked, other, "秦川", "还没有请示", "大洼区住建局"):
            assert words in page, words
    assert panjin.client("mengyan").get("/city/major-cases").status_code in (302, 401, 403, 404)


def test_the_pages_go_by_the_limit_that_the_city_adopted(panjin, number):
    with panjin.standing("gaoyuan"):
        now = clock.now()
        new = rules.NewVersion(45, "minute", "第八条（六）", now)
        rules.adopt("instruction_request", new, by=panjin.actor("gaoyuan"), at=now)
        db.session.commit()
    assert "45分钟内请示" in panjin.client("linjing").get(f"/city/cases/{number}/flag").text
    assert send(panjin, number, "linjing", "flag", FLAG).status_code == 303
    flagged_at = clock.now()
    for minutes, level in ((44, "soon"), (46, "late")):
        with time_machine.travel(flagged_at + timedelta(minutes=minutes), tick=False):
            page = panjin.client("linjing").get("/city/major-cases").text
        assert "标记后45分钟内" in page
        assert re.search(rf'clock-{level}"[^>]*>\s*<i[^>]*></i><span>还没有请示', page), minutes


def test_what_a_leader_wrote_on_an_issued_paper_is_entered_with_it(panjin, asked):
    with panjin.standing():
        office = panjin.actor("linjing")
        case = db.session.scalars(select(Case).where(Case.number == asked)).one()
        papers = [
            drafting.begin(kind, About(case.id, asked, 5), by=office, at=clock.now())
            for kind in (PaperKind.SUPERVISION_REPORT, PaperKind.CASE_SHEET)
        ]
        for each in papers:
            each.state, each.year, each.serial = "issued", 2026, 3
        db.session.commit()
        report, sheet = (each.id for each in papers)
    form = panjin.client("linjing").get(f"/city/cases/{asked}/paper-instruction").text
    assert f'<option value="{report}">督办专报〔2026〕第3期</option>' in form
    assert f'value="{sheet}"' not in form, "nobody writes on a 办件单"
    assert enter(panjin, asked, text="请限期整改。", sheet=str(report)).status_code == 303
    made = rows(panjin, Instruction)[-1]
    assert (made.paper_id, made.supervision_id) == (report, 5)
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{asked}").text
    assert "批示于督办专报〔2026〕第3期" in page
    listed = panjin.client("hejun").get("/city/instructions").text
    assert "批示于督办专报〔2026〕第3期" in listed
    assert "剩" in listed.partition("请限期整改。")[2].partition("</tr>")[0]
    other = enter(panjin, asked, text="请再报。", sheet=str(sheet))
    assert other.status_code == 303
    assert rows(panjin, Instruction)[-1].paper_id is None, "what was not offered is not taken"
