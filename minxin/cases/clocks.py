"""The clocks of a case: started and stopped by moves, computed from stored inputs (1.10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, desc, select, update

from minxin.calendars.due import Due, compute, yellow_from
from minxin.calendars.reminding import Ladder
from minxin.cases import allowances
from minxin.cases.models import FAR, Case, CaseEvent, Clock
from minxin.cases.reckoning import Reckoner, citizen_words, explain
from minxin.cases.rulebook import Rulebook, adopted_calendar, as_calendar, as_rule, rulebook
from minxin.cases.states import ON_HAND, RETURNED, WITH_UNIT, Kind, State, Urgency
from minxin.cases.transitions import SUPERVISIONS
from minxin.extensions import db
from minxin.people.actor import Actor

__all__ = [
    "BESIDE",
    "COURSE",
    "FAR",
    "FEEDBACK",
    "FEEDBACKS",
    "HANDLING",
    "OF_UNIT",
    "WINDOWS",
    "WORDS",
    "Reckoner",
    "Rulebook",
    "as_calendar",
    "as_rule",
    "citizen_words",
    "drawn",
    "explain",
    "hand_on",
    "handling_rule",
    "of",
    "recompute",
    "rule_key",
    "rulebook",
    "running",
    "show_earliest",
    "start",
    "stop",
]  # fmt: skip

HANDLING = "handling"
"""In the table of moves: the clock of the case's own kind."""


WORDS: dict[str, str] = {
    "claim": "认领",
    "dispatch": "转办",
    "accept": "签收",
    **{str(kind): "办理" for kind in Kind},
    "rework": "重办",
    "question": "答复",
    "judgement": "评价",
    "urgent_feedback": "首次反馈",
    "critical_feedback": "首次反馈",
    "return_decision": "退件审核",
    "ruling": "裁定",
    "extension_decision": "延期审批",
    "review": "审核",
    "followup": "回访",
    "consultation": "征求意见",
    "rating": "评星",
    "message": "留言答复",
    "reopening_decision": "重办审核",
    "promise": "承诺",
    "supervision": "督办回复",
    "supervision2": "二次督办回复",
    "supervision3": "督办专报反馈",
    "supervision_again": "督办补充回复",
    "instruction_request": "请示",
    "instruction_feedback": "批示反馈",
}
"""What pages call a clock, by its rule key."""

FEEDBACKS = frozenset({"urgent_feedback", "critical_feedback"})
"""The first word that a pressing case asks of its unit, by urgency."""

OF_UNIT = frozenset(
    {"accept", "rework", "question", "message", *FEEDBACKS, *SUPERVISIONS, *map(str, Kind)}
)
"""The clocks that the handling unit answers for; the others are the office's or the station's."""

COURSE = frozenset({"rework", *map(str, Kind)})
"""By when the unit is to be done: what the citizen is promised and what an extension moves."""

WINDOWS = frozenset({"consultation"})
"""Time that the public has: it is waited out, and its end makes nobody late."""

BESIDE = frozenset({"message", "promise", "instruction_feedback"})
"""Clocks beside the case's own course: they run on when it is closed."""

ASIDE = frozenset(
    {
        *("extension_decision", "return_decision", "ruling"),
        *("instruction_request", "instruction_feedback"),
    }
)
"""What the office owes while a unit works: no lateness of the unit's, whose own clock is shown."""

PROMISE = "promise"
FEEDBACK = "feedback"
"""In the table of moves: the one of FEEDBACKS that the case's urgency asks for; else none."""


def rule_key(case: Case, key: str) -> str | None:
    """The rule that a name in the table stands for: "handling" is the case's kind, "feedback"
    its urgency, once a unit has it. None where the case has no such clock."""
    if key == HANDLING:
        return handling_rule(case)
    if key == FEEDBACK:
        asked = case.urgency != Urgency.NORMAL and State(case.state) in ON_HAND | RETURNED
        return f"{case.urgency}_feedback" if asked else None
    return key


def handling_rule(case: Case) -> str:
    """The rule that the handling is due by: the one of the case's kind."""
    return case.kind or str(Kind.OTHER)


def start(
    case: Case,
    key: str,
    at: datetime,
    book: Rulebook,
    subject_id: int | None = None,
    until: date | None = None,
) -> Clock:
    """Start a clock of the case at an instant, by its rule key; a promise runs until a day that a
    person chose."""
    due = book.due(key, at)
    if until is not None and key == PROMISE:
        due = compute(due.rule, at, due.calendar, until=until)
    clock = drawn(case, due, at)
    if due.until is not None:
        clock.inputs = {"until": due.until.isoformat()}
    clock.subject_id = subject_id
    db.session.add(clock)
    return clock


def drawn(case: Case, due: Due, at: datetime) -> Clock:
    """The clock of a due instant, not stored yet."""
    return Clock(
        tenant_id=case.tenant_id,
        case_id=case.id,
        unit_id=case.unit_id,
        rule_key=due.rule.key,
        rule_version=due.rule.version,
        calendar_version=due.calendar_version,
        started_at=at,
        due_at=due.at,
        yellow_at=yellow_from(due),
        provisional=due.provisional,
        next_at=_ladder(due).alarm(at),
    )


