"""Facts that will score, kept as events with their article until there is a ledger."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from minxin.cases import workflow
from minxin.cases.models import Case, CaseEvent, Clock
from minxin.cases.transitions import SUPERVISIONS
from minxin.clock import local
from minxin.extensions import db
from minxin.people.actor import SYSTEM

FALSE_REPORT = ("false_report", "第十三条（二）")
UNANSWERED = ("unanswered", "第十三条（三）")
MESSAGE_LATE = ("message_late", "第十三条（四）")
LEAD = ("lead", "第十七条（四）")
"""A 责任追究线索 that the facts suggest; nothing is decided by it."""


BATCH = 500
LATELY = timedelta(days=14)
"""How far back the sweep looks for clocks that were stopped late."""


def sweep(at: datetime) -> None:
    """Note what was not answered in time, once for each deadline: a message (13(4)), and from the
    second one of a case on a 督办 (13(3)). By the city's login."""
    key = func.concat("clock:", Clock.id, ":", Clock.version)
    before = aliased(Clock)
    again = exists().where(
        before.case_id == Clock.case_id,
        before.rule_key.in_(SUPERVISIONS),
        before.subject_id != Clock.subject_id,
        before.due_at < Clock.due_at,
        or_(before.stopped_at.is_(None), before.stopped_at >= before.due_at),
    )
    known = exists().where(
        CaseEvent.case_id == Clock.case_id,
        CaseEvent.name == "score_fact",
        CaseEvent.payload["clock"].as_string() == cast(key, String),
    )
    late = or_(
        Clock.stopped_at.is_(None),
        and_(Clock.stopped_at >= Clock.due_at, Clock.stopped_at > at - LATELY),
    )
    query = (
        select(Clock, key)
        .where(Clock.due_at <= at, late, ~known)
        .where(or_(Clock.rule_key == "message", and_(Clock.rule_key.in_(SUPERVISIONS), again)))
        .order_by(Clock.due_at, Clock.id)
        .limit(BATCH)
    )
    for each, named in db.session.execute(query).all():
        case = db.session.get(Case, each.case_id, with_for_update={"key_share": True})
        if case is not None:
            fact = MESSAGE_LATE if each.rule_key == "message" else UNANSWERED
            day = local(each.due_at).date()
            note(case, fact, day, at, unit_id=each.unit_id, clock=named)


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
