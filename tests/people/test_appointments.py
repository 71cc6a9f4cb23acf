"""Who answers for a unit and leads it; and what a unit lacks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import posts, responders, staffing
from minxin.people.models import Post, Responder, Unit, User
from minxin.people.posts import Holder

TODAY = clock.local(clock.now()).date()
DAY = timedelta(days=1)


@pytest.fixture
def here(panjin):
    with panjin.standing("wenbo"):
        yield panjin


@pytest.fixture
def by(here):
    return {"by": here.actor("wenbo"), "at": clock.now()}


def _unit(here, name="大洼区住建局"):
    return db.session.get_one(Unit, here.unit(name))


def _user(name):
    return db.session.scalars(select(User).where(User.username == name)).one()


def _held(unit, post="A"):
    query = select(Responder).where(Responder.unit_id == unit.id, Responder.post == post)
    return db.session.scalars(query.order_by(Responder.id)).all()


def test_a_new_responder_follows_the_old_one(here, by):
    unit = _unit(here)
    responders.end(_held(unit, "B")[0], last_day=TODAY - 2 * DAY, **by)
    responders.appoint(unit, _user("qianjin"), "A", since=TODAY, **by)
    old, new = _held(unit)
    assert (old.valid_to, new.valid_to) == (TODAY - DAY, None)
    assert unit.id not in staffing.lacking(TODAY)


@pytest.mark.parametrize(
    ("username", "post", "since", "field"),
    [
        ("zhouning", "A", TODAY, "user_id"),
        ("sunli", "A", TODAY, "user_id"),
        ("zhaoyang", "A", TODAY, "user_id"),
        ("qianjin", "A", TODAY, "user_id"),
        ("zhaoyang", "C", TODAY, "post"),
        ("zhaoyang", "B", date(2025, 1, 1), "since"),
    ],
)
def test_an_unfit_appointment_is_refused(here, by, username, post, since, field):
    with pytest.raises(Refused) as refusal:
        responders.appoint(_unit(here), _user(username), post, since=since, **by)
    assert refusal.value.field == field


def test_an_appointment_ends_after_it_began_and_once(here, by):
    held = _held(_unit(here))[0]
    with pytest.raises(Refused):
        responders.end(held, last_day=held.valid_from - DAY, **by)
    responders.end(held, last_day=TODAY - DAY, **by)
    with pytest.raises(Refused, match="已经结束"):
        responders.end(held, last_day=TODAY, **by)


def test_the_leader_who_signs_has_an_account_of_the_unit(here, by):
    unit = _unit(here)
    for holder in (Holder(None, "某某"), Holder(_user("liyan")), Holder(_user("zhaoyang"))):
        with pytest.raises(Refused) as refusal:
            posts.hold(unit, "head", holder, since=TODAY, **by)
        assert refusal.value.field == "user_id"


def test_a_chief_may_have_no_account_and_is_followed(here, by):
    unit = _unit(here)
    first = posts.hold(unit, "chief", Holder(None, "周正", "局长"), since=TODAY - 30 * DAY, **by)
    posts.hold(unit, "chief", Holder(None, "吴越", "局长"), since=TODAY, **by)
    assert first.valid_to == TODAY - DAY
    with pytest.raises(Refused):
        posts.hold(unit, "city_leader", Holder(None, "吴越"), since=TODAY, **by)
    with pytest.raises(Refused) as refusal:
        posts.hold(unit, "chief", Holder(None, " "), since=TODAY, **by)
    assert refusal.value.field == "name"


def test_a_unit_lacks_whoever_is_gone_or_locked(here, by):
    unit = _unit(here)
    assert unit.id not in staffing.lacking(TODAY)
    _user("zhaoyang").active = False
    db.session.flush()
    assert staffing.lacking(TODAY)[unit.id] == (staffing.RESPONDER,)
    head = db.session.scalars(select(Post).where(Post.unit_id == unit.id)).one()
    posts.end(head, last_day=TODAY, **by)
    db.session.flush()
    assert staffing.lacking(TODAY)[unit.id] == (staffing.RESPONDER,)
    lacks = staffing.lacking(TODAY + DAY)[unit.id]
    assert lacks == (staffing.RESPONDER, staffing.HEAD)


def test_a_station_counts_with_its_staff(here):
    station = _unit(here, "大洼区民心网工作站")
    assert station.id not in staffing.lacking(TODAY)
    _user("mengyan").active = False
    db.session.flush()
    assert staffing.lacking(TODAY)[station.id] == (staffing.STAFF,)
