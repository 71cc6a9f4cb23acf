"""值守: a day counts once, by a responder in post; rates as 1.8 A4 and scenario S6(i) have them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from threading import Thread

import pytest
from sqlalchemy import select, update

from minxin.audit.log import AuditEntry
from minxin.cases import rulebook
from minxin.clock import SHANGHAI
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people import duty, duty_modes
from minxin.people.duty import DutyDay
from minxin.people.models import Responder, Unit, User

NEW_YEARS_DAY_OF_SPRING = date(2026, 2, 17)  # 正月初一
AFTER = datetime(2026, 4, 1, 8, 0, tzinfo=SHANGHAI)
HEAD_UNIT = "大洼区住建局"


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def attend(cast, who: str, first: date, last: date, but: tuple[date, ...] = ()) -> None:
    with cast.standing(who):
        for day in duty.days_of(first, last):
            if day not in but:
                duty.attend(cast.actor(who), at=at(day))
        db.session.commit()


def rate_of(cast, unit: str, first: date, last: date, *, now: datetime = AFTER) -> duty.Rate:
    with cast.standing():
        counts = duty_modes.counting(rulebook.calendar_in_force().is_workday)
        (found,) = duty.rates(first, last, counts, at=now, unit_ids=[cast.unit(unit)])
        return found.rate


def months(cast, unit: str) -> list[Fraction | None]:
    """The exact rates of January, February and March 2026."""
    spans = ((1, 31), (2, 28), (3, 31))
    return [
        rate_of(cast, unit, date(2026, month, 1), date(2026, month, last)).exact
        for month, last in spans
    ]


def shown(rates: list[Fraction | None]) -> list[str]:
    return [str(duty.rounded(rate)) for rate in rates]


@pytest.fixture
def quarter(panjin):
    """S6(i): 大洼区住建局 (X) is missing on 正月初一, 大洼区城管局 (Y) on no day."""
    first, last = date(2026, 1, 1), date(2026, 3, 31)
    attend(panjin, "zhaoyang", first, last, but=(NEW_YEARS_DAY_OF_SPRING,))
    attend(panjin, "zhouning", first, last)
    return panjin


def test_s6_one_day_of_february_is_96_43_and_the_quarter_98_81(quarter):
    found = months(quarter, HEAD_UNIT)
    assert shown(found) == ["100.00", "96.43", "100.00"]
    assert str(duty.rounded(duty.mean(found))) == "98.81"
    february = rate_of(quarter, HEAD_UNIT, date(2026, 2, 1), date(2026, 2, 28))
    assert (february.done, february.days, february.full) == (27, 28, False)
    assert shown(months(quarter, "大洼区城管局")) == ["100.00"] * 3


def test_s6_by_workdays_the_missing_holiday_is_nothing(quarter):
    with quarter.standing("gaoyuan"):
        by = quarter.actor("gaoyuan")
        duty_modes.adopt("workdays", date(2026, 2, 1), by=by, at=at(date(2026, 2, 1)))
        db.session.commit()
    assert shown(months(quarter, HEAD_UNIT)) == ["100.00"] * 3
    february = rate_of(quarter, HEAD_UNIT, date(2026, 2, 1), date(2026, 2, 28))
    assert february.full
    assert february.days == 16  # 春节 takes nine days, two Saturdays are worked


def test_a_month_just_short_of_full_is_not_full_however_it_is_rounded():
    nearly = duty.Rate(99_999, 100_000)
    assert not nearly.full
    assert str(duty.rounded(nearly.exact)) == "100.00"
    assert str(duty.rounded(Fraction(96425, 1000))) == "96.43"  # half up, not half even
    assert duty.rounded(duty.Rate(0, 0).exact) is None
    assert duty.mean([None, None]) is None


def test_a_district_is_the_mean_of_its_units(quarter):
    with quarter.standing("mengyan"):
        counts = duty_modes.counting(lambda day: True)
        rows = duty.rates(date(2026, 2, 1), date(2026, 2, 28), counts, at=AFTER)
    assert [row.unit for row in rows] == [HEAD_UNIT, "大洼区城管局"]  # those with responders
    mean = duty.mean(row.rate.exact for row in rows)
    assert str(duty.rounded(mean)) == "98.21"


def test_a_day_counts_once_whoever_comes_and_how_often(panjin):
    day = date(2026, 3, 2)
    for who, hour in (("qianjin", 8), ("zhaoyang", 9), ("qianjin", 23)):
        with panjin.standing(who):
            assert duty.attend(panjin.actor(who), at=at(day, hour))
            db.session.commit()
    with panjin.standing():
        (row,) = db.session.scalars(select(DutyDay)).all()
        assert (row.day, row.user_name, row.first_at) == (day, "钱进", at(day, 8))


def test_a_day_begins_and_ends_at_midnight_in_shanghai(panjin):
    with panjin.standing("zhaoyang"):
        for day, hour, minute in ((1, 23, 59), (3, 0, 0)):
            duty.attend(panjin.actor("zhaoyang"), at=at(date(2026, 3, day), hour, minute))
        db.session.commit()
        days = db.session.scalars(select(DutyDay.day).order_by(DutyDay.day)).all()
    assert days == [date(2026, 3, 1), date(2026, 3, 3)]


def test_two_at_once_are_one_day(app, panjin):
    wrong = []

    def run(who: str) -> None:
        with app.app_context(), panjin.standing(who):
            try:
                duty.attend(panjin.actor(who), at=at(date(2026, 3, 2)))
                db.session.commit()
            except Exception as error:
                wrong.append(error)

    threads = [Thread(target=run, args=(who,)) for who in ("zhaoyang", "qianjin") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []
    with panjin.standing():
        assert len(db.session.scalars(select(DutyDay)).all()) == 1


@pytest.mark.parametrize("username", ["sunli", "mengyan", "wenbo", "linjing"])
def test_who_holds_no_post_counts_for_nobody(panjin, username):
    with panjin.standing(username):
        assert not duty.attend(panjin.actor(username), at=at(date(2026, 3, 2)))
        assert db.session.scalars(select(DutyDay)).all() == []


def test_a_post_counts_from_its_first_day_to_its_last(panjin):
    with panjin.standing():
        user = db.session.scalars(select(User).where(User.username == "qianjin")).one()
        db.session.execute(
            update(Responder)
            .where(Responder.user_id == user.id)
            .values(valid_from=date(2026, 3, 2), valid_to=date(2026, 3, 3))
        )
        db.session.commit()
    with panjin.standing("qianjin"):
        days = [date(2026, 3, number) for number in range(1, 6)]
        counted = [duty.attend(panjin.actor("qianjin"), at=at(day)) for day in days]
    assert counted == [False, True, True, False, False]


def test_a_day_to_come_is_not_missed_and_today_counts_once_it_is_there(panjin):
    month, noon = (date(2026, 3, 1), date(2026, 3, 31)), at(date(2026, 3, 4), 12)
    attend(panjin, "zhaoyang", date(2026, 3, 1), date(2026, 3, 3))
    assert rate_of(panjin, HEAD_UNIT, *month, now=noon) == duty.Rate(3, 3)
    attend(panjin, "zhaoyang", date(2026, 3, 4), date(2026, 3, 4))
    assert rate_of(panjin, HEAD_UNIT, *month, now=noon) == duty.Rate(4, 4)
    assert rate_of(panjin, HEAD_UNIT, *month, now=noon + timedelta(days=2)) == duty.Rate(4, 5)


def test_only_days_on_which_the_unit_took_part_count(panjin):
    with panjin.standing():
        db.session.execute(
            update(Unit)
            .where(Unit.id == panjin.unit(HEAD_UNIT))
            .values(valid_from=date(2026, 3, 11), valid_to=date(2026, 3, 20), active=False)
        )
        db.session.commit()
    attend(panjin, "zhaoyang", date(2026, 3, 11), date(2026, 3, 19))
    assert rate_of(panjin, HEAD_UNIT, date(2026, 3, 1), date(2026, 3, 31)) == duty.Rate(9, 10)


def test_a_missed_day_is_filled_in_with_a_reason_by_the_office_and_kept(panjin):
    day, unit_id = date(2026, 3, 2), panjin.unit(HEAD_UNIT)
    with panjin.standing("linjing"):
        unit, by = db.session.get_one(Unit, unit_id), panjin.actor("linjing")
        duty.fill_in(unit, day, "专线中断，已电话核实在岗", by=by, at=AFTER)
        db.session.commit()
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "duty.fill_in")).one()
        assert entry.reason == "专线中断，已电话核实在岗"
        assert entry.payload == {"day": "2026-03-02"}
        row = duty.days(day, day, [unit_id])[unit_id, day]
        assert (row.filled_in, row.user_name) == (True, "林静")
        with pytest.raises(Conflict, match="已经算作值守"):
            duty.fill_in(unit, day, "再补一次", by=by, at=AFTER)
    assert rate_of(panjin, HEAD_UNIT, day, day).full


@pytest.mark.parametrize(
    ("day", "reason", "field"),
    [
        (date(2026, 3, 2), "  ", "reason"),
        (date(2026, 3, 2), "由" * 201, "reason"),
        (AFTER.date(), "当天", "day"),
        (date(2026, 5, 1), "以后", "day"),
        (date(2025, 12, 31), "还没有网络回应人", "day"),
    ],
)
def test_what_cannot_be_filled_in_is_refused_at_its_field(panjin, day, reason, field):
    with panjin.standing("linjing"):
        unit, by = db.session.get_one(Unit, panjin.unit(HEAD_UNIT)), panjin.actor("linjing")
        with pytest.raises(Refused) as refusal:
            duty.fill_in(unit, day, reason, by=by, at=AFTER)
    assert refusal.value.field == field


def test_a_unit_that_never_had_a_responder_is_filled_in_for_nothing(panjin):
    with panjin.standing("linjing"):
        unit, by = db.session.get_one(Unit, panjin.unit("大洼区教育局")), panjin.actor("linjing")
        with pytest.raises(Refused, match="没有网络回应人"):
            duty.fill_in(unit, date(2026, 3, 2), "补登", by=by, at=AFTER)


@pytest.mark.parametrize(
    ("mode", "month", "said"),
    [
        ("weekends", date(2026, 5, 1), "请选择"),
        ("workdays", date(2026, 3, 1), "已经结束"),
        ("all_days", date(2026, 5, 1), "与现行口径相同"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(panjin, mode, month, said):
    with panjin.standing("gaoyuan"), pytest.raises(Refused, match=said):
        duty_modes.adopt(mode, month, by=panjin.actor("gaoyuan"), at=AFTER)


def test_a_choice_never_changes_the_months_before_it(quarter):
    with quarter.standing("gaoyuan"):
        by = quarter.actor("gaoyuan")
        duty_modes.adopt("workdays", date(2026, 3, 9), by=by, at=at(date(2026, 3, 9)))
        db.session.commit()
        with pytest.raises(Refused, match="已经另有口径"):
            duty_modes.adopt("all_days", date(2026, 3, 1), by=by, at=at(date(2026, 3, 9)))
    assert shown(months(quarter, HEAD_UNIT)) == ["100.00", "96.43", "100.00"]
