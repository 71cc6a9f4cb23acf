"""Intake: an appeal becomes a numbered case, by whatever channel it came (第五条 采录)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from minxin.cases import contacts, search, tracking, workflow
from minxin.cases.contacts import Person
from minxin.cases.models import Attachment, Case, Submission, SubmissionPhoto
from minxin.cases.numbering import next_number
from minxin.cases.origins import Mandate
from minxin.cases.states import Source
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import CITIZEN, Actor
from minxin.tenancy.models import Tenant

SUBJECT_LIMIT = 200
BODY_LIMIT = 10_000


@dataclass(frozen=True)
class Appeal:
    """What somebody asks for, as it came. kind and district may be the citizen's own guess."""

    subject: str
    body: str
    place: str = ""
    kind: str | None = None
    district: str | None = None
    source: str = Source.PHONE
    provincial_no: str | None = None
    mandate: Mandate = field(default_factory=Mandate)
    import_key: str | None = None
    person: Person = field(default_factory=Person)
    given: Mapping[str, str] = field(default_factory=dict)  # what else came with it, as written


def municipal() -> Tenant:
    """The tenant that holds what is not yet dispatched: the city's own."""
    return db.session.scalars(select(Tenant).where(Tenant.kind == "municipal")).one()


def enter(
    appeal: Appeal,
    *,
    by: Actor,
    at: datetime,
    received_at: datetime | None = None,
    number: str | None = None,
) -> Case:
    """Register an appeal that staff took down. Raises Refused where text is missing or too long."""
    case = draft(
        appeal,
        tenant_id=municipal().id,
        number=number or next_number(at),
        received_at=received_at or at,
    )
    workflow.begin(case, by=by, at=at, payload=said(appeal))
    contacts.keep(case, appeal.person)
    search.index(case)
    return case


def draft(appeal: Appeal, *, tenant_id: int, number: str, received_at: datetime) -> Case:
    """The case of an appeal, not begun and not stored. Raises Refused as `check_text` does."""
    check_text(appeal.subject, appeal.body)
    return Case(
        tenant_id=tenant_id,
        number=number,
        source=appeal.source,
        provincial_no=appeal.provincial_no,
        provincial_due_at=appeal.mandate.due_at,
        ordered_by=appeal.mandate.leader.strip() or None,
        import_key=appeal.import_key,
        kind=appeal.kind,
        district=appeal.district,
        place=appeal.place.strip(),
        subject=appeal.subject.strip(),
        body=appeal.body.strip(),
        received_at=received_at,
    )


def said(appeal: Appeal) -> dict[str, str]:
    """What the first event keeps of how an appeal came."""
    return {"source": appeal.source, **appeal.given}


def take_in(submission_id: int, *, at: datetime) -> Case | None:
    """Make a case of what the portal kept. None where it was made before: may run twice."""
    submission = db.session.get(Submission, submission_id, with_for_update=True)
    if submission is None or submission.taken_at is not None:
        return None
    sealed = contacts.Sealed(
        submission.name_sealed, submission.phone_sealed, submission.address_sealed
    )
    appeal = Appeal(
        subject=submission.subject,
        body=submission.body,
        place=submission.place,
        kind=submission.kind,
        district=submission.district,
        source=Source.WEB,
        person=contacts.unseal(sealed, submission.number),
    )
    case = enter(
        appeal,
        by=CITIZEN,
        at=at,
        received_at=submission.received_at,
        number=submission.number,
    )
    _move_photos(submission, case)
    tracking.adopt(case)
    submission.taken_at = at
    # What is now the case's is not kept a second time.
    submission.body = submission.place = ""
    submission.name_sealed = submission.phone_sealed = submission.address_sealed = None
    return case


def check_text(subject: str, body: str) -> None:
    """Raises Refused where the subject or the text is missing or too long."""
    if not subject.strip():
        raise Refused("请填写诉求标题", "subject")
    if len(subject) > SUBJECT_LIMIT:
        raise Refused(f"标题不能超过{SUBJECT_LIMIT}个字，现有{len(subject)}个字", "subject")
    if not body.strip():
        raise Refused("请填写诉求内容", "body")
    if len(body) > BODY_LIMIT:
        raise Refused(f"内容不能超过{BODY_LIMIT}个字，现有{len(body)}个字", "body")


def _move_photos(submission: Submission, case: Case) -> None:
    photos: Sequence[SubmissionPhoto] = db.session.scalars(
        select(SubmissionPhoto)
        .where(SubmissionPhoto.submission_id == submission.id)
        .order_by(SubmissionPhoto.id)
    ).all()
    for photo in photos:
        db.session.add(
            Attachment(
                tenant_id=case.tenant_id,
                case_id=case.id,
                part="original",
                name=photo.name,
                kind=photo.kind,
                mime=photo.mime,
                size=photo.size,
                sha256=photo.sha256,
                added_by=CITIZEN.name,
                added_at=submission.received_at,
            )
        )
