"""回访 in vain → 网上公开征求意见: when, for how long, what is said, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from minxin.background import Outbox
from minxin.cases import (
    appraising,
    clocks,
    closing,
    consulting,
    followup,
    opinions,
    overdue,
    rating,
    reach,
    reachability,
    reporting,
    tallies,
)
from minxin.cases.consulting import Consultation, Notice, Opinion
from minxin.cases.followup import Call
from minxin.cases.models import CaseEvent
from minxin.cases.states import State
from minxin.clock import SHANGHAI
from minxin.comparison import rollups
from minxin.comparison.models import Rollup
from minxin.errors import Refused
from minxin.extensions import db
from minxin.notices.inbox import Notice as Notice_
from minxin.tenancy.context import within
from tests.cases.walking import Walk
from worker import jobs

NOTICE = Notice("育才路路灯不亮", "育才路路灯不亮", "已更换灯具，恢复照明", confirmed=True)


def at(day: int, hour: int = 9, month: int = 4) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def by(item: Walk, verb, *given, who="linjing", when=None, **more):
    with item.cast.standing(who):
        case = reach.find(item.number, item.cast.actor(who))
        verb(case, *given, by=item.cast.actor(who), at=when or at(28), **more)
        db.session.commit()


def called(item: Walk, outcome: str, *, when: datetime, **said):
    by(item, followup.record, Call(outcome, "打了电话", **said), when=when)


def keep_promises(cast) -> None:
    with cast.standing():
        waiting = select(Outbox.id).where(Outbox.done_at.is_(None)).order_by(Outbox.id)
        ids = list(db.session.scalars(waiting))
    for outbox_id in ids:
        jobs.keep_promise(cast.city.schema, outbox_id)


def reported(cast, *, phone: str = "", name: str = "") -> Walk:
    from minxin.cases.contacts import Person

    walk = Walk(cast, at(20), subject="育才路路灯不亮", person=Person(name, phone))
    walk.dispatched("大洼区民心网工作站", at=at(20)).assigned("大洼区住建局", at=at(20))
    walk.reported(at=at(27)).signed(at=at(28, 8))
    by(walk, lambda case, **who: reporting.approve(case, opinion="属实", **who))
    return walk


@pytest.fixture
def item(panjin) -> Walk:
    """Reported on 28 April, without a phone."""
    return reported(panjin)


@pytest.fixture
def with_phone(panjin) -> Walk:
    return reported(panjin, phone="13800001207")


def test_scenario_5_over_labour_day(panjin, item):
    """No phone; 04-29 00:00 – 05-05 24:00; no opinions; stars from 05-06; 办结 in May."""
    by(item, consulting.consult, NOTICE, when=at(28, 10))
    with panjin.standing():
        running = db.session.scalars(select(Consultation)).one()
        assert running.starts_at == at(29, 0)
        assert running.ends_at == at(6, 0, month=5)
        assert item.case().state == State.CONSULTING
        (clock,) = clocks.running(item.case())
        assert (clock.rule_key, clock.due_at) == ("consultation", at(6, 0, month=5))
    with pytest.raises(Refused, match="期限未满"):
        by(item, consulting.end, "没有收到意见", when=at(5, 23, month=5))
    by(item, consulting.end, "没有收到意见，视为无异议", when=at(6, 9, month=5))
    with panjin.standing():
        assert item.case().state == State.TO_RATE
        assert item.case().satisfaction is None, "neutral: in no rate of satisfaction"

    def stars(case, **who):
        rating.rate(case, stars=5, opinion="办理及时", **who)

    by(item, stars, when=at(6, 10, month=5))
    with panjin.standing():
        assert item.case().state == State.RATED
    by(item, lambda case, **who: closing.close(case, method="solved", **who), when=at(6, 11, 5))
    with panjin.standing():
        for day in (date(2026, 4, 28), date(2026, 5, 6)):
            rollups.refresh(day, at=at(7, month=5))
        counted = {
            month: tuple(sums)
            for month, *sums in db.session.execute(
                select(
                    func.extract("month", Rollup.day),
                    func.sum(Rollup.closed),
                    func.sum(Rollup.rated),
                ).group_by(func.extract("month", Rollup.day))
            )
        }
        assert counted == {4: (0, 0), 5: (1, 0)}, "办结 in May, and in no rate of satisfaction"


def test_it_is_not_closed_before_it_was_called_or_asked(panjin, item):
    """Scenario 5: no record of a call or a consultation, no star and no 结案."""
    with pytest.raises(Refused):
        by(item, lambda case, **who: closing.close(case, method="solved", **who))
    by(item, consulting.consult, NOTICE, when=at(28, 10))
    with pytest.raises(Refused):
        by(item, lambda case, **who: closing.close(case, method="solved", **who), when=at(30))
    with panjin.standing():
        assert item.case().state == State.CONSULTING


def test_who_left_a_phone_is_called_three_times_on_two_days_first(panjin, with_phone):
    with pytest.raises(Refused, match="才转网上征求意见"):
        by(with_phone, consulting.consult, NOTICE)
    called(with_phone, "no_answer", when=at(28, 9))
    called(with_phone, "no_answer", when=at(28, 15))
    called(with_phone, "wrong_number", when=at(28, 20))
    with panjin.standing():
        assert (
            "已有3次未接通（4月28日3次）。还须再拨打1次，其中至少1次在另外一天"
            in reachability.why_not(with_phone.case())
        )
    with pytest.raises(Refused, match="才转网上征求意见"):
        by(with_phone, consulting.consult, NOTICE, when=at(28, 21))
    called(with_phone, "no_answer", when=at(29, 9))
    with panjin.standing():
        assert reachability.why_not(with_phone.case()) == ""
    by(with_phone, consulting.consult, NOTICE, when=at(29, 10))


@pytest.mark.parametrize(
    ("has_phone", "days", "so"),
    [
        (False, [], True),
        (True, [1, 1, 1], False),
        (True, [1, 2], False),
        (True, [1, 1, 2], True),
        (True, [1, 2, 3, 4], True),
    ],
)
def test_three_calls_on_two_days(has_phone, days, so):
    dates = [at(day).date() for day in days]
    assert reachability.unreachable(has_phone, dates) is so


@pytest.mark.parametrize(
    ("notice", "field"),
    [
        (Notice("", "内容", "结果", True), "title"),
        (Notice("标题", " ", "结果", True), "text"),
        (Notice("标题", "内容", "", True), "result"),
        (Notice("标题", "内容，电话13812345678", "结果", True), "text"),
        (Notice("标题", "内容", "结果", False), "confirmed"),
        (Notice("标题", "内" * 5001, "结果", True), "text"),
    ],
)
def test_nothing_is_published_that_nobody_has_looked_through(panjin, item, notice, field):
    with pytest.raises(Refused) as refused:
        by(item, consulting.consult, notice)
    assert refused.value.field == field
    with panjin.standing():
        assert db.session.scalars(select(Consultation)).all() == []


def test_the_public_login_reads_it_in_its_days_and_never_the_case(panjin, item):
    by(item, consulting.consult, NOTICE, when=at(28, 10))
    with within(panjin.city.schema, login="public"):
        assert consulting.open_ones(at(28, 23))[0] == []
        assert consulting.published(1, at(28, 23)) is None
        (row,), more = consulting.open_ones(at(29, 0))
        assert (row.title, row.unit, more) == (NOTICE.title, "大洼区住建局", None)
        assert consulting.published(row.id, at(5, 23, month=5)).result == NOTICE.result
        assert consulting.open_ones(at(6, 0, month=5))[0] == []


def test_opinions_are_taken_in_its_days_once_a_form_and_counted(panjin, item):
    by(item, consulting.consult, NOTICE, when=at(28, 10))

    def say(stance: str, words: str, token: str, when: datetime):
        with within(panjin.city.schema, login="public"):
            consulting.send_opinion(1, stance, words, token=token, at=when)
            db.session.commit()

    for token in ("a", "a", "b"):
        say("agree", "", token, at(29))
    say("object", "路灯还是不亮", "c", at(5, 23, month=5))
    for stance, words, field in (("", "", "stance"), ("object", " ", "words")):
        with pytest.raises(Refused) as refused:
            say(stance, words, "d", at(30))
        assert refused.value.field == field
    with pytest.raises(Refused, match="不再接收意见"):
        say("agree", "", "e", at(6, 0, month=5))
    keep_promises(panjin)
    with panjin.standing():
        running = consulting.latest(item.case())
        heard = {"agree": 2, "object": 1, "invalid": 0, "waiting": 3}
        assert consulting.counts(running) == heard
        ids = [each.id for each in consulting.opinions(running)]
        assert {o.tenant_id for o in db.session.scalars(select(Opinion))} == {panjin.tenant("dawa")}
    with pytest.raises(Refused, match="还有3条意见没有判定"):
        by(item, consulting.end, "一条异议已核实", when=at(6, 9, month=5))
    with pytest.raises(Refused, match="权限"):
        by(item, opinions.judge, dict.fromkeys(ids, True), who="zhaoyang")
    by(item, opinions.judge, dict.fromkeys(ids, True), when=at(6, 8, month=5))
    by(item, opinions.judge, dict.fromkeys(ids, False), when=at(6, 9, month=5))
    by(item, consulting.end, "一条异议已核实", when=at(6, 9, month=5))
    with panjin.standing():
        event = db.session.scalars(
            select(CaseEvent).where(CaseEvent.name == "end_consultation")
        ).one()
        said = {"agree": 2, "object": 1, "invalid": 0, "waiting": 0}
        assert event.payload["opinions"] == said, "a verdict stands"


def test_stopped_it_is_gone_at_once_and_the_citizen_is_called(panjin, item):
    by(item, consulting.consult, NOTICE, when=at(28, 10))
    by(item, consulting.stop, "诉求人补充了电话", phone="139 0000 1208", when=at(30))
    with panjin.standing():
        assert (item.case().state, item.case().has_phone) == (State.FOLLOW_UP, True)
        assert "还没有未接通的回访" in reachability.why_not(item.case())
        assert [c.rule_key for c in clocks.running(item.case())] == ["followup"]
    with within(panjin.city.schema, login="public"):
        assert consulting.published(1, at(30)) is None
        with pytest.raises(Refused, match="撤下"):
            consulting.send_opinion(1, "agree", "", token="x", at=at(30))
        assert db.session.scalars(select(Consultation.id)).all() == [], "not even by its policy"


def test_reached_and_unwilling_to_judge_is_not_the_same_as_unreached(panjin, with_phone):
    with pytest.raises(Refused, match="不愿评价"):
        called(with_phone, "reached", when=at(28), contacted=True, solved=True)
    called(with_phone, "reached", when=at(28), contacted=True, solved=True, declined=True)
    with panjin.standing():
        case = with_phone.case()
        assert (case.state, case.satisfaction) == (State.TO_RATE, None)
        event = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "follow_up")).one()
        assert event.payload["declined"] is True


def test_without_call_or_consultation_only_a_waiver_leads_to_the_stars(panjin, item):
    """A fact of 第十三条（一）: who did it stands in the event."""
    with pytest.raises(Refused):
        by(item, lambda case, **who: rating.rate(case, stars=5, opinion="好", **who))
    with pytest.raises(Refused):
        by(item, followup.waive, " ", who="mengyan")
    with pytest.raises(Refused, match="权限"):
        by(item, followup.waive, "诉求人已经去世", who="linjing")
    by(item, followup.waive, "诉求人已经去世", who="mengyan")
    with panjin.standing():
        assert item.case().state == State.TO_RATE
        event = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "waive")).one()
        assert (event.actor_unit, event.reason) == ("大洼区民心网工作站", "诉求人已经去世")
        assert (event.payload["unverified"], event.payload["by_station"]) == (True, True)


def test_waived_while_the_public_is_asked_it_is_taken_off(panjin, item):
    by(item, consulting.consult, NOTICE, when=at(28, 10))
    by(item, followup.waive, "误转，已当面核实", who="gaoyuan", when=at(30))
    with within(panjin.city.schema, login="public"):
        assert consulting.published(1, at(30) + timedelta(hours=1)) is None


def test_the_handler_never_asks_about_his_own_work(panjin):
    walk = Walk(panjin, at(20)).dispatched("大洼区民心网工作站", at=at(20))
    walk.reported("mengyan", at=at(27))
    with panjin.standing():
        walk.case().state = State.FOLLOW_UP
        db.session.commit()
    with pytest.raises(Refused, match="不得由本"):
        by(walk, consulting.consult, NOTICE, who="mengyan")


def test_waiting_for_the_public_makes_nobody_late_and_its_end_is_told(panjin, item):
    by(item, consulting.consult, NOTICE, when=at(28, 10))
    with panjin.standing():
        late = select(func.count()).where(CaseEvent.name == "overdue")
        before = db.session.scalar(late)
        for when in (at(2, month=5), at(5, month=5), at(6, month=5), at(6, 10, month=5)):
            while overdue.sweep(when):
                pass
        overdue.count(at(6, 10, month=5))
        assert db.session.scalar(late) == before
        told = db.session.scalars(
            select(Notice_.text).where(Notice_.text.contains("征求意见"))
        ).all()
        assert len(told) == 1
        assert "已期满" in told[0]
        assert tallies.read().get("late_after", 0) == 0
    by(item, consulting.end, "没有收到意见", when=at(6, 11, month=5))
    with panjin.standing():
        ended = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "end_consultation"))
        assert ended.one().payload["clocks_stopped"] == {"consultation": True}


def test_the_citizens_own_name_is_found_in_the_text(panjin):
    item = reported(panjin, name="王小明")
    named = replace(NOTICE, text="王小明反映路灯不亮")
    with pytest.raises(Refused, match="还有诉求人的姓名"):
        by(item, consulting.consult, named)


def test_what_he_could_not_say_is_unclear_and_is_asked_for(panjin, with_phone):
    with pytest.raises(Refused, match="是否联系过"):
        called(with_phone, "reached", when=at(28), satisfaction=3)
    both = frozenset({"contacted", "solved"})
    called(with_phone, "reached", when=at(28), satisfaction=3, unclear=both)
    with panjin.standing():
        assert with_phone.case().satisfaction == 3


def test_his_earlier_word_stands_until_he_says_another_one(panjin, item):
    view = appraising.View(2, words="4月28日来电")
    by(item, appraising.appraise, view, when=at(28, 10))
    by(item, consulting.consult, NOTICE, when=at(28, 11))
    by(item, consulting.end, "没有收到意见", when=at(6, 11, month=5))
    with panjin.standing():
        assert item.case().satisfaction == 2


def test_without_a_phone_no_call_can_have_failed(item):
    with pytest.raises(Refused, match="没有留下联系电话"):
        called(item, "no_answer", when=at(28))
