"""延期 on pages: asking with the dates before one, deciding, and every way that it goes wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.cases.extensions import Extension
from minxin.cases.handling import enter_log
from minxin.cases.reach import find
from minxin.cases.tracking import find as tracking_of
from minxin.cases.tracking import open_for
from minxin.extensions import db
from tests.web.workbench import stages

ASK = {"workdays": "3", "reason": "雨天无法施工，已勘查现场"}
GRANT = {"decision": "grant", "workdays": "2", "opinion": "同意", "citizen_reason": "受天气影响"}
HTMX = {"HX-Request": "true", "HX-Target": "extension-working"}


def send(cast, number, who, noun, data, version=None):
    data = {**data, "version": str(version or stages.version_of(cast, number))}
    return cast.client(who).post(f"/{cast.desk(who)}/cases/{number}/{noun}", data=data)


def requests(cast) -> list[Extension]:
    with cast.standing():
        found = list(db.session.scalars(select(Extension)))
        db.session.expunge_all()
        return found


@pytest.fixture
def number(panjin) -> str:
    return stages.at_stage(panjin, "handling")


@pytest.fixture
def asked(panjin, number) -> str:
    assert send(panjin, number, "zhaoyang", "extension", ASK).status_code == 303
    return number


def test_the_unit_asks_with_every_date_before_it(panjin, number):
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{number}/extension").text
    assert page.count("个工作日，至") == 5
    assert "现在的办理时限是" in page
    assert "延期5个工作日，自原到期日次日起计" in page
    part = panjin.client("zhaoyang").get(f"/dawa/cases/{number}/extension?workdays=2", headers=HTMX)
    assert "延期2个工作日，自原到期日次日起计" in part.text
    assert "<html" not in part.text


@pytest.mark.parametrize("workdays", ["", "0", "9", "٣", "99999999999999999999", "-1"])
def test_the_working_of_no_such_number_is_empty(panjin, number, workdays):
    part = panjin.client("zhaoyang").get(
        f"/dawa/cases/{number}/extension?workdays={workdays}", headers=HTMX
    )
    assert part.status_code == 200
    assert "延长后的时限" not in part.text


def test_it_waits_for_the_head_and_is_shown_to_everybody_who_sees_the_case(panjin, asked):
    unit = panjin.client("zhaoyang").get(f"/dawa/cases/{asked}").text
    assert "待批" in unit
    assert "申请延期3个工作日" in unit
    assert f'href="/dawa/cases/{asked}/extension"' not in unit, "one at a time"
    todo = panjin.client("gaoyuan").get("/city/todo?view=pending_extension").text
    assert asked in todo
    head = panjin.client("gaoyuan").get(f"/city/cases/{asked}").text
    assert f'btn-primary btn-wide" href="/city/cases/{asked}/extension-decision"' in head
    clerk = panjin.client("linjing").get(f"/city/cases/{asked}").text
    assert f"/city/cases/{asked}/extension-decision" not in clerk


def test_granted_the_unit_and_the_citizen_read_the_new_date(panjin, asked):
    with panjin.standing("linjing"):
        open_for(find(asked, panjin.actor("linjing")), at=clock.now())
        db.session.commit()
    page = panjin.client("gaoyuan").get(f"/city/cases/{asked}/extension-decision").text
    for words in ("大洼区住建局 赵阳", "3个工作日", "雨天无法施工，已勘查现场", "原时限"):
        assert words in page
    assert send(panjin, asked, "gaoyuan", "extension-decision", GRANT).status_code == 303
    (made,) = requests(panjin)
    assert (made.outcome, made.granted) == ("granted", 2)
    unit = panjin.client("zhaoyang").get(f"/dawa/cases/{asked}").text
    assert "已批准" in unit
    with panjin.standing():
        from minxin.cases.tracking import project

        project(find(asked, panjin.actor("linjing")), at=clock.now())
        assert "受天气影响" in tracking_of(asked).steps[-1]["note"]
        assert tracking_of(asked).due_at == made.due_after
        db.session.rollback()


def test_refused_the_unit_reads_why_and_the_citizen_nothing(panjin, asked):
    answer = send(
        panjin, asked, "gaoyuan", "extension-decision", {"decision": "refuse", "reason": "请抓紧"}
    )
    assert answer.status_code == 303
    unit = panjin.client("zhaoyang").get(f"/dawa/cases/{asked}").text
    assert "未批准" in unit
    assert "请抓紧" in unit


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"workdays": "5"}, "不能多于申请的天数"),
        ({"workdays": ""}, "请填写延长的工作日数"),
        ({"opinion": " "}, "请填写意见"),
        ({"citizen_reason": ""}, "请填写告知诉求人的延期理由"),
        ({"decision": "refuse", "reason": ""}, "请写明理由"),
        ({"citizen_reason": "因" * 301}, "不能超过300个字"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(panjin, asked, changed, words):
    answer = send(panjin, asked, "gaoyuan", "extension-decision", GRANT | changed)
    assert answer.status_code == 422
    assert words in answer.text
    assert changed.get("citizen_reason", "受天气影响") in answer.text
    assert requests(panjin)[0].outcome == "pending"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"workdays": "6"}, "1至5个工作日"),
        ({"workdays": "abc"}, "请填写延长的工作日数"),
        ({"reason": ""}, "请写明理由"),
        ({"reason": "因" * 1001}, "不能超过1000个字"),
    ],
)
def test_a_wrong_request_is_said(panjin, number, changed, words):
    answer = send(panjin, number, "zhaoyang", "extension", ASK | changed)
    assert answer.status_code == 422
    assert words in answer.text
    assert requests(panjin) == []


def test_after_the_due_instant_the_page_says_that_it_is_too_late(panjin):
    number = stages.at_stage(panjin, "accepted", at=clock.now() - timedelta(days=40))
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{number}/extension")
    assert page.status_code == 409
    assert "已超时限" in page.text
    answer = send(panjin, number, "zhaoyang", "extension", ASK)
    assert answer.status_code == 422
    assert "已超时限" in answer.text
    assert requests(panjin) == []


def test_sent_twice_it_is_asked_once_and_said(panjin, number):
    version = stages.version_of(panjin, number)
    client = panjin.client("zhaoyang")
    data = ASK | {"version": str(version)}
    for _ in range(2):
        answer = client.post(f"/dawa/cases/{number}/extension", data=data)
        assert answer.status_code == 303
    assert "重复提交没有再次执行" in client.get(answer.location).text
    assert len(requests(panjin)) == 1


def test_decided_twice_it_is_decided_once(panjin, asked):
    version = stages.version_of(panjin, asked)
    for _ in range(2):
        answer = send(panjin, asked, "gaoyuan", "extension-decision", GRANT, version)
        assert answer.status_code == 303
    assert [each.outcome for each in requests(panjin)] == ["granted"]
    gone = panjin.client("gaoyuan").get(f"/city/cases/{asked}/extension-decision")
    assert gone.status_code == 409
    assert "没有等待审批的延期申请" in gone.text


def test_a_form_from_before_a_change_is_shown_again_with_what_was_typed(panjin, number):
    version = stages.version_of(panjin, number)
    with panjin.standing("qianjin"):
        by = panjin.actor("qianjin")
        enter_log(find(number, by), "又去了一次", by=by, at=clock.now())
        db.session.commit()
    answer = send(panjin, number, "zhaoyang", "extension", ASK, version)
    assert answer.status_code == 409
    assert "没有执行" in answer.text
    assert ASK["reason"] in answer.text
    assert requests(panjin) == []


@pytest.mark.parametrize(
    ("who", "noun"),
    [
        ("linjing", "extension-decision"),
        ("mengyan", "extension-decision"),
        ("zhaoyang", "extension-decision"),
        ("sunli", "extension"),
        ("mengyan", "extension"),
        ("gaoyuan", "extension"),
        ("qinchuan", "extension-decision"),
    ],
)
def test_the_wrong_person_is_refused(panjin, asked, who, noun):
    data = GRANT if noun == "extension-decision" else ASK
    assert send(panjin, asked, who, noun, data).status_code == 403
    assert [each.outcome for each in requests(panjin)] == ["pending"]


def test_a_foreign_case_is_not_there(panjin, asked):
    for who in ("wutong", "zhengtao"):
        answer = send(panjin, asked, who, "extension", ASK)
        assert answer.status_code == 404
