"""Facts that will score: kept once for each deadline, whether or not a rung was proposed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from minxin.cases import followup, messages, reporting, workflow
from minxin.cases.followup import Call
from minxin.extensions import db
from minxin.supervision import facts, ladder
from minxin.supervision.answering import Verdict
from minxin.supervision.ladder import DEFAULT, Ground, Rung
from tests.keeping import keep
from tests.supervision.supervised import Watched, swept

MONDAY = datetime(2026, 9, 7, 1, tzinfo=UTC)
OVER = MONDAY + timedelta(days=8)


def noted(case: Watched, at: datetime) -> list[tuple[str, str]]:
    """The facts of a case after the worker came twice."""
    for _ in range(2):
        swept(case.cast, at)
    with case.cast.standing():
        return [(each.article, each.payload["fact"]) for each in case.events("score_fact")]


@pytest.fixture
def case(panjin) -> Watched:
    walk = Watched(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    return walk.assigned("大洼区住建局", at=MONDAY)


@pytest.fixture
def unhappy(case) -> Watched:
    """Reported, called, 不满意, passed on to the unit: four days."""
    case.reported(at=MONDAY).signed(at=MONDAY)

    def called(item, by) -> None:
        reporting.approve(item, opinion="转回访", by=by, at=MONDAY)
        followup.record(item, Call("reached", "没修好", True, True, 2), by=by, at=MONDAY)
        message = messages.first(item, "pending")
        messages.pass_on(item, message.id, "请核实答复", by=by, at=MONDAY)

    case._at("linjing", called)
    return case


def test_a_message_in_time_is_no_fact_and_one_over_time_is_one(panjin, unhappy):
    assert noted(unhappy, MONDAY + timedelta(days=3)) == []
    assert noted(unhappy, OVER) == [("第十三条（四）", "message_late")]


def test_a_message_over_time_is_a_fact_though_the_city_proposes_nothing_for_it(panjin, unhappy):
    triggers = {each.ground: (each.on, each.threshold) for each in DEFAULT.triggers}
    with panjin.standing():
        off = triggers | {Ground.DISSATISFIED: (False, 0)}
        ladder.adopt(off, base=0, by=panjin.actor("gaoyuan"), at=MONDAY)
        db.session.commit()
    assert noted(unhappy, OVER) == [("第十三条（四）", "message_late")]


def test_one_answered_too_late_before_the_sweep_came_is_a_fact_too(panjin, unhappy):
    def answered(item, by) -> None:
        message = messages.first(item, "passed")
        messages.answer(item, message.id, "已修复", by=by, at=OVER)

    unhappy._at("zhaoyang", answered)
    assert noted(unhappy, OVER + timedelta(minutes=5)) == [("第十三条（四）", "message_late")]


def test_the_same_rung_late_and_late_again_with_its_supplement_is_not_more_than_once(panjin, case):
    case.supervised(at=MONDAY).answered(at=OVER)
    case.reviewed(Verdict.SENT_BACK, "", "缺照片", at=OVER)
    assert noted(case, OVER + timedelta(days=30)) == []


def test_a_second_rung_over_time_is_a_fact_of_the_unit_that_had_it(panjin, case):
    case.supervised(at=MONDAY)
    assert noted(case, OVER) == []
    case.supervised(Rung.SECOND, Ground.UNANSWERED, at=OVER)
    assert noted(case, OVER + timedelta(days=8)) == [("第十三条（三）", "unanswered")]
    with panjin.standing():
        (event,) = case.events("score_fact")
        assert event.payload["unit_id"] == panjin.unit("大洼区住建局")


def test_one_unit_late_and_then_another_is_nobodys_second_time(panjin):
    case = Watched(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY).supervised(at=MONDAY)
    case.assigned("大洼区城管局", at=OVER)
    keep(panjin)
    case.supervised(at=OVER)
    assert noted(case, OVER + timedelta(days=8)) == []


def test_a_message_on_a_case_that_was_withdrawn_is_held_against_nobody(panjin, case):
    def complained(item, by) -> None:
        messages.unhappy(item, 1, "没有人来", origin="phone", by=by, at=MONDAY)
        message = messages.first(item, "pending")
        messages.pass_on(item, message.id, "请核实答复", by=by, at=MONDAY)

    def withdrawn(item, by) -> None:
        how = {"reason": "撤回", "facts": {"alone": True}}
        workflow.move(item.id, "withdraw", by=by, at=MONDAY, **how)

    case._at("linjing", complained)
    case._at("linjing", withdrawn)
    assert noted(case, OVER) == []


def test_two_sweeps_at_once_keep_a_fact_once(panjin, unhappy):
    start = Barrier(2)

    def go() -> None:
        with panjin.app.app_context(), panjin.standing():
            start.wait()
            facts.sweep(OVER)
            db.session.commit()

    threads = [Thread(target=go) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with panjin.standing():
        assert len(unhappy.events("score_fact")) == 1
