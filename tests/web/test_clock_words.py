"""Every due instant on a page says what it is, whether it may move, and why it is that day."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from minxin import clock
from minxin.cases import outages, overdue, pausing, recomputing, tracking
from minxin.cases.models import Case, Clock, Tracking
from minxin.cases.outages import Declared
from minxin.clock import local
from minxin.extensions import db
from minxin.privacy.ring import vault
from tests.cases.walking import Walk

UNIT = "大洼区住建局"


@pytest.fixture
def walk(panjin) -> Walk:
    """Received an hour ago, in hand at a unit, with a progress page."""
    at = clock.now() - timedelta(hours=1)
    made = Walk(panjin, at).dispatched(UNIT, at=at)
    with panjin.standing():
        tracking.open_for(made.case(), at=at)
        db.session.commit()
    return made


def provisional(walk: Walk) -> None:
    with walk.cast.standing():
        db.session.execute(update(Clock).where(Clock.stopped_at.is_(None)).values(provisional=True))
        db.session.execute(update(Case).values(due_provisional=True))
        tracking.project(walk.case(), at=clock.now())
        db.session.commit()


def progress(walk: Walk, client) -> str:
    with walk.cast.standing():
        code = "ABCD2345"
        row = db.session.scalars(select(Tracking)).one()
        row.code_digest = vault().code_digest(row.number, code)
        db.session.commit()
    answer = client.post("/tracking", data={"number": walk.number, "code": code})
    return client.get(answer.location).text


def test_the_case_says_how_long_the_citizen_waits_beside_the_units_clock(panjin, walk):
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{walk.number}").text
    assert "诉求人已等待" in page
    assert "1 小时" in page
    assert page.count("为什么是这一天") >= 2


def test_the_citizens_wait_ends_with_the_case(panjin, walk):
    with panjin.standing():
        row = walk.case()
        row.closed_at = row.received_at + timedelta(days=12, hours=1)
        db.session.commit()
    page = panjin.client("linjing").get(f"/city/cases/{walk.number}").text
    assert "诉求人共等待" in page
    assert "12 天 1 小时" in page


def test_the_print_gives_the_working_of_every_clock(panjin, walk):
    page = panjin.client("linjing").get(f"/city/cases/{walk.number}/print").text
    assert "诉求人已等待" in page
    assert "办理时限为什么是" in page
    assert "签收时限为什么是" in page


def test_a_list_names_the_clock_and_leads_to_its_working(panjin, walk):
    page = panjin.client("linjing").get("/city/cases").text
    assert "签收时限" in page
    assert f"/city/cases/{walk.number}#clocks" in page


def test_a_provisional_date_says_so_wherever_it_stands(panjin, walk):
    provisional(walk)
    assert "暂定" in panjin.client("linjing").get("/city/cases").text
    assert "（暂定，放假安排录入后重算）" in (
        panjin.client("zhaoyang").get(f"/dawa/cases/{walk.number}").text
    )
    assert "（暂定）" in panjin.client("linjing").get(f"/city/cases/{walk.number}/print").text
    assert re.search(r"最迟 .*（暂定） 办出结果", progress(walk, panjin.client()))


def test_the_citizen_reads_why_in_his_own_words(panjin, walk):
    page = progress(walk, panjin.client())
    assert "为什么是这一天" in page
    assert "承办单位的办理时限是10个工作日。" in page
    assert "已等待 1 小时" in page
    assert "第九条" not in page


def test_an_outage_reaches_the_citizens_page_too(panjin, walk):
    with panjin.standing():
        before = db.session.scalars(select(Tracking.due_at)).one()
        end = clock.now()
        declared = Declared(end - timedelta(minutes=30), end, "机房断电")
        made = outages.declare(declared, by=panjin.actor("gaoyuan"), at=end)
        db.session.commit()
        for _ in recomputing.recompute_for(made.id, end):
            db.session.commit()
        row = db.session.scalars(select(Tracking)).one()
        handling = db.session.scalars(select(Clock).where(Clock.rule_key == "complaint")).one()
        assert row.due_at == handling.due_at
        if _worked(end):
            assert row.due_at > before
            assert "平台停机" in "".join(row.why)


def test_a_case_that_stands_still_says_so(panjin, walk):
    with panjin.standing():
        pausing.pause(walk.case(), "责任不清", by=panjin.actor("gaoyuan"), at=clock.now())
        db.session.commit()
    assert "暂停计时" in panjin.client("linjing").get("/city/cases").text
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{walk.number}").text
    assert "恢复计时后重新计算到期时间" in page
    assert "责任不清（高远批准）" in page
    assert "9999" not in page
    citizen = progress(walk, panjin.client())
    assert "期间暂停计时" in citizen
    assert "9999" not in citizen


def test_board_and_console_warn_before_the_calendar_ends(panjin, walk):
    provisional(walk)
    with panjin.standing():
        overdue.count(clock.now())
        db.session.commit()
    for path in ("/city/", "/console/"):
        page = panjin.client("gaoyuan").get(path).text
        assert "年放假安排尚未录入" in page
        assert "现有2个在办时限为暂定" in page


def _worked(at: datetime) -> bool:
    return local(at).weekday() < 5
