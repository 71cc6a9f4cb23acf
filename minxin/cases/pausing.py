"""Pausing a unit's clocks: only while it is decided whose case it is, and somebody approves (1.10).

Whatever decides it — a return that is taken back or refused, a ruling — ends the pause.
"""

from __future__ import annotations

from datetime import datetime

from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.cases import allowances, clocks, rulebook, tracking, workflow
from minxin.cases.models import Case, Clock
from minxin.cases.states import WITH_UNIT, State
from minxin.errors import Refused
from minxin.people.actor import Actor


def pause(case: Case, reason: str, *, by: Actor, at: datetime) -> Case:
    """Stand still from now on, while it is decided whose case it is. `by` approves it.

    Raises Refused without a reason or the right, or where nothing runs that can be paused.
    """
    case, running = _held(case, by)
    if State(case.state) not in WITH_UNIT:
        raise Refused("只有承办单位在办的件可以暂停计时")
    if any(allowances.paused(clock.inputs) for clock in running):
        raise Refused("该件已经暂停计时")
    if not reason.strip():
        raise Refused("请写明暂停计时的理由", "reason")
    for clock in running:
        clock.inputs = allowances.with_pause(clock.inputs, reason=reason.strip(), by=by.name, at=at)
    return _recomputed(case, running, reason.strip(), "pause", by, at)


def resume(case: Case, *, by: Actor, at: datetime) -> Case:
    """Run on: the time of the pause is given back. Raises Refused where nothing stands still."""
    case, running = _held(case, by)
    if not any(allowances.paused(clock.inputs) for clock in running):
        raise Refused("该件没有暂停计时")
    return end(case, by=by, at=at)


def end(case: Case, *, by: Actor, at: datetime) -> Case:
    """It is decided: what stood still runs on. Nothing where nothing did."""
    running = clocks.running(case)
    still = [clock for clock in running if allowances.paused(clock.inputs)]
    for clock in still:
        clock.inputs = allowances.resumed(clock.inputs, at)
    return _recomputed(case, running, "责任已经明确", "resume", by, at) if still else case


def may(case: Case, by: Actor) -> bool:
    """Could this person pause the clocks of the case, or let them run on?"""
    return State(case.state) in WITH_UNIT and check.covers(by, P.CLOCK_PAUSE, case)


def is_paused(case: Case) -> bool:
    """Does a clock of the case stand still?"""
    return any(allowances.paused(clock.inputs) for clock in clocks.running(case))


def _held(case: Case, by: Actor) -> tuple[Case, list[Clock]]:
    case = workflow.lock(case.id)
    if not check.covers(by, P.CLOCK_PAUSE, case):
        raise Refused("您没有批准暂停计时的权限")
    return case, clocks.running(case)


def _recomputed(
    case: Case, running: list[Clock], reason: str, because: str, by: Actor, at: datetime
) -> Case:
    reckoner = clocks.Reckoner(rulebook.calendar_in_force())
    clocks.recompute(case, running, reckoner, reason=reason, because=because, by=by, at=at)
    tracking.promise(case, running)
    return case