def running(case: Case) -> list[Clock]:
    """The clocks of the case that still run, the earliest due first."""
    query = select(Clock).where(Clock.case_id == case.id, Clock.stopped_at.is_(None))
    return list(db.session.scalars(query.order_by(Clock.due_at, Clock.id)))


def stop(
    clocks: Collection[Clock],
    keys: Collection[str],
    case: Case,
    at: datetime,
    subject_id: int | None = None,
) -> list[Clock]:
    """Stop those of the running clocks that a move names; "*" stops all of the case's course.

    subject_id: only those of one message or request.
    One that stood still is resumed first: what it stopped before must be an instant.
    """
    wanted = {rule_key(case, key) for key in keys}
    if HANDLING in keys:  # what was put into another kind since runs on under its first rule
        wanted |= set(map(str, Kind))
    if FEEDBACK in keys:  # the urgency may have changed since it was started
        wanted |= FEEDBACKS
    stopped = [
        clock
        for clock in clocks
        if clock.rule_key in wanted or ("*" in keys and clock.rule_key not in BESIDE)
        if subject_id is None or clock.subject_id == subject_id
    ]
    for clock in stopped:
        if allowances.paused(clock.inputs):
            clock.inputs = allowances.resumed(clock.inputs, at)
            calendar = adopted_calendar(clock.calendar_version)
            due = Reckoner(calendar).due(clock) if calendar else None
            if due is not None:
                _set(clock, due, at)
        clock.stopped_at = at
    return stopped


def show_earliest(case: Case, clocks: Collection[Clock]) -> None:
    """Write the earliest running clock onto the case, where lists sort by it.

    While a unit has the case its own clock is shown, not one of those that the office owes.
    """
    if State(case.state) in WITH_UNIT:
        clocks = [clock for clock in clocks if clock.rule_key not in ASIDE] or clocks
    first = min(clocks, key=lambda clock: clock.due_at, default=None)
    case.due_at = first.due_at if first else FAR
    case.yellow_at = first.yellow_at if first else None
    case.clock_key = first.rule_key if first else None
    case.due_provisional = first.provisional if first else False


def hand_on(case: Case, unit_id: int | None) -> None:
    """The running clocks of a case count for the unit that it was passed on to, if any."""
    db.session.execute(
        update(Clock)
        .where(Clock.case_id == case.id, Clock.stopped_at.is_(None))
        .values(unit_id=unit_id)
    )


def of(case: Case) -> list[Clock]:
    """Every clock of the case: the running ones first, the earliest due at the top."""
    return list(db.session.scalars(_OF, {"case_id": case.id}))


_OF = (
    select(Clock)
    .where(Clock.case_id == bindparam("case_id"))
    .order_by(Clock.stopped_at.is_not(None), desc(Clock.stopped_at), Clock.due_at)
)


def recompute(
    case: Case,
    clocks: Sequence[Clock],
    reckoner: Reckoner,
    *,
    reason: str,
    because: str,
    by: Actor,
    at: datetime,
) -> dict[str, list[str]]:
    """Bring the running clocks of a case to what their inputs say on the newest calendar.

    The only way that a due instant moves: a new version, an event with the old and the new
    instant, the case's own columns. A stopped clock is left as it is, and so is one that stands
    where it belongs. because: calendar | outage | outage_withdrawn | pause | resume | extension.
    Answers {rule key: [old, new]} of those that moved; a clock that stands still moves to FAR.
    """
    moved: dict[str, list[str]] = {}
    for clock in clocks:
        if clock.stopped_at is not None:
            continue
        due = reckoner.due(clock)
        if due is None and not allowances.paused(clock.inputs):
            continue
        old = clock.due_at
        _set(clock, due, at)
        if clock.due_at != old:
            moved[clock.rule_key] = [old.isoformat(), clock.due_at.isoformat()]
            clock.version += 1
    show_earliest(case, [clock for clock in clocks if clock.stopped_at is None])
    if moved:
        db.session.add(_moved(case, moved, reason, because, by, at))
    return moved


def _ladder(due: Due) -> Ladder:
    return Ladder(due.rule.unit, due.start, due.at, due.calendar)


def _set(clock: Clock, due: Due | None, at: datetime) -> None:
    """Write a due instant, or that there is none, onto a clock."""
    if due is None:
        clock.due_at = clock.yellow_at = clock.next_at = FAR
        clock.provisional = False
        return
    if due.at != clock.due_at:
        clock.next_at = _ladder(due).alarm(at) if due.at > at else at
    clock.due_at, clock.yellow_at = due.at, yellow_from(due)
    clock.provisional, clock.calendar_version = due.provisional, due.calendar_version


def _moved(
    case: Case,
    moved: Mapping[str, list[str]],
    reason: str,
    because: str,
    by: Actor,
    at: datetime,
) -> CaseEvent:
    return CaseEvent(
        tenant_id=case.tenant_id,
        case_id=case.id,
        name="recomputed",
        at=at,
        actor_kind=by.kind,
        actor_id=by.user_id,
        actor_name=by.name,
        actor_unit=by.unit_name,
        internal=True,
        reason=reason,
        payload={"clocks_moved": dict(moved), "because": because},
    )
