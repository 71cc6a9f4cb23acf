"""批示 closes only with feedback that was read, each with a clock of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from minxin.cases import feedback, instructions, lists, pendings, rulebook, tabs
from minxin.cases.instructions import OnPaper, Sheet
from minxin.cases.leaders import Leader
from minxin.cases.lists import Filters
from minxin.cases.models import Clock
from minxin.cases.pendings import What
from minxin.documents.kinds import PaperKind
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.models import User
from tests.cases.walking import Walk

AT = datetime(2026, 9, 21, 2, tzinfo=UTC)
LATER = AT + timedelta(days=1)


@pytest.fixture
def item(panjin) -> Walk:
    return Walk(panjin, AT).dispatched("大洼区住建局", at=AT)


def instruct(item: Walk, words: str = "请立即办理，结果报我。", **more) -> int:
    given = []
    item._at(
        "qinchuan",
        lambda case, by: given.append(instructions.instruct(case, words, by=by, at=AT, **more).id),
    )
    return given[0]


def report(item: Walk, given: int | None, text: str = "已办结。", *, at=LATER, by="linjing"):
    item._at(by, lambda case, me: feedback.report_back(case, given, text, by=me, at=at))


def read(item: Walk, given: int, by: str = "qinchuan"):
    item._at(by, lambda case, me: feedback.read(case, given, by=me, at=LATER))


def clocks(item: Walk) -> list[Clock]:
    query = select(Clock).where(
        Clock.case_id == item.case().id, Clock.rule_key == "instruction_feedback"
    )
    return list(db.session.scalars(query.order_by(Clock.id)))


def waits(item: Walk, what: What) -> bool:
    return bool(pendings.cases([item.case().id], what))


def test_each_has_a_clock_of_five_workdays_that_its_feedback_stops(panjin, item):
    first, second = instruct(item), instruct(item, "举一反三。")
    with panjin.standing():
        running = clocks(item)
        assert [each.subject_id for each in running] == [first, second]
        due = rulebook.rulebook().due("instruction_feedback", AT)
        assert {each.due_at for each in running} == {due.at}
    report(item, first)
    with panjin.standing():
        assert [each.stopped_at is not None for each in clocks(item)] == [True, False]


def test_it_is_closed_when_the_leader_has_read_and_not_before(panjin, item):
    given = instruct(item)
    with panjin.standing():
        assert waits(item, What.FEEDBACK)
        assert [each.id for each in feedback.unanswered(item.case())] == [given]
        assert feedback.unread(item.case()) == []
    report(item, given)
    with panjin.standing():
        assert waits(item, What.READING)
        assert not waits(item, What.FEEDBACK)
        leader = panjin.actor("qinchuan").user_id
        assert [row[0].id for row in feedback.open_ones(leader)[0]] == [given]
    read(item, given)
    with panjin.standing():
        assert not waits(item, What.READING)
        assert feedback.open_ones() == ([], False)


def test_closing_the_case_does_not_close_it(panjin):
    walk = Walk(panjin, AT).dispatched("大洼区民心网工作站", at=AT)
    walk.assigned("大洼区住建局", at=AT)
    given = instruct(walk)
    walk.reported(at=AT).signed(at=AT).closed(at=LATER)
    with panjin.standing():
        assert clocks(walk)[0].stopped_at is None
    report(walk, given)
    read(walk, given)


@pytest.mark.parametrize(("text", "said"), [("", "请填写"), ("字" * 2001, "不能超过2000个字")])
def test_feedback_has_words_and_not_too_many(item, text, said):
    given = instruct(item)
    with pytest.raises(Refused, match=said):
        report(item, given, text)


def test_feedback_on_nothing_or_on_another_case_is_refused(panjin, item):
    given = instruct(item)
    other = Walk(panjin, AT).dispatched("大洼区住建局", at=AT)
    with pytest.raises(Refused, match="请选择要反馈的批示"):
        report(other, given)
    with pytest.raises(Refused, match="请选择要反馈的批示"):
        report(item, None)


def test_twice_it_is_done_once(item):
    given = instruct(item)
    report(item, given)
    with pytest.raises(Conflict, match="已由林静反馈"):
        report(item, given, by="hejun")
    read(item, given)
    with pytest.raises(Conflict, match="已经阅过"):
        read(item, given)


def test_nothing_is_read_before_there_is_something(item):
    given = instruct(item)
    with pytest.raises(Refused, match="还没有反馈"):
        read(item, given)


def test_only_the_leader_himself_reads_it(item):
    given = instruct(item)
    report(item, given)
    with pytest.raises(Refused, match="只有作出批示的领导"):
        read(item, given, by="linjing")


def test_for_a_leader_without_account_the_office_enters_how_it_was_shown(panjin, item):
    paper = OnPaper(Leader("顾城", "市长"), date(2026, 9, 21), "请督办。")
    item._at("linjing", lambda case, by: instructions.enter(case, paper, by=by, at=AT))
    with panjin.standing():
        given = feedback.unanswered(item.case())[0].id
    report(item, given)

    def enter(how: str) -> None:
        item._at(
            "linjing",
            lambda case, by: feedback.enter_reading(case, given, how, by=by, at=LATER),
        )

    with pytest.raises(Refused, match="请写明何时以何种方式送阅"):
        enter(" ")
    enter("9月22日当面送阅")
    with panjin.standing():
        assert feedback.open_ones() == ([], False)


def test_who_has_an_account_reads_for_himself(item):
    given = instruct(item)
    report(item, given)
    with pytest.raises(Refused, match="由领导本人阅示"):
        item._at(
            "linjing",
            lambda case, by: feedback.enter_reading(case, given, "送阅", by=by, at=LATER),
        )


def test_what_was_written_on_a_paper_is_found_by_it(panjin, item):
    given = instruct(item, sheet=Sheet(77, PaperKind.SUPERVISION_REPORT, "〔2026〕第1期", 5))
    with panjin.standing():
        leader = panjin.actor("qinchuan").user_id
        (found,) = instructions.on_paper(77, leader)
        assert (found.id, found.supervision_id) == (given, 5)
        assert found.paper == "督办专报〔2026〕第1期"


def test_a_paper_that_opens_no_rung_names_none(panjin, item):
    instruct(item, sheet=Sheet(78, PaperKind.REQUEST, "〔2026〕3号", 5))
    with panjin.standing():
        (found,) = instructions.on_paper(78, panjin.actor("qinchuan").user_id)
        assert (found.supervision_id, found.paper) == (None, "请示件〔2026〕3号")


def test_the_office_enters_it_for_a_leader_whose_account_is_no_longer_in_use(panjin, item):
    given = instruct(item)
    report(item, given)
    with panjin.standing():
        db.session.get_one(User, panjin.actor("qinchuan").user_id).active = False
        assert [each.id for each in feedback.unread(item.case())] == [given]
        case, by = item.case(), panjin.actor("linjing")
        feedback.enter_reading(case, given, "9月22日送阅", by=by, at=LATER)
        assert feedback.unread(item.case()) == []


def test_a_further_instruction_closes_what_was_reported_before(panjin, item):
    given = instruct(item)
    report(item, given)
    instruct(item, "再查一遍。")
    with panjin.standing():
        assert not waits(item, What.READING)
        assert [row[0].id for row in feedback.open_ones()[0]] != [given]


def test_what_waits_for_one_leader_is_not_another_ones_to_do(panjin, item):
    """Each leader reads what came of his own words, and answers what was put before himself."""
    mine = panjin.actor("qinchuan")
    other = replace(mine, user_id=panjin.actor("gaoyuan").user_id)
    report(item, instruct(item))
    view = next(each for each in tabs.views(mine) if each.pending is What.READING)
    with panjin.standing():
        for by, number in ((mine, 1), (other, 0)):
            assert tabs.number_in(view, tabs.totals(by)) == number
            assert len(lists.page(by, view, Filters(), at=AT).rows) == number
