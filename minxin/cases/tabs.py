"""The tabs of each role: what is to be done, in the order of a case's life, with their counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from minxin.access.matrix import Reach, reach_of
from minxin.access.permissions import Permission as P
from minxin.cases import tallies
from minxin.cases.pendings import What
from minxin.cases.states import AFTER_UNIT, ENDED, POOL, RETURNED, UNHURRIED, WITH_UNIT, State
from minxin.people.actor import Actor
from minxin.people.roles import Role

LEVELS = ("late", "soon", "today")


@dataclass(frozen=True)
class View:
    """A tab: the states that it shows, and only what is `late`, `soon` or `today` where it says so.

    waits: counts into 待办 · own: with exactly the person's own unit · co: what the unit handles
    beside another one (no counter) · pending: those on which such a request waits · rare: shown
    only while it holds something.
    """

    key: str
    label: str
    states: frozenset[State]
    level: str = ""
    waits: bool = False
    own: bool = False
    co: bool = False
    pending: What | None = None
    rare: bool = False

    @property
    def ended(self) -> bool:
        """Does it show only what is over: the newest first, no clock?"""
        return self.states <= ENDED


def _pending(what: What) -> View:
    return View(
        f"pending_{what}", what.label, frozenset(State), waits=True, pending=what, rare=True
    )


def _view(key: str, label: str, *states: State, waits: bool = True, rare: bool = False) -> View:
    return View(key, label, frozenset(states), waits=waits, rare=rare)


RUNNING = frozenset(State) - ENDED
_ENDED = View("ended", "已办结", ENDED)
_SOON = View("soon", "将到期", RUNNING - UNHURRIED, level="soon")
_LATE = View("late", "超期", RUNNING - UNHURRIED, level="late")
# A unit answers for its own clock; a late review or follow-up is not the unit's lateness.
_UNIT_SOON = View("soon", "将到期", WITH_UNIT, level="soon")
_UNIT_LATE = View("late", "超期", WITH_UNIT, level="late")
_AT_UNITS = View("at_units", "单位在办", WITH_UNIT)
_OFFICE = (
    _view("unclaimed", "待认领", State.UNCLAIMED),
    _view("claimed", "待转办", State.CLAIMED),
    _view("returning", "退件待审", State.RETURNING, rare=True),
    _view("reported", "待审核", State.REPORTED),
    _view("follow_up", "待回访", State.FOLLOW_UP),
    _view("consulting", "征求意见中", State.CONSULTING, waits=False, rare=True),
    _view("to_rate", "待评星", State.TO_RATE),
    _view("rated", "待结案", State.RATED),
    *(_pending(what) for what in (What.MESSAGE, What.REOPENING, What.INSTRUCTION_REQUEST)),
    _pending(What.FEEDBACK),
    _pending(What.PROMISE),
    _pending(What.SUPERVISION_REVIEW),
    # what a station sent is the station's to read; the office looks on
    replace(_pending(What.STATION_REVIEW), label="工作站督办待审核", waits=False),
    _AT_UNITS,
    View("answered", "已答复", frozenset({State.ANSWERED})),
    _SOON,
    _LATE,
    _ENDED,
)
_HEAD = (
    *_OFFICE[:3],
    _view("disputed", "待裁定", State.DISPUTED, rare=True),
    _pending(What.EXTENSION),
    *_OFFICE[3:],
)

VIEWS: Mapping[Role, tuple[View, ...]] = {
    Role.OFFICE_CLERK: _OFFICE,
    Role.OFFICE_HEAD: _HEAD,
    Role.STATION: (
        View("dispatched", "待签收分派", frozenset({State.DISPATCHED}), waits=True, own=True),
        View("handling", "本站在办", WITH_UNIT - {State.DISPATCHED}, waits=True, own=True),
        _view("returning", "退件待审", State.RETURNING, rare=True),
        _view("disputed", "待裁定", State.DISPUTED, rare=True),
        _view("reported", "待审核", State.REPORTED),
        _view("follow_up", "待回访", State.FOLLOW_UP),
        _view("consulting", "征求意见中", State.CONSULTING, waits=False, rare=True),
        _pending(What.MESSAGE),
        _pending(What.STATION_REVIEW),
        # what the office asks of the station itself; what it asks of units is theirs to answer
        *(replace(_pending(what), own=True) for what in (What.REPLY, What.SUPERVISION)),
        _AT_UNITS,
        _SOON,
        _LATE,
        _ENDED,
    ),
    Role.RESPONDER: (
        _view("dispatched", "待签收", State.DISPATCHED),
        _view("to_answer", "待答复", State.TO_ANSWER),
        _view("handling", "办理中", State.ACCEPTED, State.HANDLING),
        _pending(What.REPLY),
        _pending(What.SUPERVISION),
        View("returning", "退件中", RETURNED, rare=True),
        View("co", "协办", WITH_UNIT, co=True),
        _view("signing", "待审签", State.SIGNING, waits=False),
        View("reported", "已报结", AFTER_UNIT - {State.ANSWERED}),
        View("answered", "已答复", frozenset({State.ANSWERED})),
        _UNIT_SOON,
        _UNIT_LATE,
        _ENDED,
    ),
    Role.UNIT_HEAD: (
        _view("signing", "待审签", State.SIGNING),
        _pending(What.SUPERVISION),
        _AT_UNITS,
        _UNIT_SOON,
        _UNIT_LATE,
        _ENDED,
    ),
    Role.LEADER: (
        _pending(What.INSTRUCTION),
        _pending(What.READING),
        View("running", "未结案", RUNNING),
        _SOON,
        _LATE,
        _ENDED,
    ),
}
"""Administrators have none."""

ALL = View("all", "全部", frozenset(State))

DISPATCHED = RUNNING - POOL

REGISTER = (
    ALL,
    View("open", "在办", DISPATCHED),
    View("due_today", "今日到期", DISPATCHED - UNHURRIED, level="today"),
    View("overdue", "超期", DISPATCHED - UNHURRIED, level="late"),
    _ENDED,
)
"""The tabs of the whole register; what the board's figures open (a dispatched case only)."""


