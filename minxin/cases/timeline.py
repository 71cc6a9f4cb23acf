"""办理经过: sentences from the facts of a case's life, with what each did to the clocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select

from minxin import clock
from minxin.calendars.words import WEEKDAYS, due_text
from minxin.cases import clocks, deeds
from minxin.cases.models import Case, CaseEvent
from minxin.clock import local
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.roles import Role


@dataclass(frozen=True)
class Entry:
    """One line of the life of a case (components/timeline.html lists the names).

    effect: on the clocks, in words · effect_level: "late" where a clock was missed ·
    internal: not for the citizen · attachments: ids of files that came with it.
    """

    day: str
    at: str
    full: str
    who: str
    unit: str
    did: str
    effect: str
    effect_level: str
    reason: str
    reason_term: str
    internal: bool
    attachments: tuple[int, ...] = ()


def events(case: Case) -> Sequence[CaseEvent]:
    """The facts of a case, the oldest first."""
    return db.session.scalars(_EVENTS, {"case_id": case.id}).all()


_EVENTS = select(CaseEvent).where(CaseEvent.case_id == bindparam("case_id")).order_by(CaseEvent.id)


def told(facts: Iterable[CaseEvent], by: Actor) -> list[CaseEvent]:
    """Without the 责任追究线索, which only the heads of the office read (第十七条, 1.6)."""
    if by.role is Role.OFFICE_HEAD:
        return list(facts)
    return [each for each in facts if not deeds.is_lead(each)]


def entries(facts: Iterable[CaseEvent]) -> list[Entry]:
    """The lines of the timeline, the newest first; files that came together are one line."""
    lines: list[Entry] = []
    before: CaseEvent | None = None
    for event in facts:
        if before is not None and _same_upload(before, event):
            files = lines[-1].attachments + _files(event)
            lines[-1] = replace(lines[-1], attachments=files, did=f"上传{len(files)}个附件")
        else:
            lines.append(entry(event))
        before = event
    return lines[::-1]


def entry(event: CaseEvent) -> Entry:
    """One event as a line."""
    when = local(event.at)
    effect, level = _effect(event)
    term, said = _said(event)
    return Entry(
        day=f"{_year(when)}{when.month}月{when.day}日 星期{WEEKDAYS[when.weekday()]}",
        at=f"{when:%H:%M}",
        full=f"{when.year}年{when.month}月{when.day}日 {when:%H:%M:%S}",
        who=event.actor_name,
        unit=event.actor_unit,
        did=deeds.did(event),
        effect=effect,
        effect_level=level,
        reason=said,
        reason_term=term,
        internal=event.internal,
        attachments=_files(event),
    )


def _year(when: datetime) -> str:
    return "" if when.year == local(clock.now()).year else f"{when.year}年"


def _same_upload(one: CaseEvent, other: CaseEvent) -> bool:
    return one.name == other.name == "attach" and (one.actor_id, one.at) == (
        other.actor_id,
        other.at,
    )


def _files(event: CaseEvent) -> tuple[int, ...]:
    known = event.payload.get("attachment_id")
    return (known,) if isinstance(known, int) else ()


SAID = {
    "dispatch": ("承办意见", "opinion"),
    "assign": ("承办意见", "opinion"),
    "ask": ("承办意见", "opinion"),
    "enter_log": ("办理情况", "text"),
    "enter_co_log": ("协办情况", "text"),
    "approve": ("审核意见", "opinion"),
    "attempt": ("回访情况", "remarks"),
    "follow_up": ("回访情况", "remarks"),
    "rate": ("评星意见", "opinion"),
    "reveal": ("查看理由", "reason"),
    "review_promise": ("跟踪情况", "text"),
    "fulfil": ("办结情况", "text"),
    "pass_message": ("转办意见", "opinion"),
    "reopen": ("承办意见", "opinion"),
    "take_back": ("审核意见", "opinion"),
    "take_back_here": ("审核意见", "opinion"),
    "rule": ("裁定意见", "opinion"),
    "grant_extension": ("审批意见", "opinion"),
    "instruct": ("批示", "text"),
    "enter_instruction": ("批示", "text"),
}
"""Event → (term, where in the payload its words are)."""


def _said(event: CaseEvent) -> tuple[str, str]:
    term, key = SAID.get(event.name, ("理由", ""))
    return term, event.reason or str(event.payload.get(key) or "")


def _effect(event: CaseEvent) -> tuple[str, str]:
    """(what it did to the clocks, level): 办理时限至11月30日 24:00 · 转办按时完成."""
    words, late = [], False
    for key, on_time in event.payload.get("clocks_stopped", {}).items():
        words.append(f"{clocks.WORDS.get(key, '')}时限{'按时' if on_time else '超期'}停止")
        late = late or not on_time
    for key, due in event.payload.get("clocks_started", {}).items():
        upto = due_text(datetime.fromisoformat(due), event.at)
        words.append(f"{clocks.WORDS.get(key, '')}时限至{upto}")
    for key, (old, new) in event.payload.get("clocks_moved", {}).items():
        was, now = (_upto(due, event.at) for due in (old, new))
        words.append(f"{clocks.WORDS.get(key, '')}时限由{was}改为{now}")
    return "；".join(words), "late" if late else ""


def _upto(due: str, at: datetime) -> str:
    instant = datetime.fromisoformat(due)
    return due_text(instant, at) if instant < clocks.FAR else "暂停计时"
