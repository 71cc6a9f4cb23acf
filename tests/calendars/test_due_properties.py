"""What holds for every rule, start and window."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minxin.calendars.counting import last_day
from minxin.calendars.due import Due, ExemptWeek, Extension, compute, yellow_from
from minxin.calendars.explain import sentences
from minxin.calendars.pauses import Window
from minxin.calendars.rules import DEFAULT_RULES, Rule
from minxin.calendars.workdays import official
from minxin.clock import local

STARTS = st.datetimes(datetime(2004, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
RULES = st.sampled_from(list(DEFAULT_RULES.values()))
WORKDAY_RULES = st.sampled_from([r for r in DEFAULT_RULES.values() if r.unit == "workday"])
SPANS = st.timedeltas(timedelta(seconds=1), timedelta(days=20))
# a busy machine is no failure
calm = settings(deadline=None)

EXTENSIONS = st.lists(st.builds(Extension, st.integers(1, 5)), max_size=2)


@st.composite
def windows(draw: st.DrawFn, start: datetime) -> list[Window]:
    opens = draw(st.lists(st.timedeltas(timedelta(days=-5), timedelta(days=30)), max_size=3))
    return [Window(start + each, start + each + draw(SPANS), "平台停机") for each in opens]


def due(rule: Rule, start: datetime, **more: object) -> Due:
    try:
        return compute(rule, start, official(), **more)  # type: ignore[arg-type]
    except ExemptWeek:
        assume(False)
        raise


@calm
@given(RULES, STARTS, SPANS)
def test_a_later_start_is_never_due_earlier(rule, start, span):
    assert due(rule, start).at <= due(rule, start + span).at


@calm
@given(RULES, STARTS, EXTENSIONS, st.data())
def test_a_clock_ends_after_it_starts_and_turns_yellow_between(rule, start, extensions, data):
    result = due(rule, start, outages=data.draw(windows(start)), extensions=extensions)
    if not rule.from_due:
        assert result.start < result.at
    assert result.start <= yellow_from(result) < result.at


@calm
@given(WORKDAY_RULES, STARTS, EXTENSIONS, st.data())
def test_a_workday_rule_never_ends_on_a_day_off(rule, start, extensions, data):
    result = due(rule, start, pauses=data.draw(windows(start)), extensions=extensions)
    assert official().is_workday(last_day(result.at))


@calm
@given(RULES, STARTS, st.data())
def test_windows_and_extensions_never_shorten(rule, start, data):
    plain = due(rule, start)
    held = due(rule, start, outages=data.draw(windows(start)))
    assert held.at >= plain.at
    assert due(rule, start, extensions=[Extension(1)]).at > plain.at


@calm
@given(WORKDAY_RULES, STARTS)
def test_the_steps_are_unbroken_and_count_to_the_limit(rule, start):
    result = due(rule, start)
    days = [step.day for step in result.steps]
    assert all(after - before == timedelta(days=1) for before, after in itertools.pairwise(days))
    numbers = [step.number for step in result.steps if step.number]
    assert numbers == list(range(1, rule.amount + 1))
    assert all(official().is_workday(step.day) == bool(step.number) for step in result.steps)


@calm
@given(st.sampled_from(["question", "message", "consultation"]), STARTS)
def test_calendar_days_end_at_midnight_that_many_days_later(key, start):
    result = due(DEFAULT_RULES[key], start)
    days = last_day(result.at) - local(start).date()
    assert days == timedelta(days=DEFAULT_RULES[key].amount)
    assert f"{local(result.at):%H:%M:%S}" == "00:00:00"


@calm
@given(RULES, STARTS)
def test_it_is_provisional_exactly_when_a_judged_day_is_not_covered(rule, start):
    result = due(rule, start)
    if rule.unit == "workday":
        judged = {step.day.year for step in result.steps if not official().covers(step.day)}
        assert result.uncovered_years == tuple(sorted(judged))
    assert result.provisional == bool(result.uncovered_years)


@calm
@given(RULES, STARTS, EXTENSIONS, st.data())
def test_every_due_can_be_explained(rule, start, extensions, data):
    result = due(
        rule,
        start,
        pauses=data.draw(windows(start)),
        outages=data.draw(windows(start)),
        extensions=extensions,
    )
    lines = sentences(result)
    assert all(line.endswith("。") for line in lines)
    assert len([line for line in lines if line.startswith("到期：")]) == 1
