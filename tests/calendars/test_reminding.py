"""The reminders of a clock: which, when, in which hours, and never one that is behind the times."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minxin.calendars.due import compute
from minxin.calendars.reminding import Ladder
from minxin.calendars.rules import DEFAULT_RULES
from minxin.calendars.workdays import official
from minxin.clock import SHANGHAI, local


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def ladder(key: str, start: str) -> Ladder:
    due = compute(DEFAULT_RULES[key], at(start), official())
    return Ladder(due.rule.unit, due.start, due.at, official())


def said(key: str, start: str) -> list[str]:
    return [f"{r.step} {local(r.at):%m-%d %H:%M}" for r in ladder(key, start).rungs()]


def test_ten_workdays_over_the_national_day():
    # S3: dispatched 09-29, due 10-19 24:00; 10-10 is a Saturday that is worked
    assert said("complaint", "2026-09-29 10:00") == [
        "half 10-09 17:00",
        "before 10-16 08:00",
        "today 10-19 08:00",
        "late 10-20 08:00",
    ]


def test_a_clock_of_calendar_days_reminds_on_holidays_because_it_runs_on_them():
    assert said("question", "2026-09-30 16:40") == [
        "before 10-03 08:00",  # half time, 10-02 20:20, would be said in the same moment
        "today 10-04 08:00",
        "late 10-05 08:00",
    ]


def test_a_single_day_reminds_once_before_it_is_late():
    assert said("accept", "2026-11-23 09:00") == ["today 11-24 08:00", "late 11-25 08:00"]


def test_minutes_are_told_at_their_instant():
    rungs = said("instruction_request", "2026-11-28 23:00")
    assert rungs == ["half 11-28 23:15", "late 11-28 23:30"]


def test_late_is_said_again_each_workday():
    clock = ladder("complaint", "2026-09-29 10:00")
    days = ["2026-10-20", "2026-10-21", "2026-10-23", "2026-10-26"]
    keys = [clock.current(at(f"{day} 09:00")).key for day in days]
    assert keys == ["late", "late20261021", "late20261023", "late20261026"]
    saturday = clock.current(at("2026-10-24 12:00"))
    assert saturday.key == "late20261023"  # said already
    assert local(clock.alarm(at("2026-10-23 08:00"))) == at("2026-10-26 08:00")


def test_who_was_away_hears_the_newest_word_alone():
    clock = ladder("complaint", "2026-09-29 10:00")
    assert clock.current(at("2026-10-01 09:00")) is None
    assert clock.current(at("2026-10-19 23:59")).step == "today"


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23 07:59", "2026-11-23 08:00"),
        ("2026-11-23 17:59", "2026-11-23 17:59"),
        ("2026-11-27 18:00", "2026-11-30 08:00"),
        ("2026-10-01 10:00", "2026-10-08 08:00"),
        ("2026-10-10 10:00", "2026-10-10 10:00"),  # Saturday, worked
    ],
)
def test_the_hours_are_eight_to_six_on_workdays(now, opens):
    assert local(ladder("complaint", "2026-09-29 10:00").open_from(at(now))) == at(opens)


STARTS = st.integers(0, 333 * 24 * 60).map(
    lambda minutes: at("2026-01-01 00:00") + timedelta(minutes=minutes)
)
KEYS = st.sampled_from([key for key in DEFAULT_RULES if key != "summary"])


@given(KEYS, STARTS, st.integers(0, 60 * 24 * 40))
def test_rungs_follow_each_other_and_the_alarm_misses_none(key, start, minutes):
    due = compute(DEFAULT_RULES[key], start, official())
    clock = Ladder(due.rule.unit, due.start, due.at, official())
    rungs = clock.rungs()
    instants = [rung.at for rung in rungs]
    assert instants == sorted(set(instants))
    assert rungs[-1].step == "late"
    assert rungs[-1].at >= due.at
    assert all(due.start < rung.at < due.at for rung in rungs[:-1])
    if due.rule.elapsed is None:
        assert all(8 <= local(rung.at).hour < 18 for rung in rungs)
    now = due.start + timedelta(minutes=minutes)
    alarm = clock.alarm(now)
    assert alarm > now
    before = clock.current(alarm - timedelta(seconds=1))
    assert before == clock.current(now) or before is None  # nothing is said between two alarms
