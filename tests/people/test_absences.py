"""离岗: B hears what A would have, the leader where both are away, the station at last."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from minxin.cases import overdue
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.people import absences
from minxin.people.absences import Absence
from minxin.people.models import User
from tests.cases.walking import Walk

MONDAY = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)


def enter(cast, who: str, by: str, first: int, last: int, reason="出差"):
    with cast.standing(by):
        user = db.session.scalars(select(User).where(User.username == who)).one()
        absences.enter(
            user,
            date(2026, 11, first),
            date(2026, 11, last),
            reason,
            by=cast.actor(by),
            at=MONDAY,
        )
        db.session.commit()


def heard(cast, until: datetime) -> list[tuple[str, str]]:
    with cast.standing():
        while overdue.sweep(until):
            db.session.commit()
        rows = db.session.execute(
            select(User.username, Notice.key)
            .join(Notice, Notice.user_id == User.id)
            .where(Notice.key.like("clock:%"))
            .order_by(Notice.id)
        ).all()
        return [(name, key.split(":")[-1]) for name, key in rows]


@pytest.fixture
def sent(panjin) -> Walk:
    """Sent on Monday at nine to a unit that has until Tuesday 24:00 to accept it."""
    walk = Walk(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    return walk.assigned("大洼区住建局", at=MONDAY)


def test_while_a_is_away_b_hears_it_and_not_as_a_copy(panjin, sent):
    enter(panjin, "zhaoyang", "zhaoyang", 2, 6)
    with panjin.standing():
        while overdue.sweep(MONDAY + timedelta(days=1)):
            db.session.commit()
        texts = db.session.scalars(
            select(Notice.text).where(Notice.user_id == panjin.actor("qianjin").user_id)
        ).all()
        assert texts
        assert not any("抄送" in text for text in texts)
        assert not db.session.scalars(
            select(Notice.id).where(
                Notice.user_id == panjin.actor("zhaoyang").user_id, Notice.key.like("clock:%")
            )
        ).all()


def test_with_both_away_the_leader_hears_it(panjin, sent):
    enter(panjin, "zhaoyang", "sunli", 2, 6)
    enter(panjin, "qianjin", "sunli", 2, 6)
    assert {name for name, _ in heard(panjin, MONDAY + timedelta(days=1))} == {"sunli"}


def test_not_accepted_it_climbs_to_the_leader_and_then_to_the_station(panjin, sent):
    """Due on Tuesday 24:00: A and B on the way, then the leader, the station a day later."""
    early = heard(panjin, MONDAY + timedelta(days=1))
    assert {name for name, _ in early} == {"zhaoyang", "qianjin"}
    late = heard(panjin, MONDAY + timedelta(days=2))
    assert "sunli" in {name for name, key in late if key == "late"}
    assert "mengyan" not in {name for name, _ in late}
    later = heard(panjin, MONDAY + timedelta(days=3))
    climbed = {name for name, key in later if key == "late20261105"}
    assert climbed == {"zhaoyang", "qianjin", "sunli", "mengyan"}
    assert heard(panjin, MONDAY + timedelta(days=3, hours=1)) == later, "each once"


def test_back_early_he_hears_it_again(panjin, sent):
    enter(panjin, "zhaoyang", "zhaoyang", 2, 6)
    with panjin.standing("zhaoyang"):
        absence = db.session.scalars(select(Absence)).one()
        absences.end(absence, by=panjin.actor("zhaoyang"), at=MONDAY)
        db.session.commit()
        with pytest.raises(Refused, match="已经结束"):
            absences.end(absence, by=panjin.actor("zhaoyang"), at=MONDAY)
    assert "zhaoyang" in {name for name, _ in heard(panjin, MONDAY + timedelta(days=1))}


@pytest.mark.parametrize(
    ("first", "last", "reason", "field"),
    [(6, 2, "出差", "last_day"), (1, 1, "出差", "last_day"), (2, 6, " ", "reason"),
     (2, 6, "字" * 201, "reason")],
)  # fmt: skip
def test_the_days_and_the_reason_have_to_be(panjin, first, last, reason, field):
    with pytest.raises(Refused) as refused:
        enter(panjin, "zhaoyang", "zhaoyang", first, last, reason)
    assert refused.value.field == field


def test_twice_for_the_same_days_is_once(panjin):
    enter(panjin, "zhaoyang", "zhaoyang", 2, 6)
    with pytest.raises(Refused, match="已经登记离岗"):
        enter(panjin, "zhaoyang", "sunli", 6, 9)


@pytest.mark.parametrize("by", ["qianjin", "zhouning"])
def test_nobody_enters_it_for_a_colleague(panjin, by):
    with pytest.raises(Refused, match="只能登记本人"):
        enter(panjin, "zhaoyang", by, 2, 6)
