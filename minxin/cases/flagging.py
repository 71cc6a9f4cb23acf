"""重大、紧急: flagged at any step by the office or a station, or not any more (第八条（六）).

The 30 minutes run from the flag to the 请示件 (cases.instructions); the unit's first word is due
by the urgency that the flag gives, once a unit has the case.
"""

from __future__ import annotations

from datetime import datetime

from minxin.cases import asking, pendings, rulebook, workflow
from minxin.cases.models import Case
from minxin.cases.pendings import What
from minxin.cases.states import Urgency
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor

ORDER = (Urgency.NORMAL, Urgency.URGENT, Urgency.CRITICAL)


def flag(
    case: Case,
    reason: str,
    urgency: str,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """标为重大紧急, as 紧急 or 特急: the 30 minutes begin, and the unit's first word is due.

    Once flagged, only to raise 紧急 to 特急; the leader is to hear of that too.
    """
    case = workflow.lock(case.id)
    if version in (None, case.version):
        _check_urgency(case, urgency)
    before, case.urgency = case.urgency, urgency
    db.session.flush()  # the move reads the case anew, and which clock it starts by the urgency
    made = workflow.move(
        case.id,
        "flag",
        by=by,
        at=at,
        version=version,
        reason=reason.strip(),
        payload={"urgency": urgency, "urgency_before": before},
    )
    made.case.flagged_at = made.case.flagged_at or at
    pendings.put(made.case, What.INSTRUCTION_REQUEST, at=at)
    return made.case


def unflag(case: Case, reason: str, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """取消重大紧急: nobody is asked any more. The urgency stays as it was raised."""
    case = workflow.lock(case.id)
    made = workflow.move(
        case.id,
        "unflag",
        by=by,
        at=at,
        version=version,
        reason=reason.strip(),
        facts={"flagged": case.major},
    )
    made.case.flagged_at = None
    pendings.done(made.case, What.INSTRUCTION_REQUEST)
    for asked in asking.requests(case, waiting=True):
        asked.withdrawn_at = at
        pendings.done(made.case, What.INSTRUCTION, subject_id=asked.id)
    return made.case


def limits() -> dict[str, str]:
    """How much time a flag gives, in words, by rule: 30分钟 for the office, 24小时 or 2小时 for a
    unit's first word, as the city has adopted them."""
    rules = rulebook.rulebook().rules
    keys = ("instruction_request", "urgent_feedback", "critical_feedback")
    return {key: rules[key].limit_zh for key in keys}


def _check_urgency(case: Case, urgency: str) -> None:
    if urgency not in (Urgency.URGENT, Urgency.CRITICAL):
        raise Refused("请选择紧急或特急", "urgency")
    if ORDER.index(Urgency(urgency)) < ORDER.index(Urgency(case.urgency)):
        raise Refused(f"该件已是{Urgency(case.urgency).label}，不能降低", "urgency")
    if case.major and urgency == case.urgency:
        raise Refused(f"该件已标为重大紧急（{Urgency(urgency).label}），不需要重复标记")
