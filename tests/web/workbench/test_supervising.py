"""督办 on pages: proposed, drafted, answered, reviewed; who may and who may not; the board."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from minxin import clock
from minxin.cases import messages, tabs
from minxin.cases.models import FAR
from minxin.extensions import db
from minxin.supervision import chain
from minxin.supervision.answering import Verdict
from minxin.supervision.ladder import Ground, Rung
from minxin.supervision.models import Proposal
from tests.keeping import keep
from tests.supervision.supervised import DEMAND, Watched, swept
from tests.web.reading import statements as counted
from tests.web.workbench import stages

UNIT = "大洼区住建局"


@pytest.fixture
def item(panjin) -> Watched:
    start = clock.now() - timedelta(days=40)
    walk = Watched(panjin, start).dispatched("大洼区民心网工作站", at=start)
    return walk.assigned(UNIT, at=start)


def send(cast, item, noun: str, who: str = "linjing", **data):
    data = {"version": str(stages.version_of(cast, item.number)), **data}
    return cast.client(who).post(f"/{cast.desk(who)}/cases/{item.number}/{noun}", data=data)


def propose(cast) -> int:
    """What the worker proposes now; the id of the first."""
    swept(cast, clock.now())
    with cast.standing():
        return db.session.scalars(select(Proposal.id)).first()


def test_a_proposal_is_shown_opened_and_gone(panjin, item):
    proposal_id = propose(panjin)
    board = panjin.client("linjing").get("/city/supervision").text
    assert "逾期未办结" in board
    assert item.number in board
    page = panjin.client("linjing").get(
        f"/city/cases/{item.number}/supervision?proposal={proposal_id}"
    )
    assert "现在应发出“督办”" in page.text
    answer = send(
        panjin, item, "supervision", ground="overdue", demand=DEMAND, proposal=str(proposal_id)
    )
    assert answer.status_code == 303
    assert "/city/papers/" in answer.location
    board = panjin.client("linjing").get("/city/supervision").text
    assert "没有待处理的督办建议" in board
    assert "拟办中" in board


def test_a_proposal_is_declined_with_a_reason_that_stays_where_it_is_missing(panjin, item):
    proposal_id = propose(panjin)
    office = panjin.client("linjing")
    path = f"/city/supervision/proposals/{proposal_id}"
    empty = office.post(path, data={"reason": ""})
    assert (empty.status_code, "请写明不予督办的理由" in empty.text) == (422, True)
    assert office.post(path, data={"reason": "已电话催办"}).status_code == 303
    again = office.post(path, data={"reason": "已电话催办"})
    assert (again.status_code, "已由林静处理" in again.text) == (409, True)
    assert (
        panjin.client("wutong")
        .post(path.replace("/city/", "/xinglongtai/"), data={"reason": "不是我的"})
        .status_code
        == 404
    )


def test_the_unit_answers_and_the_office_reads(panjin, item):
    item.supervised(at=clock.now())
    unit = panjin.client("zhaoyang")
    assert "督办待回复" in unit.get("/dawa/todo").text
    page = unit.get(f"/dawa/cases/{item.number}").text
    assert DEMAND in page
    assert "督办回复" in page
    assert "请填写责任人" in send(panjin, item, "supervision-answer", "zhaoyang", text="已修").text
    done = send(panjin, item, "supervision-answer", "zhaoyang", text="已修复", responsible="赵阳")
    assert done.status_code == 303
    assert "督办回复待审核" in panjin.client("linjing").get("/city/todo").text
    form = panjin.client("linjing").get(f"/city/cases/{item.number}/supervision-review").text
    assert "已修复" in form
    lacking = send(panjin, item, "supervision-review", verdict="sent_back")
    assert "请写明意见" in lacking.text
    sent = send(panjin, item, "supervision-review", verdict="sent_back", opinion="没有照片")
    assert sent.status_code == 303
    again = unit.get(f"/dawa/cases/{item.number}/supervision-answer").text
    assert "上次回复被退回：没有照片" in again


def test_who_may_not_is_kept_out(panjin, item):
    item.supervised(at=clock.now())
    for who, noun in (
        ("zhaoyang", "supervision"),
        ("zhaoyang", "urging"),
        ("zhaoyang", "supervision-review"),
        ("linjing", "supervision-answer"),
        ("qinchuan", "supervision"),
    ):
        path = f"/{panjin.desk(who)}/cases/{item.number}/{noun}"
        assert panjin.client(who).get(path).status_code == 403, (who, noun)
    assert (
        panjin.client("zhengtao")
        .get(f"/xinglongtai/cases/{item.number}/supervision-answer")
        .status_code
        == 404
    )


def test_what_is_under_way_is_said_instead_of_a_second_one(panjin, item):
    item.supervised(at=clock.now())
    answer = send(panjin, item, "supervision", ground="overdue", demand=DEMAND)
    assert answer.status_code == 409
    assert "尚在回复时限内" in answer.text


def test_urged_and_talked_over_it_stands_in_the_case(panjin, item):
    assert send(panjin, item, "urging", words="").status_code == 422
    assert send(panjin, item, "urging", words="请今日反馈").status_code == 303
    today = clock.local(clock.now()).date().isoformat()
    talk = {"held_on": today, "with_whom": "孙立", "said": "<b>说明原因</b>", "agreed": "三日内"}
    assert send(panjin, item, "talk", **talk).status_code == 303
    page = panjin.client("linjing").get(f"/city/cases/{item.number}").text
    assert "请今日反馈" in page
    assert "&lt;b&gt;说明原因&lt;/b&gt;" in page
    assert "整改承诺：三日内" in page


@pytest.mark.parametrize("who", ["linjing", "gaoyuan", "mengyan", "zhaoyang", "sunli", "qinchuan"])
def test_everybody_concerned_has_a_board_of_his_own(panjin, item, who):
    item.supervised(at=clock.now())
    page = panjin.client(who).get(f"/{panjin.desk(who)}/supervision").text
    assert item.number in page
    assert ("督办建议" in page) == (who in ("linjing", "gaoyuan", "mengyan"))


@pytest.mark.parametrize("who", ["zhouning", "wutong", "fengxue"])
def test_nobody_else_sees_it_there(panjin, item, who):
    item.supervised(at=clock.now())
    assert item.number not in panjin.client(who).get(f"/{panjin.desk(who)}/supervision").text


def test_the_board_takes_as_many_statements_for_many_as_for_one(panjin, item):
    item.supervised(at=clock.now())
    client = panjin.client("linjing")
    client.get("/city/supervision")
    with counted(panjin.app) as few:
        client.get("/city/supervision")
    start = clock.now() - timedelta(days=1)
    for _ in range(3):
        other = Watched(panjin, start).dispatched("大洼区民心网工作站", at=start)
        other.assigned(UNIT, at=start).supervised(at=clock.now())
    with counted(panjin.app) as many:
        page = client.get("/city/supervision").text
    assert len(re.findall("待回复", page)) >= 4
    assert len(many) == len(few)


def test_a_bulletin_whose_recipients_are_not_entered_says_whom_to_enter(panjin, item):
    late = clock.now() - timedelta(days=30)
    item.supervised(at=late).answered(at=late)
    with panjin.standing():
        item.rungs()[0].state = "not_done"
        db.session.commit()
    item.supervised(Rung.SECOND, Ground.NOT_DONE, at=late)
    page = panjin.client("linjing").get(f"/city/cases/{item.number}/supervision").text
    assert "现在应发出“督办专报”" in page
    assert f"{UNIT}没有登记一把手" in page
    refused = send(panjin, item, "supervision", ground="unanswered", demand=DEMAND)
    assert refused.status_code == 422
    assert "没有登记一把手" in refused.text


def test_closed_it_offers_no_supervision(panjin):
    now = clock.now()
    walk = Watched(panjin, now).dispatched("大洼区民心网工作站", at=now).assigned(UNIT, at=now)
    walk.reported(at=now).signed(at=now).supervised(at=now)
    walk.closed(at=now)
    keep(panjin)
    with panjin.standing():
        assert [each.state for each in walk.rungs()] == ["ended"]
        assert chain.running(walk.rungs()[0]) is None
    answer = send(panjin, walk, "supervision", ground="overdue", demand=DEMAND)
    assert "不能督办" in answer.text


def test_no_unit_sees_a_rung_before_it_is_sent(panjin, item):
    item.supervised(at=clock.now() - timedelta(days=20))
    item.wished(Rung.SECOND, Ground.UNANSWERED, at=clock.now(), demand="还没有下发的要求")
    assert "还没有下发的要求" in panjin.client("linjing").get(f"/city/cases/{item.number}").text
    for who in ("zhaoyang", "sunli", "qinchuan"):
        desk = panjin.desk(who)
        page = panjin.client(who).get(f"/{desk}/cases/{item.number}").text
        assert DEMAND in page
        assert "还没有下发的要求" not in page, who
    board = panjin.client("zhaoyang").get("/dawa/supervision").text
    assert "拟办中" not in board


def test_a_demand_is_veiled_where_the_contact_is(panjin, item):
    item.supervised(at=clock.now(), demand="请联系13812345678核实。")
    page = panjin.client("sunli").get(f"/dawa/cases/{item.number}").text
    assert "13812345678" not in page
    assert "138****5678" in page


@pytest.mark.parametrize("who", ["linjing", "gaoyuan", "mengyan", "zhaoyang", "sunli", "qinchuan"])
def test_every_tab_of_what_waits_opens_empty_or_not(panjin, who):
    for each in tabs.views(panjin.actor(who)):
        path = f"/{panjin.desk(who)}/todo?view={each.key}"
        assert panjin.client(who).get(path).status_code == 200, each.key


def test_a_form_made_before_the_case_went_on_drafts_nothing(panjin, item):
    answer = send(panjin, item, "supervision", version="0", ground="overdue", demand=DEMAND)
    assert answer.status_code == 409
    assert DEMAND in answer.text


def test_the_board_leads_to_what_waits_for_the_reader(panjin, item):
    item.supervised(at=clock.now())

    def acts(who: str) -> list[str]:
        page = panjin.client(who).get(f"/{panjin.desk(who)}/supervision").text
        return re.findall(rf'cases/{item.number}/(supervision-\w+)"', page)

    people = ("zhaoyang", "linjing", "mengyan", "sunli")
    assert [acts(who) for who in people] == [["supervision-answer"], [], [], []]
    item.answered(at=clock.now())
    assert [acts(who) for who in people] == [[], ["supervision-review"], [], []]


def test_the_board_is_narrowed_to_a_district_and_to_what_is_late(panjin, item):
    item.supervised(at=clock.now() - timedelta(days=30))
    start = clock.now() - timedelta(days=2)
    other = Watched(panjin, start).dispatched("兴隆台区民心网工作站", at=start)
    other.assigned("兴隆台区住建局", by="wutong", at=start).supervised(at=clock.now())
    office = panjin.client("linjing")

    def shown(query: str) -> list[bool]:
        page = office.get(f"/city/supervision?{query}").text.partition('id="open"')[2]
        return [each.number in page for each in (item, other)]

    with panjin.standing():
        dawa, xinglongtai = item.case().tenant_id, other.case().tenant_id
    assert shown("") == [True, True]
    assert shown(f"tenant={dawa}") == [True, False]
    assert shown(f"tenant={xinglongtai}") == [False, True]
    assert shown("late=1") == [True, False]
    assert shown("tenant=99999999999999999999") == [True, True]
    none = office.get(f"/city/supervision?tenant={xinglongtai}&late=1").text
    assert "没有符合条件的督办件" in none


def picture(colour: str = "white") -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(made, "JPEG")
    made.seek(0)
    return made


def test_photos_come_with_the_answer_and_are_read_beside_it(panjin, item):
    now = clock.now()
    item.reported(at=now).signed(at=now).supervised(at=now)
    assert stages.row_of(panjin, item.number).state == "reported", "the case has left the unit"

    def answer(photo: io.BytesIO, name: str):
        data = {"text": "已修复", "responsible": "赵阳", "files": (photo, name)}
        return send(panjin, item, "supervision-answer", "zhaoyang", **data)

    bad = answer(io.BytesIO(b"x"), "a.exe")
    assert bad.status_code == 422
    assert "已修复" in bad.text, "what was typed stays"
    assert answer(picture(), "楼.jpg").status_code == 303
    review = panjin.client("linjing").get(f"/city/cases/{item.number}/supervision-review").text
    assert "楼.jpg" in review.partition('aria-label="督办回复"')[2].partition("</section>")[0]
    send(panjin, item, "supervision-review", verdict="sent_back", opinion="看不清")
    assert answer(picture(), "楼.jpg").status_code == 303
    page = panjin.client("linjing").get(f"/city/cases/{item.number}").text
    chain = page.partition('id="supervisions"')[2].partition("</section>")[0]
    links = re.findall(rf'href="(/city/cases/{item.number}/attachments/\d+)">楼.jpg', chain)
    assert len(links) == 2
    assert len(set(links)) == 1, "the same photo twice is kept once, and shown with both answers"
    assert panjin.client("linjing").get(links[0]).mimetype == "image/jpeg"


def test_a_lead_is_read_by_the_heads_of_the_office_and_nobody_else(panjin, item):
    at = clock.now() - timedelta(days=3)
    item.supervised(at=at).answered(at=at)
    item.reviewed(Verdict.FALSE, "现场查看", "与事实不符", at=at)
    item.supervised(Rung.SECOND, Ground.FALSE, at=at)
    seen = {
        who: "可能属于办结不实"
        in panjin.client(who).get(f"/{panjin.desk(who)}/cases/{item.number}").text
        for who in ("gaoyuan", "linjing", "mengyan", "zhaoyang", "sunli")
    }
    assert seen == {
        "gaoyuan": True, "linjing": False, "mengyan": False, "zhaoyang": False, "sunli": False
    }  # fmt: skip


def test_a_station_sees_no_draft_and_no_proposal_against_itself(panjin):
    start = clock.now() - timedelta(days=40)
    walk = Watched(panjin, start).dispatched("大洼区民心网工作站", at=start)
    propose(panjin)
    assert walk.number not in panjin.client("mengyan").get("/dawa/supervision").text
    walk.wished(at=clock.now())
    assert walk.number not in panjin.client("mengyan").get("/dawa/supervision").text
    assert "拟办中" not in panjin.client("mengyan").get(f"/dawa/cases/{walk.number}").text
    assert walk.number in panjin.client("linjing").get("/city/supervision").text


def test_a_station_that_is_supervised_itself_finds_it_among_what_waits(panjin):
    start = clock.now() - timedelta(days=40)
    walk = Watched(panjin, start).dispatched("大洼区民心网工作站", at=start)
    walk.supervised(at=clock.now())
    station = panjin.client("mengyan")
    assert "督办待回复" in station.get("/dawa/todo").text
    assert walk.number in station.get("/dawa/todo?view=pending_supervision").text
    sent = send(panjin, walk, "supervision-answer", "mengyan", text="已办", responsible="孟岩")
    assert sent.status_code == 303
    assert "督办待回复" not in station.get("/dawa/todo").text


def test_what_a_unit_is_asked_does_not_wait_for_its_station(panjin, item):
    item.supervised(at=clock.now())
    assert "督办待回复" not in panjin.client("mengyan").get("/dawa/todo").text


def test_the_board_shows_the_running_clock_and_not_what_it_was_at_the_issue(panjin, item):
    item.supervised(at=clock.now() - timedelta(days=3))
    with panjin.standing():
        chain.running(item.rungs()[0]).due_at = FAR
        db.session.commit()
    for page in ("/city/supervision", f"/city/cases/{item.number}"):
        assert "暂停计时" in panjin.client("linjing").get(page).text
        assert "9999" not in panjin.client("linjing").get(page).text


def test_a_closed_case_whose_message_waits_can_be_supervised(panjin):
    at = clock.now() - timedelta(days=40)
    walk = Watched(panjin, at).dispatched("大洼区民心网工作站", at=at).assigned(UNIT, at=at)
    walk.reported(at=at).signed(at=at).closed(at=at)

    def complained(case, by) -> None:
        messages.unhappy(case, 1, "没修好", origin="phone", by=by, at=at)
        message = messages.first(case, "pending")
        messages.pass_on(case, message.id, "请核实答复", by=by, at=at)

    walk._at("linjing", complained)
    propose(panjin)
    assert walk.number in panjin.client("linjing").get("/city/supervision").text
    page = panjin.client("linjing").get(f"/city/cases/{walk.number}").text
    assert "拟办督办" in page or "/supervision" in page
    answer = send(panjin, walk, "supervision", ground="dissatisfied", demand=DEMAND)
    assert answer.status_code == 303, answer.text
