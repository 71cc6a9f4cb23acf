"""Due instants: every date of the worked scenarios, the turns of year and the windows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from minxin.calendars.due import Due, ExemptWeek, Extension, compute, yellow_from
from minxin.calendars.pauses import Window
from minxin.calendars.rules import DEFAULT_RULES, Rule
from minxin.calendars.workdays import SpecialDay, arranged, official
from minxin.clock import SHANGHAI


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def due(key: str, start: str, **more: object) -> Due:
    return compute(DEFAULT_RULES[key], at(start), official(), **more)  # type: ignore[arg-type]


SCENARIOS = [
    # S1 National Day
    ("question", "2026-09-30 16:40", "2026-10-05"),
    # S2 Spring Festival, three hops
    ("question", "2026-02-12 09:00", "2026-02-17"),
    ("question", "2026-02-16 20:00", "2026-02-21"),
    ("question", "2026-02-21 08:00", "2026-02-26"),
    # S3 make-up Saturday
    ("dispatch", "2026-09-28 15:30", "2026-09-30"),
    ("complaint", "2026-09-29 10:00", "2026-10-20"),
    ("extension", "2026-10-20 00:00", "2026-10-27"),
    # S4 over the year's end
    ("message", "2025-12-24 10:00", "2025-12-29"),
    ("supervision", "2025-12-29 09:00", "2026-01-07"),
    ("supervision2", "2026-01-08 09:00", "2026-01-14"),
    # S5 seven calendar days over Labour Day
    ("consultation", "2026-04-28 17:00", "2026-05-06"),
    # S6 weekly summaries
    ("summary", "2026-02-09 00:00", "2026-02-25"),
    ("summary", "2026-02-15 23:59:59", "2026-02-25"),
    ("summary", "2026-02-23 00:00", "2026-03-03"),
    ("summary", "2026-03-01 12:00", "2026-03-03"),
]


@pytest.mark.parametrize(("key", "start", "late"), SCENARIOS)
def test_the_scenarios_fall_due_on_their_dates(key, start, late):
    result = due(key, start)
    assert result.at == at(late)
    assert result.at.tzinfo is UTC
    assert not result.provisional


def test_four_workdays_over_national_day_count_the_makeup_saturday():
    rule = replace(DEFAULT_RULES["question"], unit="workday")
    result = compute(rule, at("2026-09-30 16:40"), official())
    assert result.at == at("2026-10-13")
    counted = [step.day.isoformat()[5:] for step in result.steps if step.number]
    assert counted == ["10-08", "10-09", "10-10", "10-12"]


def test_the_complaint_of_national_day_counts_the_ten_days_of_the_scenario():
    counted = [
        s.day.isoformat()[5:] for s in due("complaint", "2026-09-29 10:00").steps if s.number
    ]
    assert counted == [
        "09-30", "10-08", "10-09", "10-10", "10-12", "10-13", "10-14", "10-15", "10-16", "10-19",
    ]  # fmt: skip


def test_the_supervision_over_new_year_counts_the_five_days_of_the_scenario():
    counted = [s.day.isoformat() for s in due("supervision", "2025-12-29").steps if s.number]
    assert counted == ["2025-12-30", "2025-12-31", "2026-01-04", "2026-01-05", "2026-01-06"]


def test_an_extension_counts_workdays_from_the_old_due_day():
    result = due("complaint", "2026-09-29 10:00", extensions=[Extension(5)])
    assert result.at == at("2026-10-27")
    assert [step.extension for step in result.steps][-7:] == [1] * 7
    twice = due("complaint", "2026-09-29 10:00", extensions=[Extension(5), Extension(2)])
    assert twice.at == at("2026-10-29")


def test_the_extension_rule_reads_a_due_instant_as_the_day_that_it_ends():
    old = due("complaint", "2026-09-29 10:00")
    new = compute(DEFAULT_RULES["extension"], old.at, official())
    assert new.at == due("complaint", "2026-09-29 10:00", extensions=[Extension(5)]).at


def test_yellow_starts_a_workday_before_the_due_day():
    assert yellow_from(due("complaint", "2026-09-29 10:00")) == at("2026-10-16")
    extended = due("complaint", "2026-09-29 10:00", extensions=[Extension(5)])
    assert yellow_from(extended) == at("2026-10-23")


def test_yellow_starts_a_day_before_for_calendar_days_holiday_or_not():
    assert yellow_from(due("question", "2026-09-30 16:40")) == at("2026-10-03")


def test_a_rule_of_one_day_turns_yellow_on_its_due_day():
    assert yellow_from(due("dispatch", "2026-09-28 15:30")) == at("2026-09-29")
    assert yellow_from(due("dispatch", "2026-09-30 15:30")) == at("2026-10-08")


def test_yellow_never_starts_before_the_clock():
    assert yellow_from(due("return", "2026-09-28 15:30")) == at("2026-09-29")
    assert yellow_from(due("rating", "2026-10-08 15:30")) >= at("2026-10-08 15:30")


def test_yellow_starts_on_the_due_day_of_a_summary_and_half_way_through_hours():
    assert yellow_from(due("summary", "2026-02-11")) == at("2026-02-24")
    assert yellow_from(due("critical_feedback", "2026-10-01 08:00")) == at("2026-10-01 09:00")


def test_a_week_without_workdays_is_exempt():
    for start in ("2026-02-16", "2026-02-18 09:00", "2026-02-22 23:59:59"):
        with pytest.raises(ExemptWeek) as caught:
            due("summary", start)
        assert (caught.value.monday, caught.value.sunday) == (date(2026, 2, 16), date(2026, 2, 22))


@pytest.mark.parametrize(
    ("key", "start", "late"),
    [
        ("instruction_request", "2025-12-31 23:45", "2026-01-01 00:15"),
        ("urgent_feedback", "2026-09-30 16:40", "2026-10-01 16:40"),
        ("critical_feedback", "2026-02-28 23:00:30", "2026-03-01 01:00:30"),
    ],
)
def test_hours_and_minutes_are_plain_elapsed_time(key, start, late):
    assert due(key, start).at == at(late)
    assert due(key, start).steps == ()


def test_the_ninety_six_hour_mode_counts_from_the_instant():
    rule = replace(DEFAULT_RULES["question"], unit="hour", amount=96)
    assert compute(rule, at("2026-09-30 16:40"), official()).at == at("2026-10-04 16:40")


@pytest.mark.parametrize(
    ("start", "late"),
    [
        ("2026-09-29 00:00", "2026-09-30 24:00"),  # the first instant of a day belongs to it
        ("2026-09-29 23:59:59.999999", "2026-09-30 24:00"),
        ("2026-09-30 23:59", "2026-10-08 24:00"),  # the eve of a holiday
        ("2026-10-03 12:00", "2026-10-08 24:00"),  # within it
        ("2026-10-10 09:00", "2026-10-12 24:00"),  # on a make-up Saturday
        ("2026-10-09 09:00", "2026-10-10 24:00"),  # due on a make-up Saturday
        ("2026-10-11 09:00", "2026-10-12 24:00"),  # on a Sunday
        ("2025-12-31 23:59:59", "2026-01-04 24:00"),  # the last second of the year
    ],
)
def test_one_workday_from_odd_starts(start, late):
    day = datetime.fromisoformat(late[:10]) + timedelta(days=1)
    assert due("claim", start).at == day.replace(tzinfo=SHANGHAI)


def test_the_local_day_counts_whatever_zone_the_start_is_given_in():
    start = datetime(2026, 9, 29, 16, 30, tzinfo=UTC)  # 00:30 of the 30th in Shanghai
    assert compute(DEFAULT_RULES["claim"], start, official()).at == at("2026-10-09")


def test_a_naive_start_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        compute(DEFAULT_RULES["claim"], datetime(2026, 9, 29), official())  # noqa: DTZ001


def test_a_count_past_the_coverage_is_provisional_and_names_the_year():
    result = due("report", "2026-12-25 09:00")
    assert result.provisional
    assert result.uncovered_years == (2027,)
    assert due("report", "2026-12-01 09:00").uncovered_years == ()


def test_calendar_days_and_hours_need_no_arrangement():
    assert not due("question", "2026-12-30 09:00").provisional
    assert not due("urgent_feedback", "2026-12-31 09:00").provisional


def test_a_new_arrangement_moves_a_provisional_due_and_settles_it():
    before = due("claim", "2026-12-31 09:00")
    known = official()
    calendar = arranged(
        "2027",
        known.first,
        date(2027, 12, 31),
        [
            *(SpecialDay(day, day.weekday() > 4, name) for day, name in known.exceptions.items()),
            SpecialDay(date(2027, 1, 1), False, "元旦"),
        ],
    )
    after = compute(DEFAULT_RULES["claim"], at("2026-12-31 09:00"), calendar)
    assert (before.at, before.provisional) == (at("2027-01-02"), True)
    assert (after.at, after.provisional) == (at("2027-01-05"), False)
    assert after.calendar_version == "2027"


def outage(start: str, end: str) -> Window:
    return Window(at(start), at(end), "平台停机")


def test_an_outage_lengthens_calendar_days_by_its_length():
    result = due(
        "question", "2026-09-30 16:40", outages=[outage("2026-10-02 08:00", "2026-10-02 11:00")]
    )
    assert result.at == at("2026-10-05 03:00")
    assert result.outages[0].time == timedelta(hours=3)


def test_overlapping_windows_count_once():
    first, second = (
        outage("2026-10-02 08:00", "2026-10-02 11:00"),
        outage("2026-10-02 10:00", "2026-10-02 12:00"),
    )
    assert due("question", "2026-09-30 16:40", outages=[second, first]).at == at("2026-10-05 04:00")


def test_windows_outside_the_run_of_the_clock_give_nothing():
    before, after = (
        outage("2026-09-29 08:00", "2026-09-30 16:40"),
        outage("2026-10-05 00:00", "2026-10-06 00:00"),
    )
    result = due("question", "2026-09-30 16:40", outages=[before, after])
    assert (result.at, result.outages) == (at("2026-10-05"), ())


def test_a_window_that_opens_within_time_given_back_counts_too():
    first, second = (
        outage("2026-10-04 20:00", "2026-10-04 22:00"),
        outage("2026-10-05 01:00", "2026-10-05 02:00"),
    )
    assert due("question", "2026-09-30 16:40", outages=[first, second]).at == at("2026-10-05 03:00")


def test_a_pause_gives_workday_clocks_back_the_workday_time_it_took():
    ruling = Window(at("2026-10-09 12:00"), at("2026-10-12 12:00"), "责任不清裁定")
    result = due("complaint", "2026-09-29 10:00", pauses=[ruling])
    # half of the 9th, the worked Saturday, none of Sunday, half of the 12th
    assert result.pauses[0].time == timedelta(days=2)
    assert result.at == at("2026-10-22")


def test_time_given_back_to_a_workday_clock_is_never_a_day_off():
    result = due(
        "consult", "2026-10-09 10:00", outages=[outage("2026-10-13 08:00", "2026-10-13 14:00")]
    )
    assert result.at == at("2026-10-16 06:00")
    friday = due(
        "consult", "2026-10-10 10:00", outages=[outage("2026-10-13 08:00", "2026-10-13 14:00")]
    )
    assert friday.at == at("2026-10-19 06:00")


def test_an_outage_of_a_weekend_takes_nothing_from_a_workday_clock():
    result = due(
        "complaint", "2026-09-29 10:00", outages=[outage("2026-10-17 00:00", "2026-10-19 00:00")]
    )
    assert (result.at, result.outages) == (at("2026-10-20"), ())


def test_a_rule_refuses_a_foreign_unit_and_an_empty_amount():
    with pytest.raises(ValueError, match="unit"):
        Rule("x", "试", "month", 1, "试")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="amount"):
        Rule("x", "试", "day", 0, "试")


@pytest.mark.parametrize(
    ("key", "unit", "amount"),
    [
        ("question", "day", 4), ("message", "day", 4),
        ("consultation", "day", 7), ("consult", "workday", 5), ("suggest", "workday", 5),
        ("help", "workday", 5), ("complaint", "workday", 10), ("report", "workday", 15),
        ("thanks", "workday", 5), ("other", "workday", 5), ("dispatch", "workday", 1),
        ("return", "workday", 2), ("extension", "workday", 5), ("supervision", "workday", 5),
        ("supervision2", "workday", 3), ("claim", "workday", 1), ("accept", "workday", 1),
        ("review", "workday", 2), ("followup", "workday", 5), ("rating", "workday", 2),
        ("urgent_feedback", "hour", 24), ("critical_feedback", "hour", 2),
        ("instruction_request", "minute", 30), ("extension_decision", "workday", 1),
        ("summary", "week", 1),
    ],
)  # fmt: skip
def test_the_default_table_holds_the_limits_of_the_regulation(key, unit, amount):
    rule = DEFAULT_RULES[key]
    assert (rule.key, rule.unit, rule.amount, rule.version) == (key, unit, amount, 1)
    assert rule.article.startswith("第")
