"""案卷: what hangs off a case, read in one statement however much of it there is.

The case page shows all of it at once. A query a table would double the page's statements, so each
table comes as one JSON column; instants in it are ISO text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    Label,
    ScalarSelect,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from minxin.cases import branches, feedback, verified
from minxin.cases.appraising import Appraisal
from minxin.cases.asking import InstructionRequest
from minxin.cases.cohandling import CoAnswer
from minxin.cases.consulting import Consultation
from minxin.cases.extensions import Extension
from minxin.cases.instructions import Instruction
from minxin.cases.messages import Message
from minxin.cases.models import (
    Assignment,
    Attachment,
    Case,
    Category,
    Contact,
    FollowUp,
    Report,
)
from minxin.cases.pendings import Pending
from minxin.cases.promises import Promise
from minxin.cases.questions import Answer
from minxin.cases.reopening import Reopening
from minxin.cases.returns import Return
from minxin.cases.tags import CaseTag
from minxin.clock import local
from minxin.extensions import db
from minxin.people import units
from minxin.people.actor import Actor
from minxin.people.models import Unit, User
from minxin.tenancy.models import Tenant

Record = dict[str, Any]


@dataclass(frozen=True)
class Dossier:
    """Names that the case points at, and the records of its tables.

    master: number of the case that it was merged into · joined: what was merged into it ·
    contact: masks alone, None where nothing was left · sealed: the same sealed, as hex ·
    orders: 派单, the oldest first · reports, follow_ups, extensions, requests (请示件),
    instructions (批示), returns and answers of a question, reopenings, consultations (征求意见),
    appraisals (诉求人评价), promises: the newest first · pending:
    what waits (待批事项) · tags, co_answers, messages: the oldest ·
    calling_since: the present follow-up's begin ·
    co_handles: the person's unit is a co-handling one.
    """

    tenant: str
    unit: str
    category: str
    holder: str
    master: str
    co_handles: bool
    joined: list[Record]
    contact: Record | None
    sealed: Record
    orders: list[Record]
    attachments: list[Record]
    reports: list[Record]
    follow_ups: list[Record]
    extensions: list[Record]
    requests: list[Record]
    instructions: list[Record]
    answers: list[Record]
    tags: list[Record]
    returns: list[Record]
    co_answers: list[Record]
    messages: list[Record]
    reopenings: list[Record]
    consultations: list[Record]
    appraisals: list[Record]
    calling_since: datetime | None
    promises: list[Record]
    pending: list[Record]


def read(case: Case, by: Actor) -> Dossier:
    """The dossier of a case that was loaded by reach. One statement."""
    row = db.session.execute(
        _DOSSIER,
        {
            "case_id": case.id,
            "tenant_id": case.tenant_id,
            "unit_id": case.unit_id,
            "category_id": case.category_id,
            "holder_id": case.holder_id,
            "master_id": case.master_id,
            "closed_on": local(case.closed_at).date() if case.closed_at else None,
            "unit_ids": list(by.unit_ids),
        },
    ).one()
    found: dict[str, Any] = dict(row._mapping)
    contacts = found.pop("contacts")
    found |= {name: found[name] or "" for name in _NAMES}
    left = contacts[0] if contacts else {}
    return Dossier(
        **found,
        contact={key: left[key] for key in left if key.endswith("_mask")} or None,
        sealed={key: left[key] for key in left if key.endswith("_sealed")},
    )


_NAMES = ("tenant", "unit", "category", "holder", "master")
_JOINED = (
    Case.number,
    Case.subject,
    func.left(Case.body, 300).label("body"),
    Case.received_at,
    Case.satisfaction,
)
_ATTACHMENT = (
    Attachment.id,
    Attachment.part,
    Attachment.name,
    Attachment.kind,
    Attachment.mime,
    Attachment.size,
    Attachment.added_by,
    Attachment.added_at,
)
_REPORT = (
    Report.edition,
    Report.sections,
    Report.close_method,
    Report.policy_source,
    Report.policy_explained,
    Report.responsible,
    Report.signer,
    Report.submitted_at,
    Report.signed_at,
    Report.outcome,
    Report.opinion,
)
_FOLLOW_UP = (
    FollowUp.at,
    FollowUp.by_name,
    FollowUp.outcome,
    FollowUp.contacted,
    FollowUp.solved,
    FollowUp.satisfaction,
    FollowUp.remarks,
)
_EXTENSION = (
    Extension.workdays,
    Extension.granted,
    Extension.reason,
    Extension.exception,
    Extension.asked_by,
    Extension.asked_unit,
    Extension.asked_at,
    Extension.due_before,
    Extension.due_after,
    Extension.outcome,
    Extension.opinion,
    Extension.citizen_reason,
    Extension.decided_by,
    Extension.decided_at,
)
_REQUEST = (
    InstructionRequest.leader_id,
    InstructionRequest.leader,
    InstructionRequest.leader_title,
    InstructionRequest.text,
    InstructionRequest.asked_at,
    InstructionRequest.asked_by,
    InstructionRequest.answered_at,
    InstructionRequest.withdrawn_at,
    InstructionRequest.sent_at,
)
_INSTRUCTION = (
    Instruction.id,
    Instruction.leader_id,
    Instruction.feedback,
    Instruction.feedback_at,
    Instruction.feedback_by,
    Instruction.read_at,
    Instruction.read_how,
    Instruction.leader,
    Instruction.leader_title,
    Instruction.text,
    Instruction.attachment_id,
    Instruction.given_on,
    Instruction.entered_at,
    Instruction.entered_by,
    Instruction.paper,
    feedback.READS_HIMSELF.label("reads_himself"),
)

_ANSWER = (
    Answer.edition,
    Answer.text,
    Answer.unit,
    Answer.by_name,
    Answer.at,
    Answer.satisfaction,
    Answer.words,
    Answer.judged_at,
    Answer.judged_by,
)


def _day(instant: InstrumentedAttribute[datetime]) -> ColumnElement[date]:
    return cast(func.timezone(literal_column("'Asia/Shanghai'"), instant), Date)


def _name(
    column: ColumnElement[str] | InstrumentedAttribute[str], where: ColumnElement[bool]
) -> ScalarSelect[Any]:
    return select(column).where(where).scalar_subquery()


def _records(
    where: ColumnElement[bool],
    columns: tuple[InstrumentedAttribute[Any] | Label[Any], ...],
    order: Any,
) -> ScalarSelect[Any]:
    """Rows of a table as one JSON array of {column: value}."""
    pairs: list[Any] = []
    for column in columns:
        pairs += [literal_column(f"'{column.key}'"), column]
    each = aggregate_order_by(func.jsonb_build_object(*pairs), order)
    return (
        select(func.coalesce(func.jsonb_agg(each), literal_column("'[]'::jsonb")))
        .where(where)
        .scalar_subquery()
    )


_CASE: BindParameter[int] = bindparam("case_id", type_=BigInteger)
# Written once: to put it together costs several times what it costs to run. The unit is named as it
# is called today or, of a case that was closed, as it was called on that day.
_DOSSIER = select(
    _name(Tenant.name, Tenant.id == bindparam("tenant_id")).label("tenant"),
    _name(units.name_on(bindparam("closed_on", type_=Date)), Unit.id == bindparam("unit_id")).label(
        "unit"
    ),
    _name(Category.full_name, Category.id == bindparam("category_id")).label("category"),
    _name(User.name, User.id == bindparam("holder_id")).label("holder"),
    _name(Case.number, Case.id == bindparam("master_id", type_=BigInteger)).label("master"),
    exists()
    .where(
        Assignment.case_id == _CASE,
        Assignment.part == "co",
        Assignment.ended_at.is_(None),
        Assignment.unit_id.in_(bindparam("unit_ids", expanding=True)),
    )
    .label("co_handles"),
    _records(Case.master_id == _CASE, _JOINED, Case.id).label("joined"),
    _records(
        Contact.case_id == _CASE,
        (
            *(Contact.name_mask, Contact.phone_mask, Contact.address_mask),
            *(Contact.name_sealed, Contact.phone_sealed, Contact.address_sealed),
        ),
        Contact.id,
    ).label("contacts"),
    _records(
        and_(Assignment.case_id == _CASE, Unit.id == Assignment.unit_id),
        (
            units.name_on(_day(Assignment.sent_at)).label("name"),
            Assignment.part,
            Assignment.opinion,
            Assignment.sent_at,
            Assignment.accepted_at,
            Assignment.ended_at,
            Assignment.outcome,
        ),
        Assignment.id,
    ).label("orders"),
    _records(Attachment.case_id == _CASE, _ATTACHMENT, Attachment.id).label("attachments"),
    _records(Report.case_id == _CASE, _REPORT, Report.edition.desc()).label("reports"),
    _records(FollowUp.case_id == _CASE, _FOLLOW_UP, FollowUp.id.desc()).label("follow_ups"),
    _records(Extension.case_id == _CASE, _EXTENSION, Extension.id.desc()).label("extensions"),
    _records(InstructionRequest.case_id == _CASE, _REQUEST, InstructionRequest.id.desc()).label(
        "requests"
    ),
    _records(Instruction.case_id == _CASE, _INSTRUCTION, Instruction.id.desc()).label(
        "instructions"
    ),
    _records(Answer.case_id == _CASE, _ANSWER, Answer.edition.desc()).label("answers"),
    _records(
        CaseTag.case_id == _CASE, (CaseTag.tag, CaseTag.at, CaseTag.by_name), CaseTag.id
    ).label("tags"),
    _records(Return.case_id == _CASE, branches.RETURN, Return.id.desc()).label("returns"),
    _records(CoAnswer.case_id == _CASE, branches.CO_ANSWER, CoAnswer.id).label("co_answers"),
    _records(Message.case_id == _CASE, branches.MESSAGE, Message.id).label("messages"),
    _records(Reopening.case_id == _CASE, branches.REOPENING, Reopening.id.desc()).label(
        "reopenings"
    ),
    _records(Consultation.case_id == _CASE, verified.CONSULTATION, Consultation.id.desc()).label(
        "consultations"
    ),
    _records(Appraisal.case_id == _CASE, verified.APPRAISAL, Appraisal.id.desc()).label(
        "appraisals"
    ),
    verified.CALLING_SINCE.label("calling_since"),
    _records(Promise.case_id == _CASE, branches.PROMISE, Promise.id.desc()).label("promises"),
    _records(Pending.case_id == _CASE, (Pending.what,), Pending.id).label("pending"),
)
