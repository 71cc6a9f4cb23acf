"""Facts that will score, kept as events with their article until there is a ledger."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from minxin.cases import workflow
from minxin.cases.models import Case, CaseEvent, Clock
from minxin.cases.states import State
from minxin.cases.transitions import SENT, SUPERVISIONS
from minxin.clock import local
from minxin.extensions import db
from minxin.people.actor import SYSTEM
from minxin.supervision.models import Supervision

FALSE_REPORT = ("false_report", "第十三条（二）")
UNANSWERED = ("unanswered", "第十三条（三）")
MESSAGE_LATE = ("message_late", "第十三条（四）")
LEAD = ("lead", "第十七条（四）")
"""A 责任追究线索 that the facts suggest; nothing is decided by it."""


BATCH = 500
LATELY = timedelta(days=14)
"""How far back the sweep looks for clocks that were stopped late."""
ANSWERS = ("message", *SUPERVISIONS)
_KEY = func.concat("clock:", Clock.id, ":", Clock.version)


def sweep(at: datetime) -> None:
    """Note what was not answered in time, once for each deadline: a message (13(4)), and from the
    second one of a unit on a case a 督办 (13(3)). By the city's login.

    A 督办 is the fault of the unit that it was sent to; a message's of the unit that has it.
    """
    running = and_(Clock.stopped_at.is_(None), Clock.due_at <= at)
    stopped = and_(Clock.stopped_at > at - LATELY, Clock.stopped_at >= Clock.due_at)
    late = [each for when in (running, stopped) for each in db.session.execute(_late(when)).all()]
    for row in sorted(late, key=lambda each: each.case_id):  # locks in one order
        case = db.session.get(Case, row.case_id, with_for_update={"key_share": True})
        # another sweep may have been faster: seen only now that the case is locked
        if case is None or db.session.scalar(select(_known(row.case_id, literal(row.key)))):
            continue
        fact = MESSAGE_LATE if row.rule_key == "message" else UNANSWERED
        day = local(row.due_at).date()
        note(case, fact, day, at, unit_id=row.unit_id, clock=row.key)


def _late(when: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Answers that came too late or have not come, and are not noted."""
    message = and_(
        Clock.rule_key == "message",
        Clock.unit_id.is_not(None),
        # withdrawn or merged, nobody can answer any more
        or_(Clock.stopped_at.is_not(None), Case.state.in_((*SENT, State.CLOSED, State.JUDGED))),
    )
    return (
        select(
            Clock.case_id,
            Clock.rule_key,
            Clock.due_at,
            func.coalesce(Supervision.unit_id, Clock.unit_id).label("unit_id"),
            _KEY.label("key"),
        )
        .join(Case, Case.id == Clock.case_id)
        .outerjoin(
            Supervision,
            and_(Supervision.id == Clock.subject_id, Clock.rule_key.in_(SUPERVISIONS)),
        )
        .where(when, Clock.rule_key.in_(ANSWERS), ~_known(Clock.case_id, _KEY))
        .where(or_(message, and_(Supervision.id.is_not(None), _again())))
        .order_by(Clock.due_at, Clock.id)
        .limit(BATCH)
    )


def _again() -> ColumnElement[bool]:
    """Was another 督办 of the same unit on the same case late before?"""
    clock, rung = aliased(Clock), aliased(Supervision)
    return exists().where(
        clock.case_id == Clock.case_id,
        clock.rule_key.in_(SUPERVISIONS),
        clock.subject_id == rung.id,
        rung.id != Supervision.id,
        rung.unit_id == Supervision.unit_id,
        clock.due_at < Clock.due_at,
        or_(clock.stopped_at.is_(None), clock.stopped_at >= clock.due_at),
    )


def _known(case_id: Any, key: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists().where(
        CaseEvent.case_id == case_id,
        CaseEvent.name == "score_fact",
        CaseEvent.payload["clock"].as_string() == cast(key, String),
    )


def note(
    case: Case,
    fact: tuple[str, str],
    on: date,
    at: datetime,
    *,
    unit_id: int | None = None,
    clock: str = "",
) -> None:
    """Record a fact and the local date of what makes it so (1.8 A11): the day after the last one.

    unit_id: whose, where it is not the unit that has the case · clock: what it rests on, if one.
    """
    name, article = fact
    event = workflow.note(
        case,
        "score_fact",
        by=SYSTEM,
        at=at,
        payload={
            "fact": name,
            "on": on.isoformat(),
            "unit_id": unit_id or case.unit_id,
            **({"clock": clock} if clock else {}),
        },
    )
    event.article = article
