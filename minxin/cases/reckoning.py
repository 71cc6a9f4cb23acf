"""Due instants from what clocks stored, and why they are what they are (design law 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from minxin.calendars import explain as words
from minxin.calendars.due import Due, compute
from minxin.calendars.rules import Rule
from minxin.calendars.words import due_text
from minxin.calendars.workdays import Calendar
from minxin.cases import allowances
from minxin.cases.models import Clock
from minxin.cases.rulebook import adopted_calendar, adopted_rule
from minxin.clock import local

LOST = ["该时限所依据的规则版本已不在库中，到期时间以记录为准。"]


class Counted(Protocol):
    """What a due instant is computed from: a clock, or the columns of one."""

    @property
    def rule_key(self) -> Any: ...

    @property
    def rule_version(self) -> Any: ...

    @property
    def started_at(self) -> Any: ...

    @property
    def inputs(self) -> Any: ...


class Reckoner:
    """Computes due instants on one calendar; each start day of a rule is counted once."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._counted: dict[tuple[object, ...], Due] = {}
        self._rules: dict[tuple[str, int], Rule | None] = {}
        self._latest: tuple[allowances.Inputs, allowances.Terms] = ({}, allowances.terms({}))

    def due(self, clock: Counted, inputs: allowances.Inputs | None = None) -> Due | None:
        """The due instant from the stored inputs, or from these; None while the clock stands
        still, and where its rule is not in the database."""
        given = clock.inputs if inputs is None else inputs
        rule = self._rule(clock.rule_key, clock.rule_version)
        if rule is None or allowances.paused(given):
            return None
        if given is not self._latest[0]:  # most clocks have none, or the very same
            self._latest = (given, allowances.terms(given))
        terms = self._latest[1]
        windows = (*terms["pauses"], *terms["outages"])
        if rule.from_due or rule.elapsed or any(w.start < clock.started_at for w in windows):
            return compute(rule, clock.started_at, self._calendar, **terms)
        day = local(clock.started_at).date()  # excluded, so its hour does not matter
        key = (rule.key, rule.version, day, terms["until"], *windows, *terms["extensions"])
        if key not in self._counted:
            self._counted[key] = compute(rule, clock.started_at, self._calendar, **terms)
        return replace(self._counted[key], start=clock.started_at)

    def _rule(self, key: str, version: int) -> Rule | None:
        if (key, version) not in self._rules:
            self._rules[key, version] = adopted_rule(key, version)
        return self._rules[key, version]


def explain(clock: Clock) -> list[str]:
    """Why this date: the working of a clock's due instant, from the inputs that it stored."""
    pause = allowances.open_pause(clock.inputs)
    due = _due(clock)
    if due is None and pause is None:
        return LOST
    if pause is not None:
        since = due_text(datetime.fromisoformat(pause["start"]))
        return [
            f"{since} 起暂停计时：{pause['reason']}（{pause['by']}批准）。",
            "恢复计时后，按暂停的时间顺延并重新计算到期时间。",
        ]
    assert due is not None
    said = words.sentences(due)
    if due.at != clock.due_at:
        said.append("该时限后来经批准调整，以现在显示的到期时间为准。")
    return said


def citizen_words(clock: Clock) -> list[str]:
    """Why this date, for the citizen: without articles of rules that are not his."""
    pause = allowances.open_pause(clock.inputs)
    if pause is not None:
        return ["承办单位正在由上级协调确定，期间暂停计时，确定后重新计算。"]
    due = _due(clock)
    return words.for_citizen(due) if due is not None and due.at == clock.due_at else []


def _due(clock: Clock) -> Due | None:
    calendar = adopted_calendar(clock.calendar_version)
    return Reckoner(calendar).due(clock) if calendar else None
