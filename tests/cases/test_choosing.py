"""自选件, 问题提醒件, 省转件 and 领导交办: marks that stay, a letter, what stands beside ours."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from minxin.cases import choosing, entering, lists, origins, reach
from minxin.cases.intake import Appeal
from minxin.cases.lists import ALL, Filters
from minxin.cases.models import Case
from minxin.cases.origins import Mandate
from minxin.cases.states import State, Tag
from minxin.cases.tags import of
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.exchange.models import Letter, LetterCase
from minxin.extensions import db
from tests.cases.walking import Walk

MONDAY = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)


def by(item: Walk, who: str, verb, *given, when=MONDAY, **more):
    with item.cast.standing(who):
        case = reach.find(item.number, item.cast.actor(who))
        made = verb(case, *given, by=item.cast.actor(who), at=when, **more)
        db.session.commit()
        return made


def tags(cast, item: Walk) -> list[Tag]:
    with cast.standing():
        case_id = item.case().id
        return of([case_id]).get(case_id, [])


@pytest.fixture
def item(panjin) -> Walk:
    return Walk(panjin, MONDAY).dispatched("大洼区住建局", at=MONDAY)


def test_chosen_it_is_found_by_its_mark_and_let_go_again(panjin, item):
    Walk(panjin, MONDAY)
    by(item, "linjing", choosing.choose, "典型")
    assert tags(panjin, item) == [Tag.CHOSEN]
    with pytest.raises(Refused, match="已经是自选件"):
        by(item, "hejun", choosing.choose, "典型")
    with panjin.standing("linjing"):
        me = panjin.actor("linjing")
        found = lists.page(me, ALL, Filters(tag="chosen"), at=MONDAY)
        assert [row.number for row in found.rows] == [item.number]
    by(item, "hejun", choosing.drop, "不再跟踪")
    assert tags(panjin, item) == []
    with pytest.raises(Refused, match="不是自选件"):
        by(item, "hejun", choosing.drop, "再一次")


def test_only_the_office_chooses(panjin, item):
    for who in ("mengyan", "zhaoyang"):
        with pytest.raises(Refused, match="权限"):
            by(item, who, choosing.choose, "典型")


def remind(cast, who: str, numbers: list[str], unit: str = "大洼区住建局") -> None:
    with cast.standing(who):
        choosing.remind(
            cast.unit(unit),
            "关于育才路路灯反复损坏的提醒",
            "请查明原因，5日内回复。",
            numbers,
            by=cast.actor(who),
            at=MONDAY,
        )
        db.session.commit()


def test_a_reminder_is_a_letter_that_rests_on_cases_which_keep_its_mark(panjin, item):
    other = Walk(panjin, MONDAY).dispatched("大洼区住建局", at=MONDAY)
    remind(panjin, "linjing", [item.number, f" {other.number} ", item.number])
    assert tags(panjin, item) == tags(panjin, other) == [Tag.REMINDER]
    with panjin.standing():
        letter = db.session.scalars(select(Letter).where(Letter.box == "out")).one()
        assert letter.kind == "reminder"
        assert len(db.session.scalars(select(LetterCase)).all()) == 2


def test_what_is_not_seen_is_no_ground(panjin, item):
    elsewhere = Walk(panjin, MONDAY).dispatched("兴隆台区住建局", at=MONDAY)
    for numbers in ([], ["20990101-00001"], [item.number, elsewhere.number]):
        with pytest.raises(Refused) as refused:
            remind(panjin, "mengyan", numbers)
        assert refused.value.field == "numbers"
    assert tags(panjin, item) == []


def test_the_provinces_stars_stand_beside_ours(panjin):
    appeal = {"source": "province", "provincial_no": "LN-2026-1"}
    walk = Walk(panjin, MONDAY, **appeal).dispatched("大洼区住建局", at=MONDAY)
    with panjin.standing():
        walk.case().state, walk.case().stars = State.CLOSED, 5
        db.session.commit()
    by(walk, "linjing", origins.enter_stars, 7)
    with panjin.standing():
        assert (walk.case().provincial_stars, walk.case().stars) == (7, 5)
    with pytest.raises(Refused, match="0至10"):
        by(walk, "linjing", origins.enter_stars, 11)


def test_a_case_that_is_not_the_provinces_has_no_stars_of_its(panjin, item):
    with panjin.standing():
        item.case().state = State.CLOSED
        db.session.commit()
    with pytest.raises(Refused, match="不是省转件"):
        by(item, "linjing", origins.enter_stars, 7)


def entered(cast, **more) -> Case:
    appeal = Appeal(subject="路灯不亮", body="路灯不亮，请修", **more)
    with cast.standing("linjing"):
        case, _ = entering.take_down(
            appeal, key=str(more), received_at=MONDAY, by=cast.actor("linjing"), at=MONDAY
        )
        db.session.commit()
        db.session.refresh(case)
        db.session.expunge(case)
        return case


def test_who_ordered_it_and_by_which_day(panjin):
    until = origins.due_at(date(2026, 11, 6), MONDAY)
    case = entered(panjin, source="leader", mandate=Mandate("吴江", until))
    assert (case.ordered_by, case.source) == ("吴江", "leader")
    assert case.provincial_due_at == datetime(2026, 11, 7, tzinfo=SHANGHAI)
    with pytest.raises(Refused) as refused:
        entered(panjin, source="leader")
    assert refused.value.field == "ordered_by"


def test_a_day_before_it_came_cannot_be(panjin):
    with pytest.raises(Refused, match="不能早于收到日期"):
        origins.due_at(date(2026, 11, 1), MONDAY)
    assert origins.due_at(None, MONDAY) is None
