"""How a rung ends without a verdict: given up, closed with its case, left behind by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from minxin import reactions
from minxin.cases import closing, dispatch, followup, pendings, promises, rating, reporting, returns
from minxin.cases.dispatch import Order
from minxin.cases.followup import Call
from minxin.cases.models import CaseEvent
from minxin.cases.pendings import What
from minxin.cases.promises import Vow
from minxin.cases.returns import Claim
from minxin.clock import local
from minxin.documents.models import Paper
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.papers import issuing
from minxin.supervision import chain, ending
from minxin.supervision.answering import Verdict
from minxin.supervision.ladder import Ground, Rung
from tests.supervision.supervised import Watched, swept

MONDAY = datetime(2026, 9, 21, 1, tzinfo=UTC)
LATER = MONDAY + timedelta(days=3)
LATE = MONDAY + timedelta(days=30)
SOON = MONDAY + timedelta(days=1)
"""While the unit may still give the case back."""
OTHER = "大洼区城管局"


@pytest.fixture
def case(panjin) -> Watched:
    walk = Watched(panjin, MONDAY)
    return walk.dispatched("大洼区民心网工作站", at=MONDAY).assigned("大洼区住建局", at=MONDAY)


def followed(case: Watched, name: str, at: datetime) -> None:
    """What the worker does of the newest event of a name, by the login of the case's district."""
    with case.cast.standing("mengyan"):
        query = select(CaseEvent).where(CaseEvent.name == name).order_by(CaseEvent.id.desc())
        reactions.react(db.session.scalars(query.limit(1)).one().id, at=at)
        db.session.commit()


def given_back(case: Watched, at: datetime) -> None:
    claim = Claim("duty", "三定规定", "不属本单位")
    case._at("zhaoyang", lambda item, by: returns.ask(item, claim, by=by, at=at))
    case._at("mengyan", lambda item, by: returns.take_back(item, "同意", by=by, at=at))


def test_a_draft_that_is_given_up_lets_its_facts_speak_again(panjin, case):
    swept(panjin, LATE)
    case.wished(at=LATE).gathered(at=LATE)
    with panjin.standing():
        assert case.proposals() == []
        issuing.void(case.paper(), "用词不当", by=panjin.actor("linjing"), at=LATE)
        db.session.commit()
        assert [each.ground for each in case.proposals()] == [Ground.OVERDUE]
    assert swept(panjin, LATE) == 0, "it stands, and stands once"


def test_a_case_that_goes_back_leaves_its_rung_behind_and_the_office_is_told(panjin, case):
    case.supervised(at=SOON)
    given_back(case, SOON)
    followed(case, "take_back_here", SOON)
    with panjin.standing():
        (rung,) = case.rungs()
        assert (rung.state, rung.result) == ("ended", "承办单位已变更，督办随之终止")
        assert chain.running(rung) is None
        assert not pendings.cases([case.case().id], What.SUPERVISION)
        told = select(Notice.text).where(Notice.user_id == panjin.actor("linjing").user_id)
        assert any("原督办随之终止" in text for text in db.session.scalars(told))


def test_its_draft_is_given_up_with_it_and_its_drafter_is_told(panjin, case):
    case.wished(at=SOON).gathered(at=SOON)
    given_back(case, SOON)
    followed(case, "take_back_here", SOON)
    with panjin.standing():
        assert [each.state for each in case.rungs()] == ["void"]
        paper = case.paper()
        assert (paper.state, paper.history[-1]["act"]) == ("void", "作废")
        assert "承办单位已变更" in paper.history[-1]["note"]
        told = select(Notice.text).where(Notice.user_id == panjin.actor("linjing").user_id)
        assert any("因诉求件情况变化已作废" in text for text in db.session.scalars(told))


def test_before_the_worker_has_followed_a_draft_to_the_unit_before_is_refused(panjin, case):
    case.wished(at=SOON).gathered(at=SOON)
    given_back(case, SOON)
    order = Order(panjin.unit(OTHER), "请办理", [])
    case._at("mengyan", lambda item, by: dispatch.assign(item, order, by=by, at=SOON))
    with pytest.raises(Conflict, match="该件已不由大洼区住建局承办"):
        case.issued(at=SOON)
    with panjin.standing():
        assert case.paper().serial is None


def handed_down(case: Watched, at: datetime) -> None:
    """The station passes what it had on to a unit, late."""
    case.assigned(OTHER, at=at)
    followed(case, "assign", at)


def test_the_new_unit_is_proposed_by_its_own_lateness(panjin):
    case = Watched(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY).supervised(at=LATE)
    handed_down(case, LATE)
    swept(panjin, LATE + timedelta(days=1))
    with panjin.standing():
        assert [each.state for each in case.rungs()] == ["ended"]
        assert [each.unit_id for each in case.proposals()] == [panjin.unit(OTHER)]


def test_the_new_unit_begins_at_the_first_rung_whatever_the_one_before_left_undone(panjin):
    case = Watched(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY).supervised(at=LATE)
    case.answered(at=LATE, by="mengyan").reviewed(Verdict.FALSE, "现场查看", "不实", at=LATE)
    handed_down(case, LATE)
    with panjin.standing():
        before = chain.latest(case.case())
        assert before is None
        assert chain.next_rung(before, LATE) is Rung.NOTICE
    case.supervised(at=LATE)
    with panjin.standing():
        assert case.events("score_fact") == [], "no 13(2) of the new unit"
        assert case.rungs()[-1].first_id is None


