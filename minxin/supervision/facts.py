"""Facts that will score, kept as events with their article until there is a ledger."""

from __future__ import annotations

from datetime import date, datetime

from minxin.cases import workflow
from minxin.cases.models import Case
from minxin.people.actor import SYSTEM

FALSE_REPORT = ("false_report", "第十三条（二）")
UNANSWERED = ("unanswered", "第十三条（三）")
MESSAGE_LATE = ("message_late", "第十三条（四）")
LEAD = ("lead", "第十七条（四）")
"""A 责任追究线索 that the facts suggest; nothing is decided by it."""


def note(case: Case, fact: tuple[str, str], on: date, at: datetime) -> None:
    """Record a fact and the local date of what makes it so (1.8 A11)."""
    name, article = fact
    event = workflow.note(
        case,
        "score_fact",
        by=SYSTEM,
        at=at,
        payload={"fact": name, "on": on.isoformat(), "unit_id": case.unit_id},
    )
    event.article = article
