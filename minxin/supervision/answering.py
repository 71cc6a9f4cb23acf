"""督办回复: the unit answers, whoever opened it reads, and accepts it or says what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select

from minxin.attachments.inspect import Inspected
from minxin.cases import handling, pendings, workflow
from minxin.cases.models import Attachment, Case
from minxin.cases.pendings import What
from minxin.cases.states import Labelled
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.roles import Role
from minxin.supervision import chain
from minxin.supervision.models import Supervision, SupervisionReply

TEXT_LIMIT, OPINION_LIMIT = 5_000, 1_000


class Verdict(Labelled):
    """What the reader finds of an answer."""

    ACCEPTED = "accepted", "办结"
    SENT_BACK = "sent_back", "退回补充"
    FALSE = "false", "失实"
    NOT_DONE = "not_done", "不落实"


MOVE = {
    Verdict.ACCEPTED: "accept_supervision",
    Verdict.SENT_BACK: "return_supervision",
    Verdict.FALSE: "reject_supervision",
    Verdict.NOT_DONE: "reject_supervision",
}


def answer(
    case: Case,
    text: str,
    responsible: str,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
    files: Sequence[tuple[str, Inspected]] = (),
) -> SupervisionReply:
    """督办回复 of the unit, which stops its clock. files: (name, inspected and stored content)."""
    supervision = _waiting(case, "open", "没有等待回复的督办件，可能已由同事回复")
    if len(text) > TEXT_LIMIT:
        raise Refused(f"回复不能超过{TEXT_LIMIT}个字", "text")
    clock = chain.running(supervision)
    late = clock is not None and at >= clock.due_at
    made = workflow.move(
        case.id,
        "answer_supervision",
        by=by,
        at=at,
        version=version,
        subject_id=supervision.id,
        facts={"supervised": supervision.id, "text": text.strip(), "responsible": responsible},
        payload={"supervision_id": supervision.id, "rung": supervision.rung, "late": late},
    )
    edition = select(func.count()).where(SupervisionReply.supervision_id == supervision.id)
    reply = SupervisionReply(
        tenant_id=made.case.tenant_id,
        supervision_id=supervision.id,
        case_id=case.id,
        edition=(db.session.scalar(edition) or 0) + 1,
        text=text.strip(),
        responsible=responsible.strip(),
        unit=by.unit_name,
        by_name=by.name,
        at=at,
        late=late,
        attachment_ids=handling.prove(made.case, files, part="supervision", by=by, at=at),
    )
    db.session.add(reply)
    supervision.state = "answered"
    supervision.answered_at = supervision.answered_at or at
    pendings.done(made.case, What.SUPERVISION, subject_id=supervision.id)
    pendings.put(made.case, _reader(supervision), at=at, subject_id=supervision.id)
    db.session.flush()
    return reply


def files_of(answers: Iterable[SupervisionReply]) -> dict[int, Attachment]:
    """The files that came with some answers, by id; no statement where none did."""
    ids = [key for each in answers for key in each.attachment_ids]
    query = select(Attachment).where(Attachment.id.in_(ids))
    return {each.id: each for each in db.session.scalars(query)} if ids else {}


def review(
    case: Case,
    verdict: Verdict,
    verified: str,
    opinion: str,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Supervision:
    """审核回复. verified: how it was checked (回访, 现场, 资料).

    opinion: needed unless it is accepted.
    """
    supervision = _waiting(case, "answered", "没有等待审核的督办回复，可能已由同事审核")
    if why_not := hindrance(supervision, by):
        raise Refused(why_not)
    if len(verified) > OPINION_LIMIT or len(opinion) > OPINION_LIMIT:
        raise Refused(f"不能超过{OPINION_LIMIT}个字", "opinion")
    made = workflow.move(
        case.id,
        MOVE[verdict],
        by=by,
        at=at,
        version=version,
        subject_id=supervision.id,
        facts={
            "supervised": supervision.id,
            "verified": verified.strip(),
            "reason": opinion.strip(),
        },
        reason=opinion.strip() or None,
        payload={
            "supervision_id": supervision.id,
            "rung": supervision.rung,
            "verdict": verdict,
            "verified": verified.strip(),
        },
    )
    reply = replies(supervision)[0]
    reply.outcome, reply.verified, reply.opinion = verdict, verified.strip(), opinion.strip()
    reply.reviewed_by, reply.reviewed_at = by.name, at
    if verdict is Verdict.SENT_BACK:
        clock = chain.running(supervision)
        supervision.state, supervision.due_at = "open", clock.due_at if clock else None
        unit_id = made.case.unit_id
        pendings.put(made.case, What.SUPERVISION, at=at, subject_id=supervision.id, unit_id=unit_id)
    else:
        supervision.state, supervision.ended_at, supervision.ended_by = str(verdict), at, by.name
        supervision.result = opinion.strip() or verified.strip()
    pendings.done(made.case, _reader(supervision), subject_id=supervision.id)
    db.session.flush()
    return supervision


def hindrance(supervision: Supervision, by: Actor) -> str:
    """Why this person does not read its answers; empty where he does."""
    if by.role is Role.STATION and not supervision.by_station:
        return "该督办件由市民心网办下发，由市民心网办审核"
    return ""


def replies(supervision: Supervision) -> list[SupervisionReply]:
    """Its answers, the newest first."""
    query = select(SupervisionReply).where(SupervisionReply.supervision_id == supervision.id)
    return list(db.session.scalars(query.order_by(SupervisionReply.edition.desc())))


def replies_of(case: Case) -> dict[int, list[SupervisionReply]]:
    """Every answer of a case by its rung, the newest first."""
    query = select(SupervisionReply).where(SupervisionReply.case_id == case.id)
    found: dict[int, list[SupervisionReply]] = {}
    for each in db.session.scalars(query.order_by(SupervisionReply.edition.desc())):
        found.setdefault(each.supervision_id, []).append(each)
    return found


def waiting(case: Case, state: str) -> Supervision | None:
    """The rung of a case that waits: `open` for the unit, `answered` for its reader."""
    query = select(Supervision).where(Supervision.case_id == case.id, Supervision.state == state)
    return db.session.scalar(query.order_by(Supervision.id.desc()).limit(1))


def _reader(supervision: Supervision) -> What:
    """For whom its answer waits: whoever opened it."""
    return What.STATION_REVIEW if supervision.by_station else What.SUPERVISION_REVIEW


def _waiting(case: Case, state: str, missing: str) -> Supervision:
    workflow.lock(case.id)
    found = waiting(case, state)
    if found is None:
        raise Conflict(missing)
    db.session.refresh(found, with_for_update=True)
    return found
