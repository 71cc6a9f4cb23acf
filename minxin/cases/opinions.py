"""意见: whether what the public said in a consultation counts, which a person judges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from minxin.cases import hands, workflow
from minxin.cases.consulting import Opinion
from minxin.cases.models import Case
from minxin.cases.transitions import MOVES
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor

ENDS = "end_consultation"


def judge(case: Case, verdicts: Mapping[int, bool], *, by: Actor, at: datetime) -> int:
    """Say of some opinions whether they count; answers how many were judged.

    By whoever may end the consultation, once each: a verdict stands.
    """
    case = workflow.lock(case.id)
    if not hands.allowed(MOVES[ENDS], case, by):
        raise Refused("您没有判定该件意见的权限")
    why_not = workflow.hindrance(case, by, ENDS)
    if why_not:
        raise Refused(why_not)
    if not verdicts:
        raise Refused("请至少判定一条意见")
    waiting = select(Opinion).where(
        Opinion.case_id == case.id, Opinion.id.in_(verdicts), Opinion.valid.is_(None)
    )
    judged = db.session.scalars(waiting.order_by(Opinion.id)).all()
    for opinion in judged:
        opinion.valid = verdicts[opinion.id]
        opinion.judged_by, opinion.judged_at = by.name, at
    if judged:
        valid = sum(opinion.valid is True for opinion in judged)
        numbers = {"valid": valid, "invalid": len(judged) - valid}
        workflow.note(case, "judge_opinions", by=by, at=at, payload=numbers)
    return len(judged)
