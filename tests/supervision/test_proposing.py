"""The worker's proposals: each fact speaks once, a moved deadline anew, what is over no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from minxin.cases import closing, dispatch, followup, promises, rating, reporting, returns, workflow
from minxin.cases.dispatch import Order
from minxin.cases.followup import Call
from minxin.cases.models import Clock
from minxin.cases.promises import Vow
from minxin.cases.returns import Claim
from minxin.clock import SHANGHAI, local
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.supervision import ending, ladder, proposing
from minxin.supervision.answering import Verdict
from minxin.supervision.ladder import DEFAULT, Ground, Rung
from tests.supervision.supervised import Watched, swept

MONDAY = datetime(2026, 9, 7, 1, tzinfo=UTC)


def sweep(cast, at: datetime) -> int:
    return swept(cast, at)


@pytest.fixture
def case(panjin) -> Watched:
    walk = Watched(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    return walk.assigned("大洼区住建局", at=MONDAY)


def due(cast, case: Watched) -> datetime:
    with cast.standing():
        query = select(Clock).where(Clock.case_id == case.case().id, Clock.rule_key == "complaint")
        return db.session.scalars(query).one().due_at


def test_three_workdays_late_speak_for_a_notice_and_only_once(panjin, case):
    assert local(due(panjin, case)).isoformat() == "2026-09-21T00:00:00+08:00", (
        "the 10th workday is Sunday the 20th, which is worked"
    )
    before = datetime(2026, 9, 23, 23, 59, tzinfo=SHANGHAI)
    assert sweep(panjin, before) == 0, "21, 22 and 23 are not whole yet"
    assert sweep(panjin, before + timedelta(minutes=1)) == 1
    assert sweep(panjin, before + timedelta(days=2)) == 0
    with panjin.standing():
        (proposal,) = case.proposals()
        assert (proposal.rung, proposal.ground) == (Rung.NOTICE, Ground.OVERDUE)


def test_declined_the_same_deadline_is_silent_and_a_moved_one_speaks_anew(panjin, case):
    late = datetime(2026, 9, 28, 1, tzinfo=UTC)
    sweep(panjin, late)
    with panjin.standing():
        (proposal,) = case.proposals()
        clock_id = proposal.clock_id
        ending.decline(proposal, "已电话催办，今日报结", by=panjin.actor("linjing"), at=late)
        db.session.commit()
    assert sweep(panjin, late + timedelta(days=1)) == 0
    with panjin.standing():
        db.session.get_one(Clock, clock_id).version += 1
        db.session.commit()
    assert sweep(panjin, late + timedelta(days=1)) == 1


def test_a_moved_deadline_lets_an_undecided_proposal_lapse(panjin, case):
    late = datetime(2026, 9, 28, 1, tzinfo=UTC)
    sweep(panjin, late)
    with panjin.standing():
        clock = db.session.get_one(Clock, case.proposals()[0].clock_id)
        clock.version, clock.due_at = clock.version + 1, late + timedelta(days=5)
        db.session.commit()
    assert sweep(panjin, late) == 0
    with panjin.standing():
        assert case.proposals() == []
        assert len(case.proposals("lapsed")) == 1


def test_what_was_reported_after_all_lapses(panjin, case):
    late = datetime(2026, 9, 28, 1, tzinfo=UTC)
    sweep(panjin, late)
    case.reported(at=late).signed(at=late)
    sweep(panjin, late)
    with panjin.standing():
        assert case.proposals() == []


def test_a_ground_that_the_city_switched_off_is_silent(panjin, case):
    late = datetime(2026, 9, 28, 1, tzinfo=UTC)
    triggers = {each.ground: (each.on, each.threshold) for each in DEFAULT.triggers}
    with panjin.standing():
        off = triggers | {Ground.OVERDUE: (False, 3)}
        ladder.adopt(off, base=0, by=panjin.actor("gaoyuan"), at=MONDAY)
        db.session.commit()
    assert sweep(panjin, late) == 0
    with panjin.standing():
        ladder.adopt(triggers, base=1, by=panjin.actor("gaoyuan"), at=MONDAY)
        db.session.commit()
    assert sweep(panjin, late) == 1


def test_a_rung_that_nobody_answers_speaks_for_the_next_while_it_waits(panjin, case):
    case.supervised(at=MONDAY)
    over = MONDAY + timedelta(days=8)
    assert sweep(panjin, over) == 1
    with panjin.standing():
        (proposal,) = case.proposals()
        assert (proposal.rung, proposal.ground) == (Rung.SECOND, Ground.UNANSWERED)
    case.wished(Rung.SECOND, Ground.UNANSWERED, at=over)
    with panjin.standing():
        assert [each.outcome for each in case.proposals("taken")] == ["taken"]
    assert sweep(panjin, over) == 0


def test_two_rungs_unanswered_are_a_fact_of_article_13_3(panjin, case):
    case.supervised(at=MONDAY)
    over = MONDAY + timedelta(days=8)
    sweep(panjin, over)
    with panjin.standing():
        assert case.events("score_fact") == [], "once is not 多次"
    case.supervised(Rung.SECOND, Ground.UNANSWERED, at=over)
    sweep(panjin, over + timedelta(days=8))
    with panjin.standing():
        (event,) = case.events("score_fact")
        assert (event.article, event.payload["fact"]) == ("第十三条（三）", "unanswered")


def test_an_answer_found_not_done_speaks_for_the_next(panjin, case):
    case.supervised(at=MONDAY).answered(at=MONDAY)
    case.reviewed(Verdict.NOT_DONE, "现场查看", "没有动工", at=MONDAY)
    assert sweep(panjin, MONDAY + timedelta(hours=1)) == 1
    with panjin.standing():
        assert case.proposals()[0].ground == Ground.NOT_DONE


def test_a_unit_that_gives_a_case_back_twice_speaks_for_a_notice(panjin, case):
    station = panjin.unit("大洼区住建局")
    for day in (1, 2):
        at = MONDAY + timedelta(hours=day)

        def back(item, by, at=at) -> None:
            returns.ask(item, Claim("duty", "三定规定", "不属本单位"), by=by, at=at)

        case._at("zhaoyang", back)
        case._at("mengyan", lambda item, by, at=at: returns.take_back(item, "同意", by=by, at=at))
        order = Order(station, "请办理", [])
        case._at(
            "mengyan",
            lambda item, by, at=at, order=order: dispatch.assign(item, order, by=by, at=at),
        )
    assert sweep(panjin, MONDAY + timedelta(hours=3)) == 1
    with panjin.standing():
        assert case.proposals()[0].ground == Ground.RETURNED


def test_a_citizen_who_says_that_nothing_was_done_speaks_for_a_notice(panjin, case):
    case.reported(at=MONDAY).signed(at=MONDAY)

    def called(item, by) -> None:
        reporting.approve(item, opinion="转回访", by=by, at=MONDAY)
        said = Call("reached", "没有来修", True, False, 3)
        followup.record(item, said, by=by, at=MONDAY)

    case._at("linjing", called)
    assert sweep(panjin, MONDAY + timedelta(hours=1)) == 1
    with panjin.standing():
        assert case.proposals()[0].ground == Ground.FALSE


def test_a_promise_thirty_days_over_speaks_for_a_notice_though_the_case_is_closed(panjin, case):
    case.reported(at=MONDAY).signed(at=MONDAY)

    def closed(item, by) -> None:
        reporting.approve(item, opinion="转回访", by=by, at=MONDAY)
        followup.record(item, Call("reached", "好", True, True, 4), by=by, at=MONDAY)
        rating.rate(item, stars=5, opinion="好", by=by, at=MONDAY)
        vow = Vow("国庆前装完", local(MONDAY).date())
        promises.track(item, vow, by=by, at=MONDAY)
        closing.close(item, method="planned", by=by, at=MONDAY)

    case._at("linjing", closed)
    assert sweep(panjin, MONDAY + timedelta(days=30)) == 0
    assert sweep(panjin, MONDAY + timedelta(days=31)) == 1
    with panjin.standing():
        assert case.proposals()[0].ground == Ground.NEGLECTED
    case.supervised(ground=Ground.NEGLECTED, at=MONDAY + timedelta(days=31))


def test_declining_asks_for_a_reason_and_for_the_right(panjin, case):
    late = datetime(2026, 9, 28, 1, tzinfo=UTC)
    sweep(panjin, late)
    with panjin.standing():
        (proposal,) = case.proposals()
        for name, reason, words in (
            ("linjing", " ", "请写明不予督办的理由"),
            ("linjing", "字" * 501, "不能超过500个字"),
            ("qinchuan", "不必", "没有督办该件的权限"),
        ):
            with pytest.raises(Refused, match=words):
                ending.decline(proposal, reason, by=panjin.actor(name), at=late)
        ending.decline(proposal, "已约谈", by=panjin.actor("hejun"), at=late)
        db.session.commit()
        with pytest.raises(Conflict, match="已由何军处理"):
            ending.decline(proposal, "已约谈", by=panjin.actor("linjing"), at=late)


def test_the_office_and_the_own_station_are_told_once_a_workday_in_working_hours(panjin, case):
    night = datetime(2026, 9, 28, 20, tzinfo=SHANGHAI)
    morning = datetime(2026, 9, 29, 9, tzinfo=SHANGHAI)
    sweep(panjin, night)
    with panjin.standing():
        for at in (night, morning, morning + timedelta(minutes=5)):
            proposing.announce(at)
        db.session.commit()
        query = select(Notice).where(Notice.key.startswith("proposals:"))
        told = sorted(n.user_id for n in db.session.scalars(query))
        names = ("linjing", "hejun", "gaoyuan", "mengyan")
        assert told == sorted(panjin.actor(name).user_id for name in names)


def test_a_case_that_was_withdrawn_is_proposed_no_more(panjin, case):
    late = datetime(2026, 9, 28, 1, tzinfo=UTC)
    sweep(panjin, late)
    case._at(
        "linjing",
        lambda item, by: workflow.move(
            item.id, "withdraw", by=by, at=late, reason="撤回", facts={"alone": True}
        ),
    )
    sweep(panjin, late)
    with panjin.standing():
        assert case.proposals() == []
