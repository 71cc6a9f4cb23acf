"""并案: one master is handled for all; no case is lost in it, nobody reads the words of others."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from minxin import reactions
from minxin.background import Outbox
from minxin.cases import (
    clocks,
    closing,
    dispatch,
    joined,
    merging,
    reach,
    screening,
    search,
    tracking,
)
from minxin.cases.dispatch import Order
from minxin.cases.models import Assignment, Case, CaseEvent, Tracking
from minxin.cases.states import State, Track
from minxin.cases.tallies import by_tenant
from minxin.clock import SHANGHAI
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.people.actor import CITIZEN
from tests.cases.walking import Walk

MONDAY = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
LATER = MONDAY + timedelta(hours=2)
STATION = "大洼区民心网工作站"
WHY = "同一路段同一问题，一并办理"


def case_of(item: Walk, who: str = "linjing") -> Case:
    case = reach.find(item.number, item.cast.actor(who))
    assert case is not None
    return case


def merge(item: Walk, into: Walk | str, *, who="linjing", at=LATER, reason=WHY, version=None):
    number = into if isinstance(into, str) else into.number
    with item.cast.standing(who):
        by = item.cast.actor(who)
        merging.merge(case_of(item, who), number, reason, by=by, at=at, version=version)
        db.session.commit()


def split(item: Walk, *, who="hejun", at=LATER, reason="另有新的问题"):
    with item.cast.standing(who):
        merging.split(case_of(item, who), reason, by=item.cast.actor(who), at=at)
        db.session.commit()


def react(cast) -> None:
    """Do what follows from every event so far, as the worker does: by the case's own tenant."""
    with cast.standing():
        waiting = db.session.execute(
            select(Outbox.ids, Outbox.tenant_id).where(Outbox.job == "cases.react")
        ).all()
        db.session.commit()
    for ids, _ in waiting:
        with cast.standing():
            event = db.session.get_one(CaseEvent, ids["event_id"])
            slug = next(s for s, t in cast.tenants.items() if t == event.tenant_id)
        who = {"dawa": "mengyan", "xinglongtai": "wutong"}.get(slug)
        with cast.standing(who):
            reactions.react(ids["event_id"], at=LATER)
            db.session.commit()


@pytest.fixture
def master(panjin) -> Walk:
    walk = Walk(panjin, MONDAY, subject="育才路路灯不亮").dispatched(STATION, at=MONDAY)
    return walk.assigned("大洼区住建局", at=MONDAY)


@pytest.fixture
def double(panjin) -> Walk:
    return Walk(panjin, MONDAY, subject="育才路晚上路灯全都不亮")


def test_a_merged_case_ends_and_lies_with_its_master(panjin, master, double):
    merge(double, master)
    with panjin.standing():
        case, lead = double.case(), master.case()
        assert (case.state, case.master_id, case.closed_at) == (State.MERGED, lead.id, LATER)
        assert (case.tenant_id, case.unit_id) == (panjin.tenant("dawa"), None)
        assert clocks.running(case) == []
        assert [c.rule_key for c in clocks.running(lead)] == ["accept", "complaint"]
        assert joined.to(lead) == [(case.id, double.number)]
        names = select(CaseEvent.name).where(CaseEvent.case_id == lead.id).order_by(CaseEvent.id)
        assert db.session.scalars(names).all()[-1] == "join"
        assert by_tenant()[panjin.tenant("dawa")]["merged"] == 1


def test_one_that_a_unit_works_on_leaves_it_and_the_unit_is_told(panjin, master):
    other = Walk(panjin, MONDAY).dispatched("市城管局", at=MONDAY)
    merge(other, master)
    with panjin.standing():
        orders = db.session.scalars(
            select(Assignment).where(Assignment.case_id == other.case().id)
        ).all()
        assert [(o.outcome, o.ended_at) for o in orders] == [("merged", LATER)]
    react(panjin)
    with panjin.standing():
        texts = db.session.scalars(select(Notice.text).where(Notice.text.contains("并入"))).all()
        assert any(t.startswith(master.number) for t in texts), "the unit that handles the master"


