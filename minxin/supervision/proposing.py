"""The worker's half of the ladder: facts become proposals, once each, for a person to decide.

By the city's login, in batches. A proposal rests on a key that is unique for all time: of a clock,
its version and its unit, so that a moved deadline and a new unit speak anew; of a return, a call,
an answer. While a rung of a case is under way or proposed, no other is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from minxin.calendars.counting import midnight
from minxin.calendars.reminding import CLOSES, OPENS
from minxin.calendars.workdays import Calendar
from minxin.cases import rulebook
from minxin.cases.clocks import COURSE
from minxin.cases.models import Case, Clock, FollowUp, Report
from minxin.cases.promises import Promise
from minxin.cases.reminders import AT_OFFICE
from minxin.cases.returns import Return
from minxin.cases.states import ENDED, WITH_UNIT, State
from minxin.cases.transitions import SENT
from minxin.clock import local
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people.models import User
from minxin.people.roles import Role
from minxin.supervision import chain, ladder
from minxin.supervision.ladder import AFTER, Ground, Ladder, Rung
from minxin.supervision.models import Proposal, Supervision

BATCH = 500
LATELY = timedelta(days=14)
"""How far back the sweep looks for returns and calls: much longer than a worker is ever away."""


@dataclass(frozen=True)
class Speaks:
    """A fact that speaks for a rung."""

    case_id: int
    rung: Rung
    ground: Ground
    key: str
    on: datetime
    clock_id: int | None = None
    clock_version: int | None = None


def sweep(at: datetime) -> int:
    """Propose what the facts speak for now; how many proposals were new.

    Cases are locked in one order. A clock whose proposal lapsed may speak again: it was never
    decided.
    """
    rules, calendar = ladder.in_force(), rulebook.calendar_in_force()
    found = (_again(at), _late(rules, calendar, at), _returned(rules, at), _false(rules, at))
    every = [fact for some in found for fact in some]
    return sum(_put(fact, at) for fact in sorted(every, key=lambda fact: fact.case_id))


def announce(at: datetime) -> None:
    """Tell the office, and the stations of their own, that proposals wait: once a workday."""
    today = local(at).date()
    if not rulebook.calendar_in_force().is_workday(today) or not OPENS <= local(at).time() < CLOSES:
        return
    waits = Proposal.outcome == "open"
    if db.session.scalar(select(Proposal.id).where(waits).limit(1)) is None:
        return
    for_station = exists().where(
        waits,
        Proposal.tenant_id == User.tenant_id,
        Proposal.rung != Rung.BULLETIN,
        Proposal.unit_id != User.unit_id,
    )
    of_station = and_(User.role == Role.STATION, for_station)
    people = select(User).where(User.active, or_(User.role.in_(AT_OFFICE), of_station))
    inbox.tell(
        db.session.scalars(people.order_by(User.id)).all(),
        "有督办建议待处理，请在“督办”中下发或者说明不予督办的理由",
        key=f"proposals:{today:%Y%m%d}",
        page="supervision",
        at=at,
    )


def _put(fact: Speaks, at: datetime) -> bool:
    case = db.session.get(Case, fact.case_id, with_for_update={"key_share": True})
    if case is None or _under_way(case, fact):
        return False
    row = insert(Proposal).values(
        tenant_id=case.tenant_id,
        case_id=case.id,
        rung=fact.rung,
        ground=fact.ground,
        key=fact.key,
        clock_id=fact.clock_id,
        clock_version=fact.clock_version,
        facts={"on": fact.on.isoformat()},
        unit_id=case.unit_id,
        at=at,
        outcome="open",
        decided_by="",
        reason="",
    )
    again = row.on_conflict_do_update(
        index_elements=["key"],
        set_={"outcome": "open", "decided_at": None, "unit_id": case.unit_id, "at": at},
        where=and_(Proposal.outcome == "lapsed", Proposal.clock_id.is_not(None)),
    )
    return db.session.scalar(again.returning(Proposal.id)) is not None


def _under_way(case: Case, fact: Speaks) -> bool:
    """Is a rung of this case drafted, sent or proposed already, or was one sent for this very fact?
    The next one may be proposed while the one before waits for an answer that is late."""
    if fact.rung is Rung.NOTICE:
        silent = _silent(literal(case.id), literal(case.unit_id), literal(fact.on))
        return not db.session.scalar(select(silent))
    proposed = exists().where(Proposal.case_id == case.id, Proposal.outcome == "open")
    drafted = Supervision.state.in_(("drafted", "answered"))
    return bool(db.session.scalar(select(or_(proposed, _rung(case.id, drafted)))))


def _late(rules: Ladder, calendar: Calendar, at: datetime) -> Iterable[Speaks]:
    """Clocks that are over for longer than the ladder allows."""
    beside = {"message": Ground.DISSATISFIED, "promise": Ground.NEGLECTED}
    overdue = rules.threshold(Ground.OVERDUE)
    unhappy = rules.threshold(Ground.DISSATISFIED)
    neglected = rules.threshold(Ground.NEGLECTED)
    late: list[ColumnElement[bool]] = []
    if overdue is not None:
        course = Clock.rule_key.in_((*COURSE, "rework", "question"))
        before = _workdays_before(calendar, at, overdue)
        late.append(and_(course, Clock.due_at <= before, Case.state.in_(WITH_UNIT)))
    if unhappy is not None:
        before = _workdays_before(calendar, at, unhappy)
        there = Case.state.in_((*SENT, State.CLOSED))
        late.append(and_(Clock.rule_key == "message", Clock.due_at <= before, there))
    if neglected is not None:
        over = Clock.due_at <= at - timedelta(days=neglected)
        late.append(and_(Clock.rule_key == "promise", over, _promised()))
    if not late:
        return
    key = func.concat("clock:", Clock.id, ":", Clock.version, ":", Clock.unit_id)
    silent = _silent(Clock.case_id, Case.unit_id, Clock.due_at)
    query = (
        _clocks(key)
        .where(Clock.due_at <= at, or_(*late), silent)
        .order_by(Clock.due_at)
        .limit(BATCH)
    )
    for row in db.session.execute(query).all():
        ground = beside.get(row.rule_key, Ground.OVERDUE)
        yield _of_clock(row, Rung.NOTICE, ground)


def _again(at: datetime) -> Iterable[Speaks]:
    """Rungs that were of no use: unanswered in time, or found false or not done."""
    key = func.concat("clock:", Clock.id, ":", Clock.version)
    silent = (
        _clocks(key, Supervision.rung)
        .join(Supervision, Supervision.id == Clock.subject_id)
        .where(
            Clock.rule_key.in_(("supervision", "supervision2", "supervision_again")),
            Clock.due_at <= at,
            Supervision.state == "open",
        )
        .order_by(Clock.due_at)
        .limit(BATCH)
    )
    for row in db.session.execute(silent).all():
        if Rung(row.rung) in AFTER:
            yield _of_clock(row, AFTER[Rung(row.rung)], Ground.UNANSWERED)
    later = exists().where(
        Supervision.case_id == _THIS.c.case_id,
        Supervision.id > _THIS.c.id,
        Supervision.state != "void",
    )
    useless = select(_THIS).where(
        _THIS.c.state.in_(("false", "not_done")),
        _THIS.c.ended_at > at - LATELY,
        _THIS.c.rung.in_(AFTER),
        ~later,
    )
    for row in db.session.execute(useless).all():
        key_of = f"supervision:{row.id}:{row.state}"
        yield Speaks(row.case_id, AFTER[Rung(row.rung)], Ground(row.state), key_of, row.ended_at)


_THIS = Supervision.__table__.alias("this")


def _returned(rules: Ladder, at: datetime) -> Iterable[Speaks]:
    """The same unit has given the same case back too often."""
    often = rules.threshold(Ground.RETURNED)
    if often is None:
        return
    lately = select(Return.case_id).where(Return.asked_at > at - LATELY)
    query = (
        select(Return.case_id, Return.unit_id, func.count(), func.max(Return.asked_at))
        .join(Case, Case.id == Return.case_id)
        .where(Return.case_id.in_(lately), Return.unit_id == Case.unit_id)
        .where(Case.state.in_(WITH_UNIT), Return.outcome != "lapsed")
        .group_by(Return.case_id, Return.unit_id)
        .having(func.count() >= often)
    )
    for case_id, unit_id, times, last in db.session.execute(query).all():
        key = f"returns:{case_id}:{unit_id}:{times}"
        yield Speaks(case_id, Rung.NOTICE, Ground.RETURNED, key, last)


def _false(rules: Ladder, at: datetime) -> Iterable[Speaks]:
    """The citizen was reached and says that what was reported as solved is not."""
    if rules.threshold(Ground.FALSE) is None:
        return
    query = (
        select(FollowUp.id, FollowUp.case_id, FollowUp.at)
        .join(Case, Case.id == FollowUp.case_id)
        .where(FollowUp.at > at - LATELY, FollowUp.solved.is_(False), ~Case.state.in_(ENDED))
        .where(_claimed_solved())
    )
    for row in db.session.execute(query).all():
        yield Speaks(row.case_id, Rung.NOTICE, Ground.FALSE, f"follow_up:{row.id}", row.at)


def _claimed_solved() -> ColumnElement[bool]:
    return exists().where(
        Report.case_id == FollowUp.case_id,
        Report.outcome == "accepted",
        Report.close_method == "solved",
    )


def lapse(at: datetime) -> None:
    """Let go of proposals whose facts no longer hold: the clock stopped or moved, the case is over
    or with another unit."""
    stands = exists().where(
        Clock.id == Proposal.clock_id,
        Clock.version == Proposal.clock_version,
        Clock.stopped_at.is_(None),
    )
    over = exists().where(
        Case.id == Proposal.case_id, Case.state.in_(ENDED - {State.CLOSED, State.JUDGED})
    )
    elsewhere = exists().where(
        Case.id == Proposal.case_id, Case.unit_id.is_distinct_from(Proposal.unit_id)
    )
    db.session.execute(
        update(Proposal)
        .where(Proposal.outcome == "open")
        .where(or_(and_(Proposal.clock_id.is_not(None), ~stands), over, elsewhere))
        .values(outcome="lapsed", decided_at=at)
    )


def _clocks(key: ColumnElement[str], *more: Any) -> Select[tuple[Any, ...]]:
    """Running clocks that no proposal rests on, or one that lapsed."""
    known = exists().where(Proposal.key == key, Proposal.outcome != "lapsed")
    return (
        select(
            Clock.id,
            Clock.version,
            Clock.case_id,
            Clock.rule_key,
            Clock.due_at,
            key.label("key"),
            *more,
        )
        .join(Case, Case.id == Clock.case_id)
        .where(Clock.stopped_at.is_(None), ~known)
    )


def _silent(case_id: Any, unit_id: Any, since: Any) -> ColumnElement[bool]:
    """Nothing of the ladder is under way for this case, and no rung for this unit came after the
    fact."""
    under_way = Supervision.state.in_(("drafted", *chain.LIVE))
    after = and_(
        Supervision.state != "void",
        Supervision.drafted_at >= since,
        Supervision.unit_id == unit_id,
    )
    proposed = exists().where(Proposal.case_id == case_id, Proposal.outcome == "open")
    return and_(~_rung(case_id, or_(under_way, after)), ~proposed)


def _rung(case_id: Any, where: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Supervision.case_id == case_id, where)


def _promised() -> ColumnElement[bool]:
    return exists().where(Promise.case_id == Clock.case_id, Promise.outcome == "open")


def _of_clock(row: Row[*tuple[Any, ...]], rung: Rung, ground: Ground) -> Speaks:
    return Speaks(row.case_id, rung, ground, row.key, row.due_at, row.id, row.version)


def _workdays_before(calendar: Calendar, at: datetime, days: int) -> datetime:
    """The latest due instant after which so many whole workdays have passed."""
    if days == 0:
        return at
    day = local(at).date()
    for _ in range(days):
        day = calendar.workday_before(day)
    return midnight(day)
