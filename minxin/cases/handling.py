"""Handling: 签收, the log of what was done, and the files that prove it (第九条（一）（二）)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from minxin.attachments.inspect import Inspected
from minxin.cases import workflow
from minxin.cases.models import Assignment, Attachment, Case
from minxin.cases.states import WITH_UNIT, State
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor

ENTRY_LIMIT = 5_000


def accept(case: Case, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """签收: the unit takes note of the case; the handling clock runs since dispatch."""
    made = workflow.move(case.id, "accept", by=by, at=at, version=version)
    db.session.execute(
        update(Assignment)
        .where(
            Assignment.case_id == case.id,
            Assignment.unit_id == made.case.unit_id,
            Assignment.part == "main",
            Assignment.ended_at.is_(None),
        )
        .values(accepted_at=at)
    )
    return made.case


def enter_log(
    case: Case, text: str, *, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Write down a step of the handling. Co-handling units write theirs without moving it."""
    if len(text) > ENTRY_LIMIT:
        raise Refused(f"办理记录不能超过{ENTRY_LIMIT}个字", "text")
    main = case.unit_id in by.unit_ids
    made = workflow.move(
        case.id,
        "enter_log" if main else "enter_co_log",
        by=by,
        at=at,
        version=version,
        facts={"text": text.strip()},
        payload={"text": text.strip()},
    )
    return made.case


def attach(
    case: Case, name: str, content: Inspected, *, part: str, by: Actor, at: datetime
) -> Attachment | None:
    """Add an inspected and stored file to the case, by a unit that handles or co-handles it.

    None where the same unit has hung the same content there before: sent twice, kept once.
    """
    if not may_attach(case, by):
        raise Refused("只有承办单位在办理期间可以补充附件")
    if _hanging(case, content, part, by) is not None:
        return None
    return _hang(case, name, content, part, by, at)


def prove(
    case: Case, files: Iterable[tuple[str, Inspected]], *, part: str, by: Actor, at: datetime
) -> list[int]:
    """The ids of files that come with an act which has asked already who may; in any state."""
    hung = [
        _hanging(case, content, part, by) or _hang(case, name, content, part, by, at)
        for name, content in files
    ]
    return [each.id for each in hung]


def _hanging(case: Case, content: Inspected, part: str, by: Actor) -> Attachment | None:
    query = select(Attachment).where(
        Attachment.case_id == case.id,
        Attachment.part == part,
        Attachment.sha256 == content.sha256,
        Attachment.added_by == (by.unit_name or by.name),
    )
    return db.session.scalar(query.limit(1))


def _hang(
    case: Case, name: str, content: Inspected, part: str, by: Actor, at: datetime
) -> Attachment:
    attachment = Attachment(
        tenant_id=case.tenant_id,
        case_id=case.id,
        part=part,
        name=name,
        kind=content.kind,
        mime=content.mime,
        size=content.size,
        sha256=content.sha256,
        added_by=by.unit_name or by.name,
        added_at=at,
    )
    db.session.add(attachment)
    db.session.flush()
    workflow.note(
        case, "attach", by=by, at=at, payload={"part": part, "attachment_id": attachment.id}
    )
    return attachment


def may_attach(case: Case, by: Actor, *, co_handles: bool | None = None) -> bool:
    """Files are added while the case lies with its units, by the hands that handle it."""
    writing = ("enter_log", "enter_co_log")
    return State(case.state) in WITH_UNIT and workflow.permitted(
        case, by, writing, co_handles=co_handles
    )


def attachment(case: Case, attachment_id: int) -> Attachment | None:
    """One file of this case; None where it hangs off another."""
    query = select(Attachment).where(Attachment.id == attachment_id, Attachment.case_id == case.id)
    return db.session.scalar(query)


def attachments(case: Case) -> list[Attachment]:
    """The files of a case in the order they came."""
    query = select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id)
    return list(db.session.scalars(query))
