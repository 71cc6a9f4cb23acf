"""What the regulation will score of a question, read from its recorded events and nothing else.

The score ledger proposes by these facts; here they show that the events hold all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from minxin.cases import hops
from minxin.cases.models import CaseEvent
from minxin.cases.questions import CARING_FROM
from minxin.clock import local

LATE = {"answer": "第十五条（二）", "": "第十五条（二）", "forward": "第十五条（三）"}
"""Exclusive on one hop (A10): answered late or not at all, or passed on late."""


class Fact(NamedTuple):
    """An article, whose it is, and the local date of what makes it so (A11)."""

    article: str
    unit_id: int
    on: date


def facts(events: Sequence[CaseEvent]) -> list[Fact]:
    found = [
        Fact(LATE[hop.how], hop.unit_id, local(hop.due_at).date())
        for hop in hops.chain(events)
        if hop.on_time is False or (hop.ended is None and _noted(events, hop))
    ]
    for event in events:
        if event.name != "judge":
            continue
        said, on = event.payload, local(event.at).date()
        if said["hops"] >= CARING_FROM and said["satisfaction"] >= 4:
            found.append(Fact("第十四条（三）", said["answered_by_id"], on))
        if said["satisfaction"] <= 2:
            found.append(Fact("第十五条（五）", said["answered_by_id"], on))
    return found


def _noted(events: Sequence[CaseEvent], hop: hops.Hop) -> bool:
    return any(
        event.name == "overdue"
        and event.payload["rule"] == "question"
        and datetime.fromisoformat(event.payload["due_at"]) == hop.due_at
        for event in events
    )
