"""延期: how often, how long, by whom, and what becomes of a request that nobody decided."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from minxin.cases import clocks, closing, extensions, handling, pausing, reach, reporting
from minxin.cases.extensions import Decision, Extension, Wish
from minxin.cases.models import Case
from minxin.cases.tallies import read
from minxin.cases.workflow import Conflict
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.extensions import db
from tests.cases.walking import REPORT, Walk

MONDAY = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
LATER = MONDAY + timedelta(days=2)
GRANTED = Decision(5, "同意", "施工需要，办理时间延长")


def case_of(item: Walk, who: str) -> Case:
    case = reach.find(item.number, item.cast.actor(who))
    assert case is not None
    return case


def ask(item, wish=None, who="zhaoyang", at=LATER, version=None):
    by = item.cast.actor(who)
    with item.cast.standing(who):
        extensions.ask(
            case_of(item, who), wish or Wish(5, "雨天无法施工"), by=by, at=at, version=version
        )
        db.session.commit()


def decide(item, decision=GRANTED, who="gaoyuan", at=LATER, version=None):
    by = item.cast.actor(who)
    with item.cast.standing(who):
        case = case_of(item, who)
        if isinstance(decision, str):
            extensions.refuse(case, decision, by=by, at=at, version=version)
        else:
            extensions.grant(case, decision, by=by, at=at, version=version)
        db.session.commit()


def requests(cast) -> list[Extension]:
    with cast.standing():
        found = list(db.session.scalars(select(Extension).order_by(Extension.id)))
        db.session.expunge_all()
        return found


def due(item) -> datetime:
    with item.cast.standing():
        return extensions.handling(item.case()).due_at


@pytest.fixture
def item(panjin) -> Walk:
    """A complaint in the hands of 大洼区住建局, due 11-16 24:00."""
    walk = Walk(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    walk.assigned("大洼区住建局", at=MONDAY)
    walk._at("zhaoyang", lambda case, by: handling.accept(case, by=by, at=MONDAY))
    return walk


@pytest.mark.parametrize("workdays", [0, -1, 6, 400])
def test_one_extension_is_of_one_to_five_workdays(panjin, item, workdays):
    with pytest.raises(Refused, match="1至5个工作日") as refused:
        ask(item, Wish(workdays, "雨天无法施工"))
    assert refused.value.field == "workdays"
    assert requests(panjin) == []


@pytest.mark.parametrize(
    ("wish", "field"), [(Wish(None, "雨天"), "workdays"), (Wish(3, "  "), "reason")]
)
def test_a_request_says_how_long_and_why(panjin, item, wish, field):
    with pytest.raises(Refused) as refused:
        ask(item, wish)
    assert refused.value.field == field
    assert requests(panjin) == []


def test_none_is_asked_for_while_one_waits(panjin, item):
    ask(item)
    with pytest.raises(Refused, match="等待审批"):
        ask(item, who="qianjin")
    assert len(requests(panjin)) == 1
    with panjin.standing():
        assert read()["pending_extension"] == 1


def test_a_second_one_is_an_exception_and_a_third_is_none(panjin, item):
    ask(item)
    decide(item)
    with pytest.raises(Refused, match="例外") as refused:
        ask(item)
    assert refused.value.field == "exception"
    ask(item, Wish(2, "仍在施工", "突降暴雪，全市停工"))
    decide(item, Decision(2, "同意", "因暴雪停工"))
    assert due(item) == datetime(2026, 11, 26, tzinfo=SHANGHAI)  # 11-16 + 5 + 2 workdays
    assert [each.exception for each in requests(panjin)] == ["", "突降暴雪，全市停工"]
    with pytest.raises(Refused, match="已经延期两次"):
        ask(item, Wish(1, "还要", "例外"))


def test_none_is_granted_while_the_clock_stands_still(panjin, item):
    ask(item)
    head = panjin.actor("gaoyuan")
    with panjin.standing("gaoyuan"):
        pausing.pause(case_of(item, "gaoyuan"), "责任待定", by=head, at=LATER)
        db.session.commit()
    with pytest.raises(Refused, match="暂停计时"):
        decide(item)
    assert [each.outcome for each in requests(panjin)] == ["pending"]
    with panjin.standing("gaoyuan"):
        pausing.resume(case_of(item, "gaoyuan"), by=head, at=LATER)
        db.session.commit()
    decide(item)
    assert [each.outcome for each in requests(panjin)] == ["granted"]


def test_a_refused_one_does_not_count_and_may_be_asked_for_again(panjin, item):
    ask(item)
    decide(item, "理由不足，请抓紧")
    ask(item, Wish(3, "补充：管线单位未到场"))
    assert [each.outcome for each in requests(panjin)] == ["refused", "pending"]


def test_fewer_days_than_asked_may_be_granted_and_never_more(panjin, item):
    ask(item, Wish(4, "雨天无法施工"))
    with pytest.raises(Refused, match="不能多于申请的天数"):
        decide(item, Decision(5, "同意", "施工"))
    decide(item, Decision(1, "同意1日", "施工"))
    assert due(item) == datetime(2026, 11, 18, tzinfo=SHANGHAI)
    (asked,) = requests(panjin)
    assert (asked.workdays, asked.granted, asked.decided_by) == (4, 1, "高远")
    assert asked.due_after == due(item)


@pytest.mark.parametrize(
    ("decision", "field"),
    [
        (Decision(None, "同意", "施工"), "workdays"),
        (Decision(2, "", "施工"), "opinion"),
        (Decision(2, "同意", " "), "citizen_reason"),
        ("", "reason"),
    ],
)
def test_a_decision_is_whole(panjin, item, decision, field):
    ask(item)
    before = due(item)
    with pytest.raises(Refused) as refused:
        decide(item, decision)
    assert refused.value.field == field
    assert due(item) == before
    assert requests(panjin)[0].outcome == "pending"


@pytest.mark.parametrize("who", ["linjing", "mengyan", "qianjin", "sunli", "qinchuan"])
def test_only_the_head_of_the_office_decides(panjin, item, who):
    ask(item)
    with pytest.raises(Refused, match="权限"):
        decide(item, who=who)
    assert requests(panjin)[0].outcome == "pending"


def test_nobody_decides_what_he_asked_for_himself(panjin, item):
    """Somebody who went from the unit to the head of the office meanwhile."""
    ask(item)
    himself = replace(panjin.actor("gaoyuan"), user_id=panjin.actor("zhaoyang").user_id)
    with panjin.standing("gaoyuan"), pytest.raises(Refused, match="本人"):
        extensions.grant(case_of(item, "gaoyuan"), GRANTED, by=himself, at=LATER)


@pytest.mark.parametrize("who", ["mengyan", "sunli", "linjing", "gaoyuan"])
def test_only_the_handling_unit_asks(panjin, item, who):
    with pytest.raises(Refused, match="权限"):
        ask(item, who=who)
    assert requests(panjin) == []


def test_nothing_is_decided_twice(panjin, item):
    ask(item)
    decide(item)
    with pytest.raises(Refused, match="已被处理"):
        decide(item)
    with pytest.raises(Refused, match="已被处理"):
        decide(item, "不同意")


def test_a_stale_form_decides_nothing(panjin, item):
    ask(item)
    with panjin.standing():
        version = item.case().version
    with pytest.raises(Conflict):
        decide(item, version=version - 1)
    with pytest.raises(Conflict):
        ask(item, version=version - 1)
    assert [each.outcome for each in requests(panjin)] == ["pending"]


def test_of_two_who_ask_at_once_one_request_is_made(panjin, item):
    with panjin.standing():
        version = item.case().version
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def go(who: str) -> None:
        with panjin.app.app_context():
            ready.wait()
            try:
                ask(item, who=who, version=version)
                outcomes.append("asked")
            except Refused:
                outcomes.append("refused")

    threads = [threading.Thread(target=go, args=(who,)) for who in ("zhaoyang", "qianjin")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["asked", "refused"]
    assert len(requests(panjin)) == 1


def test_a_case_that_stands_still_needs_no_extension(panjin, item):
    with panjin.standing("gaoyuan"):
        pausing.pause(case_of(item, "gaoyuan"), "责任不清", by=panjin.actor("gaoyuan"), at=LATER)
        db.session.commit()
    with pytest.raises(Refused, match="暂停计时"):
        ask(item)


def test_withdrawn_by_the_citizen_the_request_lapses(panjin, item):
    ask(item)
    with panjin.standing("linjing"):
        closing.withdraw(
            case_of(item, "linjing"), reason="不需要了", by=panjin.actor("linjing"), at=LATER
        )
        db.session.commit()
    assert [each.outcome for each in requests(panjin)] == ["lapsed"]
    with panjin.standing():
        assert "pending_extension" not in read()


def test_a_rework_can_be_extended_too(panjin, item):
    draft = reporting.Draft(REPORT, "solved", "赵阳", "孙立")
    item._at("zhaoyang", lambda case, by: reporting.submit(case, draft, by=by, at=LATER))
    item.signed(at=LATER).sent_back("未说明依据", at=LATER)  # Wednesday 11-04: due 11-09 24:00
    ask(item, Wish(2, "等待检测报告"), at=LATER + timedelta(hours=1))
    decide(item, Decision(2, "同意", "等待检测"), at=LATER + timedelta(hours=2))
    assert due(item) == datetime(2026, 11, 12, tzinfo=SHANGHAI)
    with panjin.standing():
        assert {c.rule_key for c in clocks.running(item.case())} == {"rework"}
