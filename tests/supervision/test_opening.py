"""督办: drafted with its paper, open when that is issued, one rung after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from minxin.cases import clocks, pendings
from minxin.cases.models import Clock
from minxin.cases.pendings import Pending, What
from minxin.documents import drafting, words
from minxin.documents.kinds import PaperKind
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.papers import issuing
from minxin.supervision import chain, ending, opening
from minxin.supervision.answering import Verdict
from minxin.supervision.ladder import Ground, Rung
from minxin.supervision.opening import Wish
from tests.supervision.supervised import DEMAND, Watched, swept

MONDAY = datetime(2026, 9, 21, 1, tzinfo=UTC)
LATER = MONDAY + timedelta(days=3)


@pytest.fixture
def case(panjin) -> Watched:
    walk = Watched(panjin, MONDAY)
    return walk.dispatched("大洼区民心网工作站", at=MONDAY).assigned("大洼区住建局", at=MONDAY)


def test_a_drafted_rung_starts_no_clock_and_begins_its_paper(panjin, case):
    case.wished(at=LATER)
    with panjin.standing():
        (rung,) = case.rungs()
        assert (rung.state, rung.unit, rung.due_at) == ("drafted", "大洼区住建局", None)
        paper = case.paper()
        assert (paper.kind, paper.subject_id) == (PaperKind.SUPERVISION_NOTICE, rung.id)
        assert "supervision" not in {c.rule_key for c in clocks.running(case.case())}


def test_it_opens_with_the_number_of_its_paper_and_waits_for_the_unit(panjin, case):
    case.supervised(at=LATER)
    with panjin.standing():
        (rung,) = case.rungs()
        clock = chain.running(rung)
        assert (rung.state, rung.number, rung.due_at) == ("open", "〔2026〕1号", clock.due_at)
        assert rung.due_at == chain.due(Rung.NOTICE, LATER)
        waits = db.session.scalars(select(Pending).where(Pending.what == What.SUPERVISION)).one()
        assert (waits.unit_id, waits.subject_id) == (panjin.unit("大洼区住建局"), rung.id)
        assert pendings.cases([case.case().id], What.SUPERVISION)


def test_while_one_is_drafted_or_in_time_no_other_begins(panjin, case):
    case.wished(at=LATER)
    with pytest.raises(Conflict, match="督办正由林静拟办"):
        case.wished(at=LATER, by="hejun")
    case.gathered(at=LATER).issued(at=LATER)
    with pytest.raises(Conflict, match="尚在回复时限内"):
        case.wished(Rung.SECOND, Ground.UNANSWERED, at=LATER)
    case.answered(at=LATER)
    with pytest.raises(Conflict, match="已收到回复，请先审核回复"):
        case.wished(Rung.SECOND, Ground.UNANSWERED, at=LATER)


def test_the_ladder_is_climbed_rung_by_rung(panjin, case):
    with pytest.raises(Refused, match="应发出的是“督办”"):
        case.wished(Rung.SECOND, Ground.FALSE, at=LATER)
    with pytest.raises(Refused, match="应发出的是“督办”"):
        case.wished(Rung.BULLETIN, Ground.CARELESS, at=LATER)
    case.supervised(at=LATER).answered(at=LATER)
    case.reviewed(Verdict.NOT_DONE, "现场查看", "没有整改", at=LATER)
    with pytest.raises(Refused, match="应发出的是“二次督办”"):
        case.wished(at=LATER)
    with pytest.raises(Refused, match="须是失实、不落实或未回复"):
        case.wished(Rung.SECOND, Ground.OVERDUE, at=LATER)
    case.wished(Rung.SECOND, Ground.NOT_DONE, at=LATER)


def test_after_an_accepted_answer_the_ladder_begins_anew(panjin, case):
    case.supervised(at=LATER).answered(at=LATER)
    case.reviewed(Verdict.ACCEPTED, "回访属实", at=LATER)
    case.wished(at=LATER)
    with panjin.standing():
        assert [each.state for each in case.rungs()] == ["accepted", "drafted"]


def test_what_is_grave_may_go_up_at_once(panjin, case):
    case.wished(Rung.BULLETIN, Ground.CARELESS, at=LATER, grave=True, signed_leader="秦川副市长")
    with panjin.standing():
        assert [each.rung for each in case.rungs()] == [Rung.BULLETIN]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"demand": "  "}, "demand"),
        ({"demand": "字" * 2001}, "demand"),
        ({"grave": True}, "signed_leader"),
    ],
)
def test_what_is_missing_or_too_long_is_said_by_its_field(panjin, case, changed, field):
    with pytest.raises(Refused) as refused:
        case.wished(at=LATER, **changed)
    assert refused.value.field == field


def test_a_station_supervises_its_own_units_and_no_other_does(panjin, case):
    case.wished(at=LATER, by="mengyan")
    with panjin.standing():
        assert case.rungs()[0].by_station
    for name in ("zhaoyang", "sunli", "qinchuan"):
        wish = Wish(Rung.NOTICE, Ground.OVERDUE, DEMAND)
        with panjin.standing(name), pytest.raises(Refused, match="没有督办该件的权限"):
            opening.draft(case.case(), wish, by=panjin.actor(name), at=LATER)


def test_a_station_does_not_supervise_itself(panjin):
    walk = Watched(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    with pytest.raises(Refused, match="不得由本单位督办"):
        walk.wished(at=LATER, by="mengyan")


def test_a_case_without_a_unit_is_not_supervised(panjin):
    with pytest.raises(Refused, match="还没有承办单位"):
        Watched(panjin, MONDAY).wished(at=LATER)


def test_a_closed_case_is_supervised_no_more_and_stops_what_was_under_way(panjin):
    walk = Watched(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    walk.assigned("大洼区住建局", at=MONDAY).reported(at=LATER).signed(at=LATER)
    walk.supervised(at=LATER)
    walk.closed(at=LATER)
    with panjin.standing():
        running = select(func.count()).where(
            Clock.case_id == walk.case().id, Clock.stopped_at.is_(None)
        )
        ending.end_with(walk.case(), LATER)
        db.session.commit()
        assert [each.state for each in walk.rungs()] == ["ended"]
        assert db.session.scalar(running) == 0
        assert not pendings.cases([walk.case().id], What.SUPERVISION)
    with pytest.raises(Refused, match="不在承办单位办理"):
        walk.wished(at=LATER)


def test_a_draft_that_is_given_up_gives_its_rung_back(panjin, case):
    case.wished(at=LATER).gathered(at=LATER)
    with panjin.standing():
        issuing.void(case.paper(), "重复", by=panjin.actor("linjing"), at=LATER)
        db.session.commit()
        assert [each.state for each in case.rungs()] == ["void"]
    case.wished(at=LATER)


def test_what_the_paper_demands_as_it_was_read_is_what_the_unit_is_asked(panjin, case):
    case.wished(at=LATER).gathered(at=LATER)
    with panjin.standing():
        paper = case.paper()
        written = words.read(paper.words)
        fields = tuple(
            (label, "请三日内修复。" if label == "督办要求" else value)
            for label, value in written.fields
        )
        new = replace(written, fields=fields)
        by = panjin.actor("linjing")
        drafting.edit(paper, new, version=paper.version, by=by, at=LATER)
        db.session.commit()
    case.gathered(at=LATER).issued(at=LATER)
    with panjin.standing():
        assert case.rungs()[0].demand == "请三日内修复。"


def test_a_station_is_told_before_it_writes_that_the_next_rung_is_the_offices(panjin, case):
    case.supervised(at=LATER).answered(at=LATER)
    case.reviewed(Verdict.FALSE, "现场查看", "不实", at=LATER)
    case.supervised(Rung.SECOND, Ground.FALSE, at=LATER)
    over = LATER + timedelta(days=30)
    with panjin.standing():
        before = chain.latest(case.case())
        said = opening.hindrance(case.case(), before, by=panjin.actor("mengyan"), at=over)
        assert "由市民心网办下发" in said
        assert not opening.hindrance(case.case(), before, by=panjin.actor("linjing"), at=over)


def test_of_two_that_draft_at_once_one_is_told(panjin, case):
    case.wished(at=LATER)
    wish = Wish(Rung.NOTICE, Ground.OVERDUE, DEMAND)
    with panjin.standing(), pytest.raises(Conflict):
        opening.draft(case.case(), wish, by=panjin.actor("gaoyuan"), at=LATER)


def test_the_unit_may_answer_late_while_the_next_rung_is_only_a_draft(panjin, case):
    over = LATER + timedelta(days=30)
    case.supervised(at=LATER).wished(Rung.SECOND, Ground.UNANSWERED, at=over).gathered(at=over)
    case.answered(at=over)
    with pytest.raises(Conflict, match="已收到回复，请先审核回复"):
        case.issued(at=over)
    with panjin.standing():
        assert [each.state for each in case.rungs()] == ["answered", "drafted"]
        assert case.paper().serial is None, "no number was used up"


def test_a_rung_of_another_kind_settles_what_was_proposed(panjin, case):
    late = MONDAY + timedelta(days=30)
    swept(panjin, late)
    with panjin.standing():
        assert [each.rung for each in case.proposals()] == [Rung.NOTICE]
    case.wished(Rung.BULLETIN, Ground.CARELESS, at=late, grave=True, signed_leader="秦川副市长")
    with panjin.standing():
        assert case.proposals() == []
        assert len(case.proposals("taken")) == 1


def test_what_a_station_sent_waits_for_the_station(panjin, case):
    case.wished(at=LATER, by="mengyan").gathered(at=LATER)
    with panjin.standing():
        paper = case.paper()
        drafting.submit(paper, by=panjin.actor("mengyan"), at=LATER)
        drafting.approve(paper, by=panjin.actor("linjing"), at=LATER)
        issuing.issue(paper, by=panjin.actor("gaoyuan"), at=LATER)
        db.session.commit()
    case.answered(at=LATER)
    with panjin.standing():
        ids = [case.case().id]
        assert pendings.cases(ids, What.STATION_REVIEW)
        assert not pendings.cases(ids, What.SUPERVISION_REVIEW)
    case.reviewed(Verdict.ACCEPTED, "现场核实", at=LATER, by="mengyan")
    with panjin.standing():
        assert not pendings.cases(ids, What.STATION_REVIEW)