def views(by: Actor) -> tuple[View, ...]:
    """The tabs of this person; none for who sees no case."""
    return VIEWS.get(by.role, ()) if by.role else ()


def view(by: Actor, key: str) -> View | None:
    """One tab of this person by its key; `all` for search."""
    return next((each for each in (*views(by), ALL) if each.key == key), None)


def by_unit(by: Actor) -> bool:
    """Does this person see the cases of some units only?"""
    return reach_of(by.role, P.CASE_VIEW) is Reach.UNIT


def totals(by: Actor) -> dict[str, int]:
    """Cases by state within this person's reach, from the roll-up; with `late`, `soon`, `today`.

    `own_` before a state: those with exactly the own unit.
    """
    if not views(by):
        return {}
    leader_id = by.user_id if by.role is Role.LEADER else None
    of_units = by.unit_ids if by_unit(by) else None
    read = tallies.read(unit_ids=of_units, own_id=by.unit_id, leader_id=leader_id)
    answers_for = WITH_UNIT if by_unit(by) else RUNNING
    return read | {level: _of_level(level, answers_for, read) for level in LEVELS}


def number_in(each: View, totals_: Mapping[str, int]) -> int | None:
    """How many cases a tab holds; None where nothing counts them."""
    if each.co:
        return None
    if each.pending:
        return totals_.get(f"{'own_' if each.own else ''}{each.key}", 0)
    if each.level:
        return _of_level(each.level, each.states, totals_)
    own = "own_" if each.own else ""
    return sum(totals_.get(f"{own}{state}", 0) for state in each.states)


def todo(by: Actor, totals_: Mapping[str, int]) -> int:
    """How many cases wait for this role: the 待办 counter."""
    return sum(number_in(each, totals_) or 0 for each in views(by) if each.waits)


def _of_level(level: str, states: frozenset[State], totals_: Mapping[str, int]) -> int:
    return sum(
        totals_.get(f"{level}_{stage}", 0)
        for stage, members in tallies.STAGES.items()
        if members <= states
    )