def test_for_the_moment_until_the_worker_has_ended_it_nobody_drafts_another(panjin):
    case = Watched(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY).supervised(at=MONDAY)
    case.assigned(OTHER, at=LATE)
    with pytest.raises(Conflict, match="原督办正在终止"):
        case.wished(at=LATE)


def test_a_proposal_against_the_unit_before_lapses(panjin):
    case = Watched(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    station = panjin.unit("大洼区民心网工作站")
    swept(panjin, LATE)
    with panjin.standing():
        assert [each.unit_id for each in case.proposals()] == [station]
    handed_down(case, LATE)
    swept(panjin, LATE)
    with panjin.standing():
        assert [each.unit_id for each in case.proposals("lapsed")] == [station]
        assert [each.unit_id for each in case.proposals()] == [panjin.unit(OTHER)]


def test_a_draft_whose_rung_went_out_of_sight_can_be_given_up(panjin, case):
    case.wished(at=LATER, by="mengyan").gathered(at=LATER)
    with panjin.standing():
        (rung,) = case.rungs()
        rung.tenant_id = panjin.tenant("panshan")
        db.session.commit()
    with panjin.standing("mengyan"):
        paper = db.session.scalars(select(Paper)).one()
        issuing.void(paper, "已移交", by=panjin.actor("mengyan"), at=LATER)
        db.session.commit()
        assert paper.state == "void"


def tracked(case: Watched) -> Watched:
    """Closed with a promise that is open."""

    def closed(item, by) -> None:
        reporting.approve(item, opinion="转回访", by=by, at=MONDAY)
        followup.record(item, Call("reached", "好", True, True, 4), by=by, at=MONDAY)
        rating.rate(item, stars=5, opinion="好", by=by, at=MONDAY)
        promises.track(item, Vow("国庆前装完", local(MONDAY).date()), by=by, at=MONDAY)
        closing.close(item, method="planned", by=by, at=MONDAY)

    case.reported(at=MONDAY).signed(at=MONDAY)
    case._at("linjing", closed)
    return case


def test_a_kept_promise_ends_the_ladder_of_a_closed_case(panjin, case):
    tracked(case).supervised(ground=Ground.NEGLECTED, at=LATE)
    case._at("linjing", lambda item, by: promises.fulfil(item, "已装完", by=by, at=LATE))
    followed(case, "fulfil", LATE)
    with panjin.standing():
        assert [each.state for each in case.rungs()] == ["ended"]


def test_closing_keeps_what_a_promise_speaks_for(panjin, case):
    over = MONDAY + timedelta(days=31)
    tracked(case)
    swept(panjin, over)
    with panjin.standing():
        ending.end_with(case.case(), over)
        db.session.commit()
        assert [each.ground for each in case.proposals()] == [Ground.NEGLECTED]


def test_a_station_decides_neither_on_itself_nor_on_a_bulletin(panjin):
    walk = Watched(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    swept(panjin, LATE)
    with panjin.standing():
        (proposal,) = walk.proposals()
        with pytest.raises(Refused, match="由市民心网办决定"):
            ending.decline(proposal, "不必", by=panjin.actor("mengyan"), at=LATE)
        ending.decline(proposal, "已约谈", by=panjin.actor("linjing"), at=LATE)


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.SENT_BACK])
def test_what_became_of_the_rung_before_is_looked_at_when_the_next_is_issued(panjin, case, verdict):
    case.supervised(at=LATER).wished(Rung.SECOND, Ground.UNANSWERED, at=LATE).gathered(at=LATE)
    case.answered(at=LATE).reviewed(verdict, "现场查看", "缺照片", at=LATE)
    with pytest.raises(Conflict, match=r"已经办结|尚在回复时限内"):
        case.issued(at=LATE)
    with panjin.standing():
        assert case.paper().serial is None, "no number was used up"


def test_closing_gives_back_what_a_promise_or_a_message_spoke_for(panjin, case):
    over = MONDAY + timedelta(days=31)
    case.reported(at=MONDAY).signed(at=MONDAY)

    def promised(item, by) -> None:
        promises.track(item, Vow("国庆前装完", local(MONDAY).date()), by=by, at=MONDAY)

    case._at("linjing", promised)
    swept(panjin, over)
    case.wished(ground=Ground.NEGLECTED, at=over).gathered(at=over)

    def closed(item, by) -> None:
        reporting.approve(item, opinion="转回访", by=by, at=over)
        followup.record(item, Call("reached", "好", True, True, 4), by=by, at=over)
        rating.rate(item, stars=5, opinion="好", by=by, at=over)
        closing.close(item, method="planned", by=by, at=over)

    case._at("linjing", closed)
    followed(case, "close", over)
    with panjin.standing():
        assert [each.state for each in case.rungs()] == ["void"]
        assert [each.ground for each in case.proposals()] == [Ground.NEGLECTED]


def test_what_lapsed_speaks_again_when_its_clock_still_runs(panjin, case):
    swept(panjin, LATE)
    with panjin.standing():
        (proposal,) = case.proposals()
        proposal.outcome = "lapsed"
        db.session.commit()
    assert swept(panjin, LATE) == 1
    with panjin.standing():
        assert len(case.proposals()) == 1