def test_what_was_merged_into_a_case_goes_along_and_chains_are_flat(panjin, master, double):
    third = Walk(panjin, MONDAY)
    merge(third, double)
    merge(double, master)
    with panjin.standing():
        lead = master.case()
        assert {row.number for row in joined.to(lead)} == {double.number, third.number}
        assert third.case().tenant_id == panjin.tenant("dawa")
    fourth = Walk(panjin, MONDAY)
    merge(fourth, third)
    with panjin.standing():
        assert fourth.case().master_id == master.case().id, "a merged one stands for its master"


def test_they_go_wherever_their_master_goes(panjin, double):
    lead = Walk(panjin, MONDAY)
    merge(double, lead)
    lead.dispatched("兴隆台区住建局", at=LATER)
    with panjin.standing():
        assert double.case().tenant_id == panjin.tenant("xinglongtai")
        tallies = by_tenant()
        assert tallies[panjin.tenant("xinglongtai")]["merged"] == 1
        assert tallies[panjin.tenant("shizhi")].get("merged", 0) == 0


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("itself", "自身"),
        ("nothing", "没有找到"),
        ("withdrawn", "不能作为主件"),
        ("report", "举报件"),
        ("question", "逐件答复"),
        ("empty", "请选择并入的主件"),
    ],
)
def test_what_cannot_be_handled_as_one_is_refused_with_the_reason(panjin, double, made, said):
    other = Walk(panjin, MONDAY)
    into = {"itself": double.number, "nothing": "20260101-99999", "empty": " "}.get(
        made, other.number
    )
    with panjin.standing("linjing"):
        if made == "withdrawn":
            closing.withdraw(case_of(other), reason="已修好", by=CITIZEN, at=MONDAY)
        if made == "report":
            case_of(other).kind = "report"
        if made == "question":
            case_of(other).track = Track.QUESTION
        db.session.commit()
    with pytest.raises(Refused, match=said):
        merge(double, into)
    with panjin.standing():
        assert double.case().state == State.UNCLAIMED


def test_an_urgent_case_leads_and_is_never_merged(panjin, master, double):
    with panjin.standing():
        double.case().flagged_at = MONDAY
        db.session.commit()
    with pytest.raises(Refused, match="应作为主件"):
        merge(double, master)


def test_a_reason_is_asked_for(master, double):
    with pytest.raises(Refused) as refused:
        merge(double, master, reason="  ")
    assert refused.value.field == "reason"


def test_a_master_is_neither_withdrawn_nor_refused_while_others_wait_for_it(panjin, double):
    lead = Walk(panjin, MONDAY)
    merge(double, lead)
    with panjin.standing("linjing"):
        by = panjin.actor("linjing")
        with pytest.raises(Refused, match="请先解除并案"):
            closing.withdraw(case_of(lead), reason="不办了", by=CITIZEN, at=LATER)
        db.session.rollback()
        screening.claim(case_of(lead), by=by, at=LATER)
        with pytest.raises(Refused, match="请先解除并案"):
            screening.refuse(case_of(lead), ground="outside", reason="不属", by=by, at=LATER)
        db.session.rollback()
    split(double)
    with panjin.standing("linjing"):
        closing.withdraw(case_of(lead), reason="不办了", by=CITIZEN, at=LATER)
        db.session.commit()


def test_split_it_is_handled_by_itself_from_the_hands_of_who_split_it(panjin, master, double):
    merge(double, master)
    split(double)
    with panjin.standing():
        case = double.case()
        assert (case.state, case.master_id, case.closed_at) == (State.CLAIMED, None, None)
        assert case.holder_id == panjin.actor("hejun").user_id
        assert case.tenant_id == panjin.tenant("shizhi")
        assert [c.rule_key for c in clocks.running(case)] == ["dispatch"]
        assert joined.to(master.case()) == []
        assert by_tenant()[panjin.tenant("dawa")].get("merged", 0) == 0
    double.cast = panjin
    with panjin.standing("hejun"):
        by = panjin.actor("hejun")
        screening.screen(
            case_of(double, "hejun"),
            screening.Finding("complaint", 3, "路灯不亮", "路灯不亮", "路灯"),
            by=by,
            at=LATER,
        )
        dispatch.dispatch(
            case_of(double, "hejun"), Order(panjin.unit("市城管局"), "请办"), by=by, at=LATER
        )
        db.session.commit()


