"""督办回复: answered by the unit, read by who opened it, accepted or sent back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from minxin.cases import pendings, workflow
from minxin.cases.pendings import What
from minxin.errors import Conflict, Refused
from minxin.supervision import answering, chain
from minxin.supervision.answering import Verdict
from tests.supervision.supervised import Watched

MONDAY = datetime(2026, 9, 21, 1, tzinfo=UTC)
NEXT = MONDAY + timedelta(days=1)


@pytest.fixture
def case(panjin) -> Watched:
    walk = Watched(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    return walk.assigned("大洼区住建局", at=MONDAY).supervised(at=MONDAY)


def test_an_answer_stops_the_clock_and_waits_for_its_reader(panjin, case):
    case.answered("已整改到位", at=NEXT)
    with panjin.standing():
        (rung,) = case.rungs()
        assert (rung.state, rung.answered_at) == ("answered", NEXT)
        assert chain.running(rung) is None
        assert pendings.cases([rung.case_id], What.SUPERVISION_REVIEW)
        assert not pendings.cases([rung.case_id], What.SUPERVISION)


def test_a_late_answer_is_kept_as_late(panjin, case):
    case.answered(at=MONDAY + timedelta(days=30))
    with panjin.standing():
        (rung,) = case.rungs()
        assert answering.replies(rung)[0].late


def test_accepted_it_ends_the_rung(panjin, case):
    case.answered(at=NEXT).reviewed(Verdict.ACCEPTED, "回访诉求人，问题已解决", at=NEXT)
    with panjin.standing():
        (rung,) = case.rungs()
        assert (rung.state, rung.ended_by) == ("accepted", "林静")
        assert rung.result == "回访诉求人，问题已解决"


def test_sent_back_it_has_a_new_clock_and_a_second_edition(panjin, case):
    case.answered("已办", at=NEXT)
    case.reviewed(Verdict.SENT_BACK, "", "没有附现场照片和责任人", at=NEXT)
    with panjin.standing():
        (rung,) = case.rungs()
        assert (rung.state, chain.running(rung).rule_key) == ("open", "supervision_again")
        assert rung.due_at == chain.running(rung).due_at
    case.answered("已补充照片", at=NEXT).reviewed(Verdict.ACCEPTED, "资料齐全", at=NEXT)
    with panjin.standing():
        said = [(each.edition, each.outcome) for each in answering.replies(case.rungs()[0])]
        assert said == [(2, "accepted"), (1, "sent_back")]


@pytest.mark.parametrize(
    ("verdict", "verified", "opinion", "field"),
    [
        (Verdict.ACCEPTED, "", "", "verified"),
        (Verdict.SENT_BACK, "看过", "", "reason"),
        (Verdict.FALSE, "", "不实", "verified"),
        (Verdict.NOT_DONE, "看过", "", "reason"),
        (Verdict.ACCEPTED, "字" * 1001, "", "opinion"),
    ],
)
def test_a_verdict_says_how_it_was_found_and_why(case, verdict, verified, opinion, field):
    case.answered(at=NEXT)
    with pytest.raises(Refused) as refused:
        case.reviewed(verdict, verified, opinion, at=NEXT)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("text", "responsible"), [("", "赵阳"), ("已办", ""), ("字" * 5001, "赵阳")]
)
def test_an_answer_names_what_was_done_and_who(panjin, case, text, responsible):
    by = panjin.actor("zhaoyang")
    with panjin.standing("zhaoyang"), pytest.raises(Refused):
        answering.answer(case.seen_by("zhaoyang"), text, responsible, by=by, at=NEXT)


def test_who_answers_does_not_read(panjin, case):
    case.answered(at=NEXT)
    for name in ("zhaoyang", "sunli"):
        by = panjin.actor(name)
        with panjin.standing(name), pytest.raises(Refused):
            answering.review(case.seen_by(name), Verdict.ACCEPTED, "已看", "", by=by, at=NEXT)


def test_a_station_does_not_read_what_the_city_asked_for(panjin, case):
    case.answered(at=NEXT)
    with pytest.raises(Refused, match="由市民心网办审核"):
        case.reviewed(Verdict.ACCEPTED, "已看", at=NEXT, by="mengyan")


def test_twice_it_is_done_once(case):
    case.answered(at=NEXT)
    with pytest.raises(Conflict, match="可能已由同事回复"):
        case.answered(at=NEXT)
    case.reviewed(Verdict.ACCEPTED, "已核实", at=NEXT)
    with pytest.raises(Conflict, match="可能已由同事审核"):
        case.reviewed(Verdict.ACCEPTED, "已核实", at=NEXT)


def test_a_form_of_an_older_version_is_a_conflict(panjin, case):
    by = panjin.actor("zhaoyang")
    with panjin.standing("zhaoyang"), pytest.raises(workflow.Conflict):
        answering.answer(case.seen_by("zhaoyang"), "已办", "赵阳", by=by, at=NEXT, version=1)
