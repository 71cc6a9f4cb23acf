"""What a question adds to its case page: the answer and how it was judged, the chain of units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from minxin import clock
from minxin.calendars.words import due_text, remaining
from minxin.cases import hops
from minxin.cases.dossier import Dossier, Record
from minxin.cases.judging import FIVE_STARS
from minxin.cases.models import FAR, Case, CaseEvent, Clock
from minxin.cases.states import SATISFACTION, Track
from minxin.people.actor import CITIZEN
from minxin.web.marks import moment

HOW = {"forward": "分转", "answer": "答复", "withdraw": "诉求人撤回"}

Hide = Callable[[str], str]
"""A text as the person may read it."""


def asked(
    case: Case, folder: Dossier, life: Sequence[CaseEvent], clocks: Sequence[Clock], hide: Hide
) -> dict[str, Any]:
    """Values of workbench/_answers.html and workbench/_hops.html; waited_until: when the
    citizen's own clock stopped, which for a question is when it was answered."""
    if case.track != Track.QUESTION:
        return {"answers": [], "hops": [], "waited_until": case.closed_at}
    answers = [_answer(each, hide) for each in folder.answers]
    return {
        "answers": answers,
        "hops": [_hop(each, hide) for each in hops.chain(life, clocks)],
        "waited_until": datetime.fromisoformat(answers[0]["at"]) if answers else case.closed_at,
    }


def _answer(each: Record, hide: Hide) -> Record:
    level = each["satisfaction"]
    return {
        **each,
        "text": hide(each["text"]),
        "words": hide(each["words"]),
        "by_citizen": each["judged_by"] == CITIZEN.name,
        "judged": SATISFACTION[level] if level else "",
        "five_stars": FIVE_STARS[level] if level else None,
    }


def _hop(hop: hops.Hop, hide: Hide) -> dict[str, Any]:
    words, level = _standing(hop)
    shown = hop.due_at is not None and hop.due_at < FAR
    return {
        "unit": hop.unit,
        "since": hop.since,
        "due": due_text(hop.due_at) if hop.due_at and shown else "",
        "words": words,
        "level": level,
        "reason": hide(hop.reason),
    }


def _standing(hop: hops.Hop) -> tuple[str, str]:
    """(how the unit's turn went or goes, level of components/clock.html)."""
    if hop.ended is not None:
        said = f"{moment(hop.ended)} {HOW[hop.how]}"
        if hop.on_time is None or hop.how == "withdraw":
            return said, "done"
        return (f"{said}，按时", "done") if hop.on_time else (f"{said}，超期", "missed")
    if hop.due_at is None or hop.due_at >= FAR:
        return "暂停计时", "paused"
    left = remaining(hop.due_at, clock.now())
    return left.words, left.level
