"""A case's progress in a citizen's words: what was done, what is being done, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minxin.calendars.words import due_text, span_text
from minxin.cases.models import Tracking
from minxin.cases.states import ENDED, WITH_UNIT, State
from minxin.cases.transitions import MOVES
from minxin.web.marks import moment

STAGES = ("登记", "核对内容，转交承办单位", "承办单位办理", "审核办理结果", "回访", "结案")

NOW: dict[str, tuple[str, int]] = {
    # state: what is being done, the first of STAGES that is still to come
    "received": ("正在登记", 1),
    State.UNCLAIMED: ("等待工作人员核对内容", 2),
    State.CLAIMED: ("正在核对内容，确定承办单位", 2),
    State.DISPATCHED: ("等待承办单位签收", 3),
    State.ACCEPTED: ("承办单位正在办理", 3),
    State.HANDLING: ("承办单位正在办理", 3),
    State.SIGNING: ("承办单位正在办理", 3),
    State.REPORTED: ("正在审核办理结果", 4),
    State.FOLLOW_UP: ("等待回访", 5),
    State.CONSULTING: ("正在网上公开征求意见", 5),
    State.TO_RATE: ("等待结案", 6),
    State.RATED: ("等待结案", 6),
}
"""`received` is a submission that the worker has not yet made a case of."""

QUESTION: dict[str, tuple[str, tuple[str, ...]]] = {
    # state: what is being done, what is still to come
    State.TO_ANSWER: ("等待单位答复", ("您对答复作出评价",)),
    State.ANSWERED: ("单位已经答复，请您评价", ()),
}
"""The other course: a unit answers, and the citizen judges."""


@dataclass(frozen=True)
class Step:
    """One step as templates/components/steps.html shows it; state: done, now or next."""

    label: str
    state: str
    at: str = ""
    unit: str = ""
    note: str = ""


def steps(tracking: Tracking, now: datetime) -> list[Step]:
    """All steps of a case: those that were made, the one being made, those that come."""
    done = [
        Step(step["label"], "done", moment(step["at"]), step["unit"], step["note"])
        for step in tracking.steps
    ]
    if tracking.state in QUESTION:
        label, coming = QUESTION[tracking.state]
    elif tracking.state in NOW:
        label, ahead = NOW[tracking.state]
        coming = STAGES[ahead:]
    else:
        return done
    with_unit = tracking.state in WITH_UNIT
    unit = unit_of(tracking) if with_unit else ""
    current = Step(label, "now", unit=unit, note=promise(tracking, now))
    return [*done, current, *(Step(stage, "next") for stage in coming)]


def standing(tracking: Tracking) -> str:
    """Where the case stands, in one phrase."""
    if tracking.state == State.JUDGED and not rated(tracking):
        return "单位已答复，未评价归档"
    if tracking.state in ENDED:
        return State(tracking.state).label
    if tracking.state in QUESTION:
        return QUESTION[tracking.state][0]
    return NOW[tracking.state][0]


def rated(tracking: Tracking) -> bool:
    """Did the citizen judge the answer, or was it archived without?"""
    return any(step["label"] == MOVES["judge"].words for step in tracking.steps)


def unit_of(tracking: Tracking) -> str:
    """The unit that was named last; empty before the case was sent to one."""
    return next((step["unit"] for step in reversed(tracking.steps) if step["unit"]), "")


def waiting(tracking: Tracking, now: datetime) -> str:
    """How long the citizen has waited, over every unit that had the case: until a question was
    answered; "" once it is over without an answer."""
    if tracking.state in ENDED and tracking.answered_at is None:
        return ""
    return span_text((tracking.answered_at or now) - tracking.received_at)


def promise(tracking: Tracking, now: datetime) -> str:
    """By when the unit is to be done; honest where that has passed."""
    if tracking.due_at is None or tracking.state not in WITH_UNIT:
        return ""
    day = due_text(tracking.due_at, now) + ("（暂定）" if tracking.provisional else "")
    asked = tracking.state == State.TO_ANSWER
    if now >= tracking.due_at:
        done, doing = ("答复", "仍在等待答复") if asked else ("办结", "仍在办理")
        return f"应在 {day} 前{done}，现已超过期限，{doing}"
    if asked:
        return f"最迟 {day} 答复或转到应答复的单位"
    return f"最迟 {day} 办出结果"
