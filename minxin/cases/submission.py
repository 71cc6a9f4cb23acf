"""The portal's half of intake: what a citizen sends is kept at once, by the public login."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from minxin.attachments.inspect import Inspected
from minxin.background import later
from minxin.cases import contacts
from minxin.cases.intake import Appeal, check_text
from minxin.cases.models import CitizenAct, Submission, SubmissionPhoto, Tracking
from minxin.cases.numbering import next_number
from minxin.errors import Refused
from minxin.extensions import db
from minxin.privacy.codes import new_code
from minxin.privacy.ring import vault
from minxin.tenancy.models import Tenant

MOST_PHOTOS = 6


class SentTwice(Refused):
    """The same form arrived again; the first one was kept."""


@dataclass(frozen=True)
class Photo:
    """A photo that was inspected and stored."""

    name: str
    content: Inspected


@dataclass(frozen=True)
class Receipt:
    """What the citizen takes away; the code is shown once and kept only as a digest."""

    number: str
    code: str


def submit(appeal: Appeal, *, photos: Sequence[Photo], token: str, at: datetime) -> Receipt:
    """Keep an appeal from the portal and promise its case.

    token: the form's own key; the second arrival of a form raises SentTwice.
    Raises Refused where text is missing or too long, or there are too many photos.
    """
    check_text(appeal.subject, appeal.body)
    if len(photos) > MOST_PHOTOS:
        raise Refused(f"照片最多{MOST_PHOTOS}张，请去掉多余的照片", "photos")
    number, code = next_number(at), new_code()
    sealed = contacts.seal(appeal.person, number)
    try:
        with db.session.begin_nested():
            submission_id = db.session.execute(
                insert(Submission)
                .values(
                    number=number,
                    token=token,
                    district=appeal.district,
                    kind=appeal.kind,
                    subject=appeal.subject.strip(),
                    body=appeal.body.strip(),
                    place=appeal.place.strip(),
                    name_sealed=sealed.name,
                    phone_sealed=sealed.phone,
                    address_sealed=sealed.address,
                    received_at=at,
                )
                .returning(Submission.id)
            ).scalar_one()
    except IntegrityError:
        raise SentTwice("这份诉求已经提交成功，请勿重复提交") from None
    _keep_photos(submission_id, photos)
    _open_tracking(appeal, number, code, at)
    later("intake.take_in", submission_id=submission_id)
    return Receipt(number, code)


def ask_withdrawal(number: str, text: str, *, at: datetime) -> None:
    """Keep the citizen's wish to withdraw; a worker carries it out by the table of moves."""
    if not text.strip():
        raise Refused("请写明撤回的原因", "reason")
    act_id = db.session.execute(
        insert(CitizenAct)
        .values(number=number, act="withdraw", text=text.strip()[:500], at=at)
        .returning(CitizenAct.id)
    ).scalar_one()
    later("intake.act", act_id=act_id)


def _keep_photos(submission_id: int, photos: Sequence[Photo]) -> None:
    for photo in photos:
        db.session.execute(
            insert(SubmissionPhoto).values(
                submission_id=submission_id,
                name=photo.name,
                kind=photo.content.kind,
                mime=photo.content.mime,
                size=photo.content.size,
                sha256=photo.content.sha256,
            )
        )


def _open_tracking(appeal: Appeal, number: str, code: str, at: datetime) -> None:
    municipal = select(Tenant.id).where(Tenant.kind == "municipal")
    db.session.execute(
        insert(Tracking).values(
            tenant_id=db.session.scalars(municipal).one(),
            number=number,
            code_digest=vault().code_digest(number, code),
            subject=appeal.subject.strip(),
            received_at=at,
            state="received",
            steps=[{"at": at.isoformat(), "label": "诉求已收到", "unit": "", "note": ""}],
            updated_at=at,
        )
    )
