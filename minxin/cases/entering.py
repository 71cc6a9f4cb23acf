"""Staff entry: what the office takes down by phone, letter or visit, or has from the province."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from minxin.cases import contacts, intake, tracking
from minxin.cases.intake import Appeal
from minxin.cases.models import Case, Contact
from minxin.cases.states import Kind, Source
from minxin.cases.submission import Receipt, SentTwice
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.privacy import phones

CHANNELS = (Source.PHONE, Source.LETTER, Source.VISIT, Source.PROVINCE, Source.LEADER)
LONGEST_AGO = timedelta(days=366)
PLACE_LIMIT = 200


def take_down(
    appeal: Appeal, *, key: str, received_at: datetime, by: Actor, at: datetime
) -> tuple[Case, Receipt]:
    """Register what a member of staff took down (第五条 采录); answers what to read out.

    key: the form's own; its second arrival raises SentTwice.
    Raises Refused where something is missing, too long, or cannot be true.
    """
    _check(appeal, received_at, at)
    once = replace(appeal, import_key=f"entry:{key}")
    try:
        with db.session.begin_nested():
            case = intake.enter(once, by=by, at=at, received_at=received_at)
    except IntegrityError:
        if db.session.scalar(select(Case.id).where(Case.import_key == once.import_key)) is None:
            raise
        raise SentTwice("这份登记已经提交成功，没有重复登记") from None
    return case, Receipt(case.number, tracking.open_for(case, at=at))


def same_phone(text: str, limit: int = 8) -> Sequence[int]:
    """Ids of cases from this phone, the newest first; none where it is no whole number."""
    phone = phones.normalise(text)
    if phone is None:
        return []
    return db.session.scalars(
        select(Contact.case_id)
        .where(Contact.phone_index == contacts.phone_index(phone))
        .order_by(Contact.case_id.desc())
        .limit(limit)
    ).all()


def _check(appeal: Appeal, received_at: datetime, at: datetime) -> None:
    if appeal.source not in CHANNELS:
        raise Refused("请选择来源", "source")
    if received_at > at:
        raise Refused("收到时间不能晚于现在，请核对", "received_at")
    if received_at < at - LONGEST_AGO:
        raise Refused("收到时间在一年以前，请核对年份", "received_at")
    if appeal.source == Source.PROVINCE and not (appeal.provincial_no or "").strip():
        raise Refused("省转件请填写省平台编号", "provincial_no")
    if appeal.source == Source.LEADER and not appeal.mandate.leader.strip():
        raise Refused("领导交办的件请填写交办领导", "ordered_by")
    if appeal.kind and appeal.kind not in set(Kind):
        raise Refused("请选择诉求类型", "kind")
    if len(appeal.place) > PLACE_LIMIT:
        raise Refused(f"地点不能超过{PLACE_LIMIT}个字", "place")
    phone = appeal.person.phone.strip()
    if phone and phones.normalise(phone) is None:
        raise Refused("电话号码不完整，请核对；固定电话请带区号", "phone")
