"""move(): the only writer of a case's state.

One call takes the row lock, checks the table of moves, and writes state, event, clocks, tallies
and the outbox row of what follows, all in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from minxin.access.permissions import Permission as P
from minxin.background import later
from minxin.cases import clocks, hands, tallies
from minxin.cases.missing import MISSING as MISSING
from minxin.cases.models import Case, CaseEvent, Clock
from minxin.cases.states import State, Track
from minxin.cases.transitions import MOVES, Move, from_state
from minxin.errors import Conflict as Conflict
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor

WRITINGS = frozenset({"screen", "enter_log", "enter_co_log", "attempt"})
"""Moves that may rightly be made again at once: what a second form holds may be another text."""
TWICE_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Made:
    """What a move wrote."""

    case: Case
    event: CaseEvent


def lock(case_id: int) -> Case:
    """The case with its row locked until the transaction ends. Raises Refused where unseen."""
    # no key is changed: a sweep that only refers to the case need not wait (nor be waited for)
    case = db.session.get(
        Case, case_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if case is None:
        raise Refused("该件不存在或已不在您的受理范围内")
    return case


def move(
    case_id: int,
    name: str,
    *,
    by: Actor,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
    version: int | None = None,
    unit_id: int | None = None,
    reason: str | None = None,
    subject_id: int | None = None,
    until: date | None = None,
) -> Made:
    """Carry out one row of the table.

    facts: what the row needs to be present · payload: what the event keeps · version: the one
    the form was made from · unit_id: the unit that the case goes to · subject_id: the message or
    request whose clock it turns · until: the day that a promise is for.
    Raises Refused (a fact is missing, not permitted) or Conflict (another was faster).
    """
    row = MOVES[name]
    case = lock(case_id)
    _check_place(row, case, version)
    _check_person(row, case, by)
    _check_facts(row, {**(facts or {}), "reason": reason} if "reason" in row.needs else facts or {})
    before = (case.tenant_id, case.unit_id or 0, case.state)
    if row.to is not None:
        case.state = row.to
    if unit_id is not None:
        case.unit_id = unit_id
    case.version += 1
    case.updated_at = at
    effects = _turn_clocks(row, case, at, subject_id, until)
    event = _record(row, case, by, at, before[2], reason, {**(payload or {}), **effects})
    _let_lapse(row, case, by, at, effects)
    after = (case.tenant_id, case.unit_id or 0, case.state)
    if before != after:
        tallies.change({before: -1, after: +1})
    db.session.flush()
    later("cases.react", event_id=event.id)
    return Made(case, event)


def begin(case: Case, *, by: Actor, at: datetime, payload: Mapping[str, Any]) -> CaseEvent:
    """Put a new case at the head of its life: the move `receive`."""
    event, started = opening(case, by=by, at=at, payload=payload, book=clocks.rulebook())
    db.session.add(case)
    db.session.flush()
    event.case_id = case.id
    db.session.add(event)
    for clock in started:
        clock.case_id = case.id
        db.session.add(clock)
    tallies.change({(case.tenant_id, 0, case.state): 1})
    db.session.flush()
    later("cases.react", event_id=event.id)
    return event


def opening(
    case: Case, *, by: Actor, at: datetime, payload: Mapping[str, Any], book: clocks.Rulebook
) -> tuple[CaseEvent, list[Clock]]:
    """What the move `receive` makes of a case that has no row yet: nothing is stored by it.

    Writes state and clocks onto the case; answers its first event and the clocks, which wait for
    the case's id. `begin` stores one such case, `batches` many at once.
    """
    row = MOVES["receive"]
    assert row.to is not None
    case.state = row.to
    case.version = 0
    case.updated_at = at
    started = [clocks.drawn(case, book.due(key, at), at) for key in row.starts]
    clocks.show_earliest(case, started)
    event = _written(row, case, by, at, None, None, {**payload, **_effects(started, [], at)})
    return event, started


def note(
    case: Case, name: str, *, by: Actor, at: datetime, payload: Mapping[str, Any] | None = None
) -> CaseEvent:
    """Record a fact that moves nothing (an attachment, a reveal, lateness)."""
    event = remark(case, name, by=by, at=at, payload=payload or {})
    db.session.add(event)
    return event


def remark(
    case: Case, name: str, *, by: Actor, at: datetime, payload: Mapping[str, Any]
) -> CaseEvent:
    """The event of a fact that moves nothing, not stored yet."""
    event = _event(case, name, by, at, payload)
    event.internal = True
    return event


def available(case: Case, by: Actor, *, co_handles: bool | None = None) -> tuple[Move, ...]:
    """The moves that this person may make of this case now: what the buttons show.

    co_handles: whether the person's unit co-handles the case, where the caller has read it.
    """
    return tuple(
        row
        for row in from_state(State(case.state))
        if row.track in (None, case.track)
        if hands.allowed(row, case, by, co_handles) and hands.right(row, case, by)
    )


def permitted(
    case: Case, by: Actor, names: Collection[str], *, co_handles: bool | None = None
) -> bool:
    """May this person make one of these moves of this case, in whatever state it is?"""
    return any(hands.allowed(MOVES[name], case, by, co_handles) for name in names)


def hindrance(case: Case, by: Actor, name: str) -> str | None:
    """Why a permitted move cannot be made now, in a sentence; None where it can."""
    row = MOVES[name]
    if State(case.state) not in row.sources:
        return f"该件现为“{State(case.state).label}”，现在不能{row.label}"
    if row.track not in (None, case.track):
        return f"该件是{Track(case.track).label}，不能{row.label}"
    return hands.wrong(row, case, by)


def just_made(
    case: Case, names: Collection[str], version: int | None, *, by: Actor, at: datetime
) -> bool:
    """Was this very form carried out a moment ago by the same person: sent twice, done once?"""
    if version is None or case.version != version + 1:
        return False
    latest = db.session.scalar(
        select(CaseEvent)
        .where(CaseEvent.case_id == case.id, CaseEvent.to_state.is_not(None))
        .order_by(CaseEvent.id.desc())
        .limit(1)
    )
    return (
        latest is not None
        and latest.name in names
        and latest.name not in WRITINGS
        and latest.actor_id == by.user_id
        and at - latest.at < TWICE_WITHIN
    )


def _check_place(row: Move, case: Case, version: int | None) -> None:
    if row.track not in (None, case.track):
        raise Refused(f"该件是{Track(case.track).label}，不能{row.label}")
    stale = version is not None and version != case.version
    if State(case.state) in row.sources and not stale:
        return
    from minxin.cases import since  # it reads the timeline, which reads what this module writes

    said = since.told(case, version)
    raise Conflict(
        f"{said}。"
        * bool(said)
        + f"该件现为“{State(case.state).label}”，本次“{row.label}”没有执行。"
        "您填写的内容仍保留在下方，请核对最新情况后再决定"
    )


def _check_person(row: Move, case: Case, by: Actor) -> None:
    if not hands.allowed(row, case, by):
        raise Refused(f"您没有对该件“{row.label}”的权限")
    wrong = hands.wrong(row, case, by)
    if wrong:
        raise Refused(wrong)


def _check_facts(row: Move, facts: Mapping[str, Any]) -> None:
    for need in row.needs:
        value = facts.get(need)
        if value is None or value is False or value == "" or value == []:
            raise Refused(MISSING[need], need)


def _turn_clocks(
    row: Move, case: Case, at: datetime, subject_id: int | None, until: date | None
) -> dict[str, Any]:
    """Stop and start the clocks of a move; says what was done, for the event.

    A clock of the case's course that runs already runs on: what comes back from a unit and is
    sent to another one keeps the time that it was sent with.
    """
    running = clocks.running(case)
    stopped = clocks.stop(running, row.stops, case, at, subject_id)
    still = [clock for clock in running if clock.stopped_at is None]
    runs = {(clock.rule_key, clock.subject_id) for clock in still}
    begun = [key for key in row.starts if key != clocks.HANDLING or not _on_course(still)]
    wanted = [clocks.rule_key(case, key) for key in begun]
    fresh = [key for key in wanted if key is not None and (key, subject_id) not in runs]
    book = clocks.rulebook() if fresh else None
    started = (
        [clocks.start(case, key, at, book, subject_id, until) for key in fresh] if book else []
    )
    clocks.show_earliest(case, [*still, *started])
    return _effects(started, stopped, at)


def _on_course(running: Collection[Clock]) -> bool:
    """Does the handling run already, though perhaps under the kind that the case had before?"""
    return any(clock.rule_key in clocks.COURSE for clock in running)


def _let_lapse(row: Move, case: Case, by: Actor, at: datetime, effects: Mapping[str, Any]) -> None:
    """A request for more time that nobody decided before its case moved on waits no longer."""
    if row.permission is P.EXTENSION_DECIDE:
        return
    if "extension_decision" in effects.get("clocks_stopped", {}):
        from minxin.cases import extensions  # it moves cases itself

        extensions.lapse(case, by=by, at=at)


def _effects(started: Sequence[Clock], stopped: Sequence[Clock], at: datetime) -> dict[str, Any]:
    effects: dict[str, Any] = {}
    if started:
        effects["clocks_started"] = {c.rule_key: c.due_at.isoformat() for c in started}
    if stopped:
        effects["clocks_stopped"] = {c.rule_key: _on_time(c, at) for c in stopped}
    return effects


def _on_time(clock: Clock, at: datetime) -> bool:
    return at < clock.due_at or clock.rule_key in clocks.WINDOWS


def _record(
    row: Move,
    case: Case,
    by: Actor,
    at: datetime,
    from_state: str | None,
    reason: str | None,
    payload: Mapping[str, Any],
) -> CaseEvent:
    event = _written(row, case, by, at, from_state, reason, payload)
    db.session.add(event)
    return event


def _written(
    row: Move,
    case: Case,
    by: Actor,
    at: datetime,
    from_state: str | None,
    reason: str | None,
    payload: Mapping[str, Any],
) -> CaseEvent:
    event = _event(case, row.name, by, at, payload)
    event.from_state, event.to_state = from_state, case.state
    event.reason, event.article, event.internal = reason, row.article, row.internal
    return event


def _event(case: Case, name: str, by: Actor, at: datetime, payload: Mapping[str, Any]) -> CaseEvent:
    return CaseEvent(
        tenant_id=case.tenant_id,
        case_id=case.id,
        name=name,
        at=at,
        actor_kind=by.kind,
        actor_id=by.user_id,
        actor_name=by.name,
        actor_unit=by.unit_name,
        payload=dict(payload),
    )
