"""初审评星: the office judges the handling, 0–10, after the follow-up (第八条（四）, A8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from minxin.cases import workflow
from minxin.cases.models import Case, CaseEvent, Clock
from minxin.cases.states import SATISFACTION, Kind
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor

STANDARD = 5
MOST = 10


def rate(
    case: Case,
    *,
    stars: int | None,
    opinion: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """Give the case its stars and say why. Raises Refused outside 0–10 or without an opinion."""
    if stars is not None and not 0 <= stars <= MOST:
        raise Refused(f"星级须为0至{MOST}的整数", "stars")
    made = workflow.move(
        case.id,
        "rate",
        by=by,
        at=at,
        version=version,
        facts={"stars": stars, "opinion": opinion.strip()},
        payload={"stars": stars, "opinion": opinion.strip()},
    )
    made.case.stars, made.case.rating_opinion = stars, opinion.strip()
    return made.case


@dataclass(frozen=True)
class Basis:
    """What a rating rests on: how often late, sent back and called in vain, what was said."""

    stopped: int
    late: int
    sent_back: int
    attempts: int
    satisfaction: str


def basis(case: Case) -> Basis:
    """The facts beside the form: the unit's clocks, returns of the report, the follow-up."""
    of_unit = (*Kind, "accept", "rework")
    late = Clock.stopped_at >= Clock.due_at
    stopped, missed = db.session.execute(
        select(func.count(), func.count().filter(late)).where(
            Clock.case_id == case.id, Clock.stopped_at.is_not(None), Clock.rule_key.in_(of_unit)
        )
    ).one()
    counted = dict(
        db.session.execute(
            select(CaseEvent.name, func.count())
            .where(
                CaseEvent.case_id == case.id,
                CaseEvent.name.in_(("send_back", "attempt", "follow_up")),
            )
            .group_by(CaseEvent.name)
        ).all()
    )
    return Basis(
        stopped=stopped,
        late=missed,
        sent_back=counted.get("send_back", 0),
        attempts=counted.get("attempt", 0) + counted.get("follow_up", 0),
        satisfaction=SATISFACTION.get(case.satisfaction or 0, "没有评价"),
    )
