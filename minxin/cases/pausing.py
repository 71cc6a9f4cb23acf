"""Pausing a unit's clocks: only a ruling of 责任不清 may, and it has an approver (1.10)."""

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
    still = [clock for clock in running if allowances.paused(clock.inputs)]
    if not still:
        raise Refused("该件没有暂停计时")
    for clock in still:
        clock.inputs = allowances.resumed(clock.inputs, at)
    return _recomputed(case, running, "责任已经明确", "resume", by, at)


def _held(case: Case, by: Actor) -> tuple[Case, list[Clock]]:
    case = workflow.lock(case.id)
    if not check.covers(by, P.RULES_MANAGE, case):  # the head of the office, who rules on returns
        raise Refused("您没有批准暂停计时的权限")
    return case, clocks.running(case)


def _recomputed(
    case: Case, running: list[Clock], reason: str, because: str, by: Actor, at: datetime
) -> Case:
    reckoner = clocks.Reckoner(rulebook.calendar_in_force())
    clocks.recompute(case, running, reckoner, reason=reason, because=because, by=by, at=at)
    tracking.promise(case, running)
    return case
