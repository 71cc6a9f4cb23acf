"""催办 and 约谈: what a person does beside the ladder (第八条（二）, 第十一条)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from minxin.cases import workflow
from minxin.cases.models import Case, CaseEvent
from minxin.clock import local
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.supervision import chain
from minxin.supervision.models import Talk

WORDS_LIMIT, SAID_LIMIT, NAME_LIMIT = 500, 5_000, 100


def urge(
    case: Case, words: str, *, by: Actor, at: datetime, version: int | None = None
) -> CaseEvent:
    """催办: the unit's responders and its head are told, now, in these words."""
    if len(words) > WORDS_LIMIT:
        raise Refused(f"催办内容不能超过{WORDS_LIMIT}个字", "words")
    return workflow.move(
        case.id,
        "urge",
        by=by,
        at=at,
        version=version,
        reason=words.strip() or None,
        facts={"words": words.strip()},
    ).event


@dataclass(frozen=True)
class Meeting:
    """A 约谈 as the office enters it."""

    held_on: date | None
    with_whom: str
    said: str
    agreed: str = ""
    place: str = ""
    chaired_by: str = ""


def talk(
    case: Case, meeting: Meeting, *, by: Actor, at: datetime, version: int | None = None
) -> Talk:
    """登记约谈. Raises Refused for a day that cannot be, or where something is missing."""
    if meeting.held_on is None:
        raise Refused("请填写约谈日期", "held_on")
    if not local(case.received_at).date() <= meeting.held_on <= local(at).date():
        raise Refused("约谈日期须在收到诉求之后、今天或今天以前", "held_on")
    for field in ("with_whom", "place", "chaired_by"):
        if len(getattr(meeting, field)) > NAME_LIMIT:
            raise Refused(f"不能超过{NAME_LIMIT}个字", field)
    for field in ("said", "agreed"):
        if len(getattr(meeting, field)) > SAID_LIMIT:
            raise Refused(f"不能超过{SAID_LIMIT}个字", field)
    made = workflow.move(
        case.id,
        "talk",
        by=by,
        at=at,
        version=version,
        facts={"with_whom": meeting.with_whom.strip(), "said": meeting.said.strip()},
        payload={"with_whom": meeting.with_whom.strip(), "held_on": meeting.held_on.isoformat()},
    )
    newest = chain.latest(made.case)
    row = Talk(
        tenant_id=made.case.tenant_id,
        case_id=case.id,
        supervision_id=newest.id if newest else None,
        unit=db.session.scalar(select(Unit.name).where(Unit.id == made.case.unit_id)) or "",
        held_on=meeting.held_on,
        place=meeting.place.strip(),
        with_whom=meeting.with_whom.strip(),
        chaired_by=meeting.chaired_by.strip(),
        said=meeting.said.strip(),
        agreed=meeting.agreed.strip(),
        entered_by=by.name,
        entered_at=at,
    )
    db.session.add(row)
    db.session.flush()
    return row


def talks(case: Case) -> list[Talk]:
    """Every 约谈 about a case, the newest first."""
    query = select(Talk).where(Talk.case_id == case.id).order_by(Talk.id.desc())
    return list(db.session.scalars(query))
