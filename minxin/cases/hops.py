"""流转: the chain of units that had a question, each with its own clock, from recorded events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from minxin.cases.models import CaseEvent, Clock


@dataclass(frozen=True)
class Hop:
    """One unit's turn: since when it has the question, until when it had to answer or pass it
    on, and how its turn ended ("forward", "answer", "withdraw"); still its turn where `ended`
    is None."""

    unit_id: int
    unit: str
    since: datetime
    due_at: datetime | None
    ended: datetime | None = None
    how: str = ""
    on_time: bool | None = None
    reason: str = ""

    def late(self, now: datetime) -> bool:
        """Was its clock missed, or is it past now?"""
        if self.ended is not None:
            return self.on_time is False
        return self.due_at is not None and now >= self.due_at


ENDS = frozenset({"forward", "answer", "withdraw"})


def chain(events: Iterable[CaseEvent], clocks: Iterable[Clock] = ()) -> list[Hop]:
    """The hops of a question, the first unit first. clocks: the case's own, for the running one."""
    made: list[Hop] = []
    for event in events:
        if event.name in ENDS and made and made[-1].ended is None:
            made[-1] = _ended(made[-1], event)
        if event.name in ("ask", "forward"):
            made.append(_begun(event))
        if event.name == "succeed" and made and made[-1].ended is None:
            to = event.payload
            made[-1] = replace(made[-1], unit_id=to["unit_id"], unit=to["unit_name"])
    running = [each for each in clocks if each.rule_key == "question" and each.stopped_at is None]
    if made and running and made[-1].ended is None:
        made[-1] = replace(made[-1], due_at=running[0].due_at)
    return made


def _begun(event: CaseEvent) -> Hop:
    due = event.payload.get("clocks_started", {}).get("question")
    return Hop(
        unit_id=event.payload["unit_id"],
        unit=event.payload["unit_name"],
        since=event.at,
        due_at=datetime.fromisoformat(due) if due else None,
    )


def _ended(hop: Hop, event: CaseEvent) -> Hop:
    due = event.payload.get("due_at")  # as it stood then: an outage may have moved it
    return replace(
        hop,
        due_at=datetime.fromisoformat(due) if due else hop.due_at,
        ended=event.at,
        how=event.name,
        on_time=event.payload.get("clocks_stopped", {}).get("question"),
        reason=event.reason or "" if event.name == "forward" else "",
    )
