"""The case page: who sees it, what it says, and what it costs."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from minxin import clock
from minxin.cases import handling, reach, workflow
from minxin.clock import SHANGHAI
from minxin.extensions import db
from tests.web.workbench import stages


@contextmanager
def statements(app):
    """The SQL statements of a block; what opens each transaction is not counted.

    The desks are read anew within, as they are once a minute: the dearest case, and always so.
    """
    app.extensions.get("desks", {}).clear()
    seen: list[str] = []

    def note(connection, cursor, statement, *rest):
        if not statement.startswith("SET LOCAL"):
            seen.append(statement)

    for engine in db.engines.values():
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in db.engines.values():
            event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("who", "stage", "status"),
    [
        ("linjing", "claimed", 200),
        ("qinchuan", "handling", 200),
        ("mengyan", "claimed", 404),
        ("mengyan", "dispatched", 200),
        ("zhaoyang", "dispatched", 404),
        ("zhaoyang", "assigned", 200),
        ("sunli", "assigned", 200),
        ("zhouning", "assigned", 404),
        ("wutong", "assigned", 404),
        ("fengxue", "claimed", 404),
        ("chencheng", "claimed", 403),
    ],
)
def test_a_case_is_seen_by_those_whom_it_reaches(panjin, who, stage, status):
    number = stages.at_stage(panjin, stage)
    answer = panjin.client(who).get(f"/{panjin.desk(who)}/cases/{number}")
    assert answer.status_code == status


def test_the_whole_life_of_a_case_is_told_in_sentences(panjin):
    number = stages.at_stage(panjin, "rated")
    page = panjin.client("linjing").get(f"/city/cases/{number}").text
    for words in (
        "登记诉求（来电）",
        "转办至大洼区民心网工作站",
        "分派至大洼区住建局",
        "提交调查处理报告，拟以“已解决”结案，请孙立审签",
        "审签报告，报结",
        "回访完成：已接通，已联系，已解决，满意",
        "初审评星：5星",
        "办理时限按时停止",
        "内部",
    ):
        assert words in page, words


def test_a_running_clock_says_when_and_why(panjin):
    at = datetime.combine(clock.now().astimezone(SHANGHAI), datetime.min.time(), SHANGHAI)
    number = stages.at_stage(panjin, "accepted", at=at)
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{number}").text
    assert "为什么是这一天" in page
    assert "投诉办理：时限10个工作日" in page
    assert "当日不计" in page
    assert "24:00 到期" in page


def test_a_late_clock_is_a_red_card_in_words(panjin):
    number = stages.at_stage(panjin, "accepted", at=clock.now() - timedelta(days=40))
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{number}").text
    assert "红牌 · 超期" in page


def test_the_filled_button_is_the_one_that_the_state_waits_for(panjin):
    number = stages.at_stage(panjin, "handling")
    unit = panjin.client("zhaoyang").get(f"/dawa/cases/{number}").text
    assert f'btn-primary btn-wide" href="/dawa/cases/{number}/report"' in unit
    station = panjin.client("mengyan").get(f"/dawa/cases/{number}").text
    assert "大洼区住建局正在办理。" in station
    leader = panjin.client("qinchuan").get(f"/city/cases/{number}").text
    assert 'class="btn btn-primary' not in leader


def test_differences_from_the_original_are_marked(panjin):
    number = stages.entered(panjin, body="小区门口路灯已经三天不亮，晚上出门看不清路，请尽快修复。")
    with panjin.standing("linjing"):
        case = reach.find(number, panjin.actor("linjing"))
        case.wording = "小区门口路灯已经五天不亮，晚上出门看不清路，请尽快修复。"
        db.session.commit()
    page = panjin.client("linjing").get(f"/city/cases/{number}").text
    assert "小区门口路灯已经五天不亮，晚上出门看不清路" in page
    compared = page.partition("与原文对照</summary>")[2]
    assert "<del>三天</del>" in compared
    assert "<ins>五天</ins>" in compared
    tab = panjin.client("linjing").get(
        f"/city/cases/{number}?text=body",
        headers={"HX-Request": "true", "HX-Target": "case-texts"},
    )
    assert "三天不亮" in tab.text
    assert "<html" not in tab.text


def test_a_script_in_a_text_is_text(panjin):
    nasty = "<script>alert(1)</script>"
    number = stages.entered(panjin, subject=f"路灯{nasty}", body=f"不亮{nasty}", place=nasty)
    client = panjin.client("linjing")
    for path in ("", "?text=body", "/print", "/similar", "/claim"):
        page = client.get(f"/city/cases/{number}{path}").text
        assert nasty not in page
        assert "&lt;script&gt;" in page


def test_numbers_in_the_texts_are_masked_for_who_may_not_see_the_contact(panjin):
    number = stages.at_stage(panjin, "assigned", body="请打13900005678找我", kind="report")
    unit = panjin.client("zhaoyang").get(f"/dawa/cases/{number}?text=body").text
    assert "13900005678" not in unit
    assert "139****5678" in unit
    office = panjin.client("linjing").get(f"/city/cases/{number}?text=body").text
    assert "13900005678" in office


@pytest.mark.parametrize("who", ["linjing", "gaoyuan", "mengyan", "zhaoyang", "zhouning", "sunli"])
def test_the_page_costs_eight_statements_for_everybody(panjin, who):
    number = stages.at_stage(panjin, "assigned", co_units=["大洼区城管局"])
    client, path = panjin.client(who), f"/{panjin.desk(who)}/cases/{number}"
    assert client.get(path).status_code == 200
    with statements(panjin.app) as seen:
        client.get(path)
    assert len(seen) <= 8, "\n\n".join(seen)


def test_the_page_costs_eight_statements_however_long_the_life(panjin):
    number = stages.at_stage(panjin, "handling")
    unit = panjin.actor("zhaoyang")
    client = panjin.client("zhaoyang")
    client.get(f"/dawa/cases/{number}")
    with statements(panjin.app) as few:
        assert client.get(f"/dawa/cases/{number}").status_code == 200
    with panjin.standing("zhaoyang"):
        case = reach.find(number, unit)
        for n in range(50):
            handling.enter_log(case, f"第{n}次核实", by=unit, at=clock.now())
            workflow.note(case, "reveal", by=unit, at=clock.now(), payload={"reason": "核实"})
        db.session.commit()
    with statements(panjin.app) as many:
        page = client.get(f"/dawa/cases/{number}").text
    assert "第49次核实" in page
    assert len(many) == len(few) <= 8, "\n\n".join(many)


def test_the_print_holds_every_text_and_no_contact(panjin):
    number = stages.at_stage(panjin, "rated")
    page = panjin.client("linjing").get(f"/city/cases/{number}/print").text
    for words in ("规范内容", "原文", "调查处理报告", "办理经过", "已更换灯具"):
        assert words in page
    assert stages.PHONE not in page
    assert "138****1234" not in page


def test_cases_of_the_same_phone_and_of_similar_words_are_shown(panjin):
    first = stages.entered(panjin, subject="幸福里小区路灯损坏")
    second = stages.entered(panjin, subject="公交车晚点")
    answer = panjin.client("linjing").get(
        f"/city/cases/{first}/similar", headers={"HX-Request": "true"}
    )
    assert "同一联系电话" in answer.text
    assert second in answer.text


def test_the_same_phone_never_tells_a_unit_who_reported_it(panjin):
    report = stages.at_stage(panjin, "assigned", kind="report", subject="饭店油烟直排")
    plain = stages.at_stage(panjin, "assigned", subject="自来水压力不足")
    client = panjin.client("zhaoyang")
    assert report not in client.get(f"/dawa/cases/{plain}/similar").text
    assert plain not in client.get(f"/dawa/cases/{report}/similar").text
    assert report in panjin.client("linjing").get(f"/city/cases/{plain}/similar").text


@pytest.mark.parametrize("noun", ["", "/print"])
def test_case_pages_bear_the_name_of_who_looks(panjin, noun):
    number = stages.at_stage(panjin, "accepted")
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{number}{noun}").text
    assert 'data-mark="赵阳 大洼区住建局 ' in page