def test_only_the_office_merges_and_splits(panjin, master, double):
    double.dispatched(STATION, at=MONDAY)
    for who in ("mengyan",):
        with pytest.raises(Refused, match="权限"):
            merge(double, master, who=who)
    merge(double, master)
    with pytest.raises(Refused, match="权限"):
        split(double, who="mengyan")


def test_of_two_clerks_one_merges_and_the_other_reads_who_did(panjin, app, master, double):
    with panjin.standing():
        version = double.case().version
    merge(double, master, version=version)
    with pytest.raises(Conflict, match="林静"):
        merge(double, master, who="hejun", version=version)


def test_two_that_are_merged_into_each_other_at_once_do_not_wait_for_ever(panjin, app):
    one, two = Walk(panjin, MONDAY), Walk(panjin, MONDAY)
    together = threading.Barrier(2)
    said: list[str] = []

    def go(item: Walk, into: Walk, who: str) -> None:
        with app.app_context():
            together.wait()
            try:
                merge(item, into, who=who)
                said.append("merged")
            except Refused as refused:
                said.append(refused.message)

    threads = [
        threading.Thread(target=go, args=(one, two, "linjing")),
        threading.Thread(target=go, args=(two, one, "hejun")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert said.count("merged") == 1, said
    with panjin.standing():
        states = sorted([one.case().state, two.case().state])
        assert states == [State.MERGED, State.UNCLAIMED]


def test_each_citizen_follows_the_masters_course_and_reads_nobody_elses_words(panjin, master):
    secret = "王某的电话一直打不通"
    with panjin.standing("linjing"):
        double = Walk.__new__(Walk)
        double.cast = panjin
        case = panjin.enter("路灯坏了", at=MONDAY, body=secret)
        double.number = case.number
        tracking.open_for(case, at=MONDAY)
        db.session.commit()
    merge(double, master)
    react(panjin)
    with panjin.standing():
        view = tracking.find(double.number)
        assert view.state == State.DISPATCHED, "where the master is"
        assert view.due_at is not None
        assert not view.can_withdraw
        assert view.steps[-1]["label"] == "已与同类诉求合并办理"
    master.reported(at=LATER + timedelta(hours=1)).signed(at=LATER + timedelta(hours=2))
    master.closed(at=LATER + timedelta(hours=3))
    react(panjin)
    with panjin.standing():
        view = tracking.find(double.number)
        assert view.state == State.CLOSED
        assert "已更换灯具" in view.answer
        labels = [step["label"] for step in view.steps]
        assert labels.index("已与同类诉求合并办理") < labels.index("承办单位已签收")
        assert labels[-1] == "已结案"
        text = str(view.steps) + view.answer + view.subject
        assert master.number not in text
        assert "育才路" not in text
        other = db.session.scalars(select(Tracking).where(Tracking.number != double.number)).all()
        assert secret not in str([(t.steps, t.answer, t.subject) for t in other])


def test_a_group_is_of_running_cases_that_are_alike_and_recent(panjin, master, double):
    far = Walk(panjin, MONDAY - timedelta(days=40), subject="育才路路灯不亮")
    unlike = Walk(panjin, MONDAY, subject="噪声扰民夜间施工")
    ended = Walk(panjin, MONDAY, subject="育才路路灯不亮没人修")
    with panjin.standing("linjing"):
        closing.withdraw(case_of(ended), reason="修好了", by=CITIZEN, at=MONDAY)
        db.session.commit()
        found = merging.group(case_of(double), panjin.actor("linjing"), tenant_id=None)
        numbers = [row.number for row in found]
    assert numbers == [master.number]
    assert not {far.number, unlike.number, ended.number} & set(numbers)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("育才路路灯不亮", "育才路晚上路灯全都不亮", True),
        ("路灯不亮", "噪声扰民", False),
        ("", "路灯", False),
    ],
)
def test_titles_are_alike_by_the_words_of_the_shorter_one(one, other, alike):
    assert (search.alikeness(one, other) >= search.THE_SAME) is alike
