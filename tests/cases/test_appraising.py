"""诉求人评价: by himself once, by staff on his word, of a merged case by its master's answer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from minxin.cases import appraising, merging, reach, tracking
from minxin.cases.appraising import Appraisal, View
from minxin.cases.models import CaseEvent, CitizenAct
from minxin.cases.states import State
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import CITIZEN
from minxin.tenancy.context import within
from tests.cases.walking import Walk

MONDAY = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
LATER = MONDAY + timedelta(days=3)


@pytest.fixture
def closed(panjin) -> Walk:
    walk = Walk(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    walk.assigned("大洼区住建局", at=MONDAY).reported(at=MONDAY).signed(at=MONDAY)
    return walk.closed(at=MONDAY, satisfaction=4)


def appraise(item: Walk, view: View, *, who: str | None = None, at=LATER):
    with item.cast.standing(who):
        by = item.cast.actor(who) if who else CITIZEN
        case = reach.find(item.number, by) if who else item.case()
        appraising.appraise(case, view, by=by, at=at)
        db.session.commit()


def test_what_he_said_last_counts_and_all_of_it_stays(panjin, closed):
    appraise(closed, View(2, True, False, "又不亮了"))
    with panjin.standing():
        case = closed.case()
        assert (case.satisfaction, case.state) == (2, State.CLOSED)
        kept = db.session.scalars(select(Appraisal)).one()
        assert (kept.satisfaction, kept.contacted, kept.solved) == (2, True, False)
        event = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "appraise")).one()
        assert event.payload["satisfaction"] == 2
        assert "又不亮了" not in str(event.payload), "his words are in no event"


def test_by_himself_once_and_through_staff_on_his_word(panjin, closed):
    appraise(closed, View(5))
    with pytest.raises(Refused, match="已经评价过"):
        appraise(closed, View(1))
    with pytest.raises(Refused) as refused:
        appraise(closed, View(1), who="linjing")
    assert refused.value.field == "words"
    appraise(closed, View(1, words="11月5日来电，路灯又坏"), who="linjing")
    with panjin.standing():
        assert closed.case().satisfaction == 1


def test_who_handled_it_does_not_take_it_down(panjin, closed):
    with pytest.raises(Refused):
        appraise(closed, View(5, words="来电表示满意"), who="zhaoyang")


@pytest.mark.parametrize(
    ("view", "field"),
    [(View(None), "satisfaction"), (View(6), "satisfaction"), (View(3, words="字" * 501), "words")],
)
def test_it_is_one_of_five_levels(panjin, closed, view, field):
    with pytest.raises(Refused) as refused:
        appraise(closed, view)
    assert refused.value.field == field


def test_before_there_is_an_answer_there_is_nothing_to_judge(panjin):
    walk = Walk(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    with pytest.raises(Refused, match="待签收"):
        appraise(walk, View(5))


def test_a_merged_case_is_judged_by_its_masters_answer(panjin):
    master = Walk(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    master.assigned("大洼区住建局", at=MONDAY)
    double = Walk(panjin, MONDAY)
    with panjin.standing("linjing"):
        by = panjin.actor("linjing")
        merging.merge(reach.find(double.number, by), master.number, "同一问题", by=by, at=MONDAY)
        db.session.commit()
    with pytest.raises(Refused, match="主件还没有办理结果"):
        appraise(double, View(5))
    master.reported(at=LATER).signed(at=LATER).closed(at=LATER, satisfaction=5)
    appraise(double, View(2, words="没有人联系我"), at=LATER)
    with panjin.standing():
        assert double.case().satisfaction == 2
        assert master.case().satisfaction == 5, "each for himself"


def test_asked_for_on_the_progress_page_by_the_public_login(panjin, closed):
    with panjin.standing("linjing"):
        tracking.open_for(reach.find(closed.number, panjin.actor("linjing")), at=LATER)
        db.session.commit()
    with within(panjin.city.schema, login="public"):
        found = tracking.find(closed.number)
        appraising.ask(found, View(4, True, True, "好"), at=LATER)
        db.session.commit()
        with pytest.raises(Refused, match="不用再次提交"):
            appraising.ask(tracking.find(closed.number), View(4), at=LATER)
    with panjin.standing():
        act = db.session.scalars(select(CitizenAct)).one()
        assert act.facts == {"satisfaction": 4, "contacted": True, "solved": True}
