"""Questions by the domain's verbs: hops through mergers, outages and races, and who may judge."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from minxin.cases import deeds, hops, outages, overdue, questions, recomputing, succession
from minxin.cases.dispatch import Order
from minxin.cases.models import Case, Clock
from minxin.cases.outages import Declared
from minxin.cases.questions import Answer, Onward
from minxin.cases.tallies import read
from minxin.clock import SHANGHAI
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.people.models import Unit, User
from minxin.privacy.masks import numbers_in
from minxin.tenancy import custody
from tests.cases.asking import Question

AT = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST, SECOND = "市城管局", "兴隆台区住建局"


@pytest.fixture
def item(panjin) -> Question:
    return Question(panjin, AT).asked(FIRST, at=AT)


def test_a_question_is_asked_of_one_unit_only(panjin):
    item = Question(panjin, AT).screened(at=AT)
    order = Order(panjin.unit(FIRST), "请答复", [panjin.unit("市住建局")])
    with pytest.raises(Refused, match="只转一个单位"):
        item._at("linjing", lambda case, by: questions.ask(case, order, by=by, at=AT))


def test_the_office_counts_what_waits_with_units(panjin, item):
    with panjin.standing("fengxue"):
        assert read(own_id=panjin.unit(FIRST))["own_to_answer"] == 1
    item.forwarded("fengxue", SECOND, at=AT + HOUR)
    with panjin.standing("fengxue"):
        assert read().get("to_answer", 0) == 0
    with panjin.standing("zhengtao"):
        assert read()["to_answer"] == 1


def test_a_unit_that_is_merged_hands_its_turn_to_its_successor(panjin, item):
    with panjin.standing():
        unit, into = (db.session.get_one(Unit, panjin.unit(n)) for n in (FIRST, "市住建局"))
        gaoyuan = panjin.actor("gaoyuan")
        day = (AT + DAY).date()
        succession.merge(unit, into, since=day, by=gaoyuan, at=AT + DAY)
        db.session.commit()
        (hop,) = item.chain()
        assert (hop.unit, hop.since, hop.ended) == ("市住建局", AT, None)


def test_an_outage_moves_the_due_of_the_hop_and_with_it_what_is_late(panjin, item):
    due = AT.replace(day=28, hour=0)
    with panjin.standing():
        declared = Declared(AT + HOUR, AT + DAY + HOUR, "机房断电")
        outage = outages.declare(declared, by=panjin.actor("gaoyuan"), at=AT + 2 * DAY)
        db.session.commit()
        for _ in recomputing.recompute_for(outage.id, AT + 2 * DAY):
            db.session.commit()
        moved = db.session.scalars(select(Clock).where(Clock.rule_key == "question")).one().due_at
        assert moved > due
    item.answered("fengxue", at=due + HOUR)
    with panjin.standing():
        (hop,) = item.chain()
        assert (hop.on_time, hop.due_at) == (True, moved)
        assert hops.chain(item.events()) == [hop], "the events alone say the same"


def test_of_two_responders_who_pass_it_on_at_once_one_succeeds(panjin, item):
    """A and B of a unit press at the same time, each to another unit."""
    app, outcomes = panjin.app, []
    start = threading.Barrier(2)

    def go(to: str) -> None:
        with app.app_context(), panjin.standing("fengxue"):
            case = db.session.scalars(select(Case)).one()
            version = case.version
            start.wait()
            try:
                with custody.across(case.id):
                    questions.forward(
                        case,
                        Onward(panjin.unit(to), "不属本单位职责"),
                        by=panjin.actor("fengxue"),
                        at=AT + HOUR,
                        version=version,
                    )
                    db.session.commit()
                outcomes.append("done")
            except Conflict:
                outcomes.append("conflict")

    threads = [threading.Thread(target=go, args=(to,)) for to in (SECOND, "大洼区住建局")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "done"]
    with panjin.standing():
        assert item.case().hops == 1
        assert len(item.chain()) == 2


def test_the_answer_goes_where_its_case_goes_and_no_other_tenant_reads_it(panjin, item):
    item.forwarded("fengxue", SECOND, at=AT + HOUR).answered("zhengtao", at=AT + 2 * HOUR)
    with panjin.standing("zhengtao"):
        assert db.session.scalars(select(Answer)).one().unit == SECOND
    for who in ("fengxue", "mengyan"):
        with panjin.standing(who):
            assert not db.session.scalars(select(Answer)).all()


def test_a_district_passes_nothing_on_without_crossing_by_the_one_way(panjin, item):
    """By its own login it sees no unit of another tenant."""
    onward = Onward(panjin.unit(SECOND), "不属本单位职责")
    with pytest.raises(Refused, match="不存在或已停用"):
        item._at("fengxue", lambda case, by: questions.forward(case, onward, by=by, at=AT + HOUR))


def test_a_case_that_is_not_held_is_not_passed_on(panjin, item):
    with panjin.standing():
        case_id = item.case().id
    with panjin.standing("mengyan"), pytest.raises(Refused), custody.across(case_id):
        raise AssertionError


def test_nobody_judges_before_the_answer_or_twice(panjin, item):
    with pytest.raises(Conflict):
        item.judged(4, at=AT + HOUR)
    item.answered("fengxue", at=AT + HOUR).judged(4, at=AT + 2 * HOUR)
    with pytest.raises(Conflict):
        item.judged(1, at=AT + 3 * HOUR)
    with panjin.standing():
        assert item.case().satisfaction == 4


@pytest.mark.parametrize("level", [0, 6, -1])
def test_there_are_five_levels(item, level):
    item.answered("fengxue", at=AT + HOUR)
    with pytest.raises(Refused, match="五档"):
        item.judged(level, at=AT + 2 * HOUR)


def test_withdrawn_while_it_waits_no_clock_runs_and_its_chain_ends(panjin, item):
    from minxin.cases import closing
    from minxin.people.actor import CITIZEN

    item._at("linjing", lambda case, by: closing.withdraw(
        case, reason="自己问到了，电话13800001234", by=CITIZEN, at=AT + HOUR))  # fmt: skip
    with panjin.standing():
        (hop,) = item.chain()
        assert (hop.how, hop.ended, hop.reason) == ("withdraw", AT + HOUR, ""), "his words are his"
        assert not db.session.scalars(select(Clock).where(Clock.stopped_at.is_(None))).all()


def test_the_archive_waits_for_the_last_instant(panjin, item):
    item.answered("fengxue", at=AT)
    with panjin.standing():
        query = select(Clock).where(Clock.rule_key == "judgement")
        due = db.session.scalars(query).one().due_at
    with pytest.raises(Refused, match="期满没有评价的才能归档"):
        item.archived(at=due - timedelta(seconds=1))
    with pytest.raises(Refused, match="请写明理由"):
        item.archived(at=due, reason=" ")
    item.archived(at=due)
    with panjin.standing():
        case = item.case()
        assert (case.state, case.satisfaction, case.closed_at) == ("judged", None, due)
        assert case.due_at.astimezone(UTC).year == 9999


def test_the_office_hears_of_the_citizens_time_only_when_it_is_over(panjin, item):
    item.answered("fengxue", at=AT)
    query = select(Notice.text, User.name).join(User, User.id == Notice.user_id)
    told = query.where(Notice.text.contains("评价"))
    with panjin.standing():
        for day in range(1, 18):
            while overdue.sweep(AT.replace(hour=10) + day * DAY):
                db.session.commit()
            if day == 15:
                assert not db.session.execute(told).all()
        found = set(db.session.execute(told))
        assert found == {(f"{item.number} 诉求人评价期已满，没有评价的可以归档", "林静")}
        (noted,) = [e for e in item.events("overdue") if e.payload["rule"] == "judgement"]
        assert deeds.did(noted) == "诉求人评价期满，没有评价"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("请打13812345678", ["138****5678"]),
        ("请打 138 1234 5678 或１３９００００１１１１", ["138****5678", "139****1111"]),
        ("身份证211102199001011234", ["211***********1234"]),
        ("咨询电话0427-2812345", []),
        ("文号盘政发〔2026〕12号，2026年11月23日", []),
        ("", []),
    ],
)
def test_numbers_of_people_are_found_and_those_of_offices_are_not(text, found):
    assert numbers_in(text) == found
