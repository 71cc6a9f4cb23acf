"""The city's rules: versions that are adopted and never edited, and a calendar in versions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.calendars.workdays import Calendar
from minxin.cases import categories, clocks, previews, recomputing, rules, workcalendar
from minxin.cases.models import CaseEvent, Category, Clock, DeadlineRule, WorkCalendar
from minxin.cases.rules import NewVersion
from minxin.clock import SHANGHAI
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from tests.cases.walking import Walk

HOUR = timedelta(hours=1)


@pytest.fixture
def at():
    return clock.now()


@pytest.fixture
def city(panjin):
    with panjin.standing("gaoyuan"):
        yield panjin


def _acting(cast, at):
    return {"by": cast.actor("gaoyuan"), "at": at}


def _version(at, **more):
    values = {"amount": 7, "unit": "workday", "article": "市政府办〔2026〕12号"} | more
    return NewVersion(values["amount"], values["unit"], values["article"], more.get("since", at))


def test_a_new_version_leaves_the_old_one_as_it_was(city, at):
    before = rules.versions("complaint")[0]
    made = rules.adopt("complaint", _version(at), **_acting(city, at))
    assert (made.version, made.amount) == (2, 7)
    assert [row.amount for row in rules.versions("complaint")] == [7, 10]
    assert before.version == 1
    assert clocks.rulebook(at + HOUR).rules["complaint"].amount == 7


def test_a_version_counts_from_its_instant_on(city, at):
    since = at + timedelta(days=10)
    rules.adopt("complaint", _version(at, since=since), **_acting(city, at))
    assert clocks.rulebook(at).rules["complaint"].amount == 10
    assert clocks.rulebook(since).rules["complaint"].amount == 7
    assert clocks.rulebook(at - timedelta(days=3650)).rules["complaint"].amount == 10


def test_a_running_clock_keeps_its_version(panjin, at):
    walk = Walk(panjin, at).dispatched("大洼区住建局", at=at)
    with panjin.standing("gaoyuan"):
        rules.adopt("complaint", _version(at), **_acting(panjin, at))
        db.session.commit()
        kept = db.session.scalars(select(Clock).where(Clock.rule_key == "complaint")).one()
        assert kept.rule_version == 1
        assert kept.case_id == walk.case().id
    Walk(panjin, at + HOUR).dispatched("大洼区住建局", at=at + HOUR)
    with panjin.standing():
        found = db.session.scalars(
            select(Clock.rule_version).where(Clock.rule_key == "complaint").order_by(Clock.id)
        )
        assert list(found) == [1, 2]


@pytest.mark.parametrize(
    ("key", "more", "field"),
    [
        ("complaint", {"amount": 0}, "amount"),
        ("complaint", {"amount": 366}, "amount"),
        ("complaint", {"unit": "fortnight"}, "unit"),
        ("complaint", {"unit": "week", "amount": 1}, "unit"),
        ("complaint", {"article": "  "}, "article"),
        ("complaint", {"since": datetime(2026, 1, 1, tzinfo=SHANGHAI)}, "adopted_at"),
        ("complaint", {"since": datetime(2030, 1, 1, tzinfo=SHANGHAI)}, "adopted_at"),
        ("question", {}, None),
        ("nothing", {}, "key"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(city, at, key, more, field):
    with pytest.raises(Refused) as refusal:
        rules.adopt(key, _version(at, **more), **_acting(city, at))
    assert refusal.value.field == field
    assert len(rules.versions("complaint")) == 1


def test_two_who_change_a_rule_at_once_do_not_overwrite_each_other(city, at):
    rules.adopt("complaint", _version(at), base=1, **_acting(city, at))
    with pytest.raises(Conflict):
        rules.adopt("complaint", _version(at, amount=8), base=1, **_acting(city, at))


def test_every_rule_has_five_examples(city, at):
    calendar = clocks.as_calendar(workcalendar.newest())
    for versions in rules.in_order(rules.versions()):
        found = rules.examples(clocks.as_rule(versions[0]), calendar, at.date())
        assert len(found) == 5
        assert all(due is None or due.at > start for start, due in found)


LINES = "2026-12-01 至 2026-12-04 休 庆典\n2026-12-05 班 庆典"
"""An invented holiday of four workdays, and a Saturday worked for it."""


def _adopt(cast, at, lines=LINES, last=date(2026, 12, 31), base=None):
    return workcalendar.adopt(workcalendar.read_lines(lines), last, base=base, **_acting(cast, at))


START = datetime(2026, 11, 27, 10, 0, tzinfo=SHANGHAI)


def test_a_new_holiday_moves_open_clocks_alone(panjin):
    moved = Walk(panjin, START).dispatched("大洼区住建局", at=START)
    ended = Walk(panjin, START).dispatched("大洼区城管局", at=START)
    with panjin.standing("gaoyuan"):
        stopped = db.session.scalars(
            select(Clock).where(Clock.case_id == ended.case().id, Clock.stopped_at.is_(None))
        ).all()
        for each in stopped:
            each.stopped_at = START + HOUR
        old_dues = {each.id: each.due_at for each in stopped}
        db.session.commit()
        base = clocks.as_calendar(workcalendar.newest())
        drafted = workcalendar.drafted(
            base, workcalendar.read_lines(LINES), base.last, "as a look ahead"
        )
        seen = previews.preview(drafted)
        assert {(each.number, each.rule_key) for each in seen.shown} == {
            (moved.number, "complaint"),
        }
        assert (seen.total, seen.earlier) == (1, 0)
        kept = db.session.scalars(select(Clock).where(Clock.rule_key == "complaint")).first()
        assert kept.version == 1
        _adopt(panjin, START + HOUR)
        db.session.commit()
        for _ in recomputing.recompute(START + HOUR):
            db.session.commit()
        clock_now = db.session.scalars(
            select(Clock).where(Clock.case_id == moved.case().id, Clock.rule_key == "complaint")
        ).one()
        assert clock_now.due_at == seen.shown[0].new_due
        assert clock_now.due_at - seen.shown[0].old_due == timedelta(
            days=5
        )  # four days off, one Saturday worked, a weekend
        assert clock_now.version == 2
        assert moved.case().due_at <= clock_now.due_at
        now = db.session.scalars(select(Clock).where(Clock.id.in_(old_dues))).all()
        assert {each.id: each.due_at for each in now} == old_dues
        events = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "recomputed")).all()
        assert [event.case_id for event in events] == [moved.case().id]
        assert list(recomputing.recompute(START + HOUR)) in ([], [0])


def test_a_clock_says_why_by_the_calendar_that_moved_it(panjin):
    walk = Walk(panjin, START).dispatched("大洼区住建局", at=START)
    with panjin.standing("gaoyuan"):
        made = _adopt(panjin, START + HOUR)
        db.session.commit()
        for _ in recomputing.recompute(START + HOUR):
            db.session.commit()
        kept = db.session.scalars(
            select(Clock).where(Clock.case_id == walk.case().id, Clock.rule_key == "complaint")
        ).one()
        assert kept.calendar_version == made.version
        assert any("庆典放假" in line for line in clocks.explain(kept))


@pytest.mark.parametrize(
    ("lines", "last", "field", "words"),
    [
        ("", date(2026, 12, 31), "lines", "至少"),
        ("明年元旦放假", date(2026, 12, 31), "lines", "看不懂"),
        ("2026-02-30 休 元旦", date(2026, 12, 31), "lines", "没有"),
        ("2026-12-05 至 2026-12-01 休 庆典", date(2026, 12, 31), "lines", "起止"),
        ("2026-12-01 休 庆典\n2026-12-01 班 庆典", date(2026, 12, 31), "lines", "重复"),
        ("2026-12-01 休", date(2026, 12, 31), "lines", "哪个节日"),
        ("2027-01-01 休 元旦", date(2026, 12, 31), "last", "超出"),
        ("2026-12-05 休 庆典", date(2026, 12, 31), "lines", "相同"),
        ("2026-12-01 休 庆典", date(2026, 1, 31), "last", "不能提前"),
    ],
)
def test_an_impossible_arrangement_is_refused(city, at, lines, last, field, words):
    with pytest.raises(Refused, match=words) as refusal:
        _adopt(city, at, lines, last)
    assert refusal.value.field == field
    assert db.session.query(WorkCalendar).count() == 1


def test_lines_are_read_as_people_write_them():
    for line in (
        "2027-01-01 至 2027-01-03 休 元旦",
        "2027年1月1日—2027年1月3日 休 元旦",
        "2027/1/1~2027/1/3，休，元旦",
    ):
        days = workcalendar.read_lines(line)
        assert [each.day.day for each in days] == [1, 2, 3]
        assert {each.name for each in days} == {"元旦"}


def test_the_next_year_is_covered_once_its_arrangement_is_entered(city, at):
    _adopt(city, at, "2027-01-01 休 元旦", date(2027, 12, 31))
    calendar = clocks.rulebook().calendar
    assert calendar.covers(date(2027, 12, 31))
    assert not calendar.is_workday(date(2027, 1, 1))


def test_two_who_enter_an_arrangement_at_once_do_not_overwrite_each_other(city, at):
    base = workcalendar.newest().version
    _adopt(city, at, base=base)
    with pytest.raises(Conflict):
        _adopt(city, at, "2026-12-11 休 庆典", base=base)


def test_a_day_is_taken_back(city, at):
    _adopt(city, at, "2026-12-01 休 庆典")
    _adopt(city, at, "2026-12-01 平")
    assert date(2026, 12, 1) not in clocks.rulebook().calendar.exceptions


def test_the_days_between_two_calendars():
    one = Calendar("1", date(2026, 1, 1), date(2026, 12, 31), {date(2026, 5, 1): "劳动节"})
    two = Calendar("2", date(2026, 1, 1), date(2027, 12, 31), {date(2026, 5, 2): "劳动节"})
    assert workcalendar.differences(one, two) == [
        date(2026, 5, 1), date(2026, 5, 2), date(2027, 1, 1),
    ]  # fmt: skip


def test_a_category_is_added_renamed_and_retired_with_all_below(city, at):
    top = categories.add("冰雪旅游", **_acting(city, at))
    middle = categories.add("景区", parent=top, **_acting(city, at))
    leaf = categories.add("门票", parent=middle, code=f"{middle.code}07", **_acting(city, at))
    assert (top.code, middle.code, leaf.code) == ("11", "1101", "110107")
    with pytest.raises(Refused):
        categories.add("太深", parent=leaf, **_acting(city, at))
    categories.rename(top, "文旅", **_acting(city, at))
    assert leaf.full_name == "文旅 / 景区 / 门票"
    categories.retire(top, **_acting(city, at))
    assert not leaf.active
    with pytest.raises(Refused, match="上级"):
        categories.restore(leaf, **_acting(city, at))
    categories.restore(top, **_acting(city, at))
    assert (top.active, middle.active) == (True, False)


@pytest.mark.parametrize(
    ("name", "code", "field"),
    [
        ("城乡建设", "", "name"),
        ("甲/乙", "", "name"),
        (" ", "", "name"),
        ("新类", "1", "code"),
        ("新类", "0101", "code"),
        ("新类", "01", "code"),
    ],
)
def test_an_unfit_category_is_refused(city, at, name, code, field):
    number = db.session.query(Category).count()
    with pytest.raises(Refused) as refusal:
        categories.add(name, code=code, **_acting(city, at))
    assert refusal.value.field == field
    assert db.session.query(Category).count() == number


def test_a_tenant_cannot_write_what_belongs_to_the_city(panjin, at):
    from sqlalchemy.exc import ProgrammingError

    with panjin.standing("wenbo"):
        db.session.add(Category(code="77", name="甲", full_name="甲", level=1))
        with pytest.raises(ProgrammingError):
            db.session.flush()
    with panjin.standing("wenbo"):
        row = db.session.scalars(select(DeadlineRule)).first()
        row.amount = 99
        with pytest.raises(ProgrammingError):
            db.session.flush()
