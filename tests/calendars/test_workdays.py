"""The workday table against its source and against the days that the regulation turns on."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from minxin.calendars.workdays import Calendar, SpecialDay, arranged, official

EVERY_DAY = [
    date(2004, 1, 1) + timedelta(days=n) for n in range((date(2027, 1, 1) - date(2004, 1, 1)).days)
]


def test_every_day_from_2004_to_2026_is_worked_as_in_the_source():
    calendar = official()
    wrong = [
        day for day in EVERY_DAY if calendar.is_workday(day) != chinese_calendar.is_workday(day)
    ]
    assert wrong == []
    assert all(calendar.covers(day) for day in EVERY_DAY)


def test_only_days_that_differ_from_monday_to_friday_are_stored():
    calendar = official()
    for day in EVERY_DAY:
        differs = chinese_calendar.is_workday(day) != (day.weekday() < 5)
        assert (day in calendar.exceptions) == differs


def test_holidays_carry_chinese_names():
    assert set(official().exceptions.values()) == {
        "元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节", "抗战胜利纪念日",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 10, 1), "国庆节"),
        (date(2026, 10, 3), "国庆节"),  # a Saturday inside
        (date(2026, 2, 15), "春节"),  # the Sunday that opens it
        (date(2025, 10, 6), "中秋节"),
        (date(2025, 10, 4), "国庆节"),  # a Saturday between two holidays
        (date(2026, 10, 11), None),  # an ordinary Sunday
        (date(2026, 10, 10), None),  # a Saturday that is worked
        (date(2026, 10, 12), None),
    ],
)
def test_a_day_off_knows_its_holiday(day, name):
    assert official().holiday(day) == name


def test_a_worked_weekend_day_is_a_makeup_day():
    assert official().is_makeup(date(2026, 10, 10))
    assert not official().is_makeup(date(2026, 10, 12))
    assert not official().is_makeup(date(2026, 10, 1))


def test_the_year_after_the_last_arrangement_is_not_covered_and_follows_the_weekdays():
    calendar = official()
    assert calendar.covers(date(2026, 12, 31))
    assert not calendar.covers(date(2027, 1, 1))
    assert calendar.is_workday(date(2027, 1, 1))
    assert not calendar.is_workday(date(2027, 1, 2))


def test_an_arrangement_drops_the_lines_that_change_nothing():
    calendar = arranged(
        "试",
        date(2027, 1, 1),
        date(2027, 12, 31),
        [
            SpecialDay(date(2027, 1, 1), False, "元旦"),
            SpecialDay(date(2027, 1, 2), False, "元旦"),
            SpecialDay(date(2027, 1, 10), True, "元旦"),
        ],
    )
    assert dict(calendar.exceptions) == {date(2027, 1, 1): "元旦", date(2027, 1, 10): "元旦"}
    assert calendar.holiday(date(2027, 1, 3)) == "元旦"


def test_an_exception_outside_the_coverage_is_refused():
    with pytest.raises(ValueError, match="outside"):
        Calendar("试", date(2027, 1, 1), date(2027, 12, 31), {date(2028, 1, 3): "元旦"})


def test_a_calendar_cannot_be_changed():
    with pytest.raises(TypeError):
        official().exceptions[date(2026, 11, 23)] = "试"  # type: ignore[index]


def test_the_version_names_its_source():
    assert official().version.startswith("chinesecalendar-")
    assert official() is official()
