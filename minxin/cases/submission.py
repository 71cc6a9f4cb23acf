"""The portal's half of intake: what a citizen sends is kept at once, by the public login."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from minxin.attachments.inspect import Inspected
from minxin.background import later
from minxin.cases import contacts
from minxin.cases.intake import BODY_LIMIT, SUBJECT_LIMIT, Appeal
from minxin.cases.models import CitizenAct, Submission, SubmissionPhoto, Tracking
from minxin.cases.numbering import next_number
from minxin.cases.states import ENDED, State
from minxin.errors import Refused
from minxin.extensions import db
from minxin.privacy import phones
from minxin.privacy.codes import new_code
from minxin.privacy.ring import vault
from minxin.tenancy.models import Tenant

MOST_PHOTOS = 6
PLACE_LIMIT = ADDRESS_LIMIT = 200
NAME_LIMIT = 50
REASON_LIMIT = 500


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


@dataclass(frozen=True)
class Withdrawal:
    """What became of the wish to withdraw; no done_at yet while it waits for the worker."""

    at: datetime
    done_at: datetime | None
    answer: str | None


def submit(appeal: Appeal, *, photos: Sequence[Photo], token: str, at: datetime) -> Receipt:
    """Keep an appeal from the portal and promise its case.

    token: the form's own key; the second arrival of a form raises SentTwice.
    Raises the first of `complaints` where there are any.
    """
    for complaint in complaints(appeal, len(photos)):
        raise complaint
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
    except IntegrityError as error:
        if "token" not in str(error.orig):
            raise
        raise SentTwice("这份诉求已经提交成功，请勿重复提交") from None
    _keep_photos(submission_id, photos)
    _open_tracking(appeal, number, code, at)
    later("intake.take_in", submission_id=submission_id)
    return Receipt(number, code)


def complaints(appeal: Appeal, photos: int) -> Iterator[Refused]:
    """Everything that keeps an appeal from being sent, field by field; nothing when it may go.

    photos: how many were chosen.
    """
    person = appeal.person
    texts = (
        # field, what it is called, its text, limit, must it be there
        ("subject", "诉求标题", appeal.subject, SUBJECT_LIMIT, True),
        ("body", "诉求内容", appeal.body, BODY_LIMIT, True),
        ("place", "地点", appeal.place, PLACE_LIMIT, False),
        ("name", "姓名", person.name, NAME_LIMIT, False),
        ("address", "联系地址", person.address, ADDRESS_LIMIT, False),
    )
    for name, called, text, limit, must in texts:
        if must and not text.strip():
            yield Refused(f"请填写{called}", name)
        elif len(text) > limit:
            yield Refused(f"{called}不能超过{limit}个字，现有{len(text)}个字，请删减", name)
    if person.phone.strip() and phones.normalise(person.phone) is None:
        yield Refused("请检查电话号码：手机号是11位数字，固定电话要带区号，如010-12345678", "phone")
    if photos > MOST_PHOTOS:
        yield Refused(f"照片最多{MOST_PHOTOS}张，选了{photos}张，请去掉多余的", "photos")


def ask_withdrawal(tracking: Tracking, text: str, *, at: datetime) -> None:
    """Keep the citizen's wish to withdraw; a worker carries it out by the table of moves.

    Raises Refused without a reason, twice, or where the case has gone too far.
    """
    if why_not := why_not_withdrawable(tracking):
        raise Refused(why_not)
    asked = withdrawal_of(tracking.number)
    if asked is not None and asked.done_at is None:
        raise Refused("撤回申请已经收到，正在处理，不用再次提交")
    if not text.strip():
        raise Refused("请写明撤回的原因", "reason")
    if len(text) > REASON_LIMIT:
        raise Refused(f"撤回原因不能超过{REASON_LIMIT}个字，请删减", "reason")
    act_id = db.session.execute(
        insert(CitizenAct)
        .values(number=tracking.number, act="withdraw", text=text.strip(), at=at)
        .returning(CitizenAct.id)
    ).scalar_one()
    later("intake.act", act_id=act_id)


def withdrawal_of(number: str) -> Withdrawal | None:
    """The last withdrawal that was asked for; its words are for the worker alone to read."""
    row = db.session.execute(
        select(CitizenAct.at, CitizenAct.done_at, CitizenAct.answer)
        .where(CitizenAct.number == number, CitizenAct.act == "withdraw")
        .order_by(CitizenAct.id.desc())
        .limit(1)
    ).first()
    return Withdrawal(*row) if row else None


def why_not_withdrawable(tracking: Tracking) -> str:
    """Why a case can no longer be withdrawn, to be read by the citizen; empty where it can."""
    if tracking.can_withdraw:
        return ""
    match tracking.state:
        case State.WITHDRAWN:
            return "这件诉求已经撤回"
        case state if state in ENDED:
            return "这件诉求已经结束，不能再撤回"
    if tracking.state == State.ANSWERED:
        return "单位已经答复，不能再撤回；对答复满意不满意，请在上面评价"
    return "承办单位已经报来办理结果，不能再撤回；对结果的意见可以在回访时说明"


def _keep_photos(submission_id: int, photos: Sequence[Photo]) -> None:
    # Inline: the public login may write photos but not read even their ids.
    row = insert(SubmissionPhoto).inline()
    for photo in photos:
        db.session.execute(
            row.values(
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
