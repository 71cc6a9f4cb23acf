"""函件: sent to units of any tenant, 签收 by one of their people, answered (第九条（一）)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import column, func, select, table
from sqlalchemy.dialects.postgresql import insert

from minxin.access import check
from minxin.access.permissions import Permission
from minxin.attachments.inspect import Inspected
from minxin.background import later
from minxin.clock import local
from minxin.errors import Conflict, Refused
from minxin.exchange import addressees
from minxin.exchange.addressees import Addressee
from minxin.exchange.models import Letter, LetterCase, LetterFile, LetterRead, LetterReceipt
from minxin.extensions import db
from minxin.people import given
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.tenancy.models import Tenant

TITLE_LIMIT = 100
TEXT_LIMIT = 10_000
MOST_FILES = 10

File = tuple[str, Inspected]
"""The name to show, and a content that was inspected and stored."""


class LetterKind(StrEnum):
    """What sort of letter it is."""

    ORDINARY = "ordinary"
    REMINDER = "reminder"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return {"ordinary": "函件", "reminder": "问题提醒函"}[self]


def send(
    unit_ids: Sequence[int],
    title: str,
    text: str,
    *,
    by: Actor,
    at: datetime,
    kind: LetterKind = LetterKind.ORDINARY,
    case_ids: Sequence[int] = (),
    files: Sequence[File] = (),
    answers: Letter | None = None,
    token: str | None = None,
) -> Letter:
    """Send a letter from the person's own unit to others; the worker delivers it.

    case_ids: what it is about, within the login's reach · answers: the letter of the same thread
    that it replies to · token: the form's own key, so that a form that is sent twice is kept once.
    Raises Refused where something is missing or nobody is there to receive it.
    """
    title = given.name(title, "标题", field="title", limit=TITLE_LIMIT)
    text = _text(text)
    if len(files) > MOST_FILES:
        raise Refused(f"最多附{MOST_FILES}个文件", "files")
    unit = _own_unit(by)
    if known := _sent_before(unit, token):
        return known
    letter = Letter(
        tenant_id=unit.tenant_id,
        unit_id=unit.id,
        box="out",
        thread_id=answers.thread_id if answers else None,
        kind=kind,
        year=local(at).year,
        serial=_next_serial(unit, local(at).year),
        sender_unit_id=unit.id,
        sender_unit=unit.name,
        sender_tenant=db.session.get_one(Tenant, unit.tenant_id).name,
        sender=by.name,
        title=title,
        text=text,
        addressed=[
            {"unit_id": each.unit_id, "unit": each.unit, "tenant": each.tenant}
            for each in _addressed(unit, unit_ids)
        ],
        case_numbers=_numbers(case_ids),
        token=token,
        sent_at=at,
    )
    db.session.add(letter)
    db.session.flush()
    letter.origin_id, letter.thread_id = letter.id, letter.thread_id or letter.id
    _hang(letter, case_ids, files)
    later("letters.deliver", letter_id=letter.id)
    return letter


def reply(
    letter: Letter,
    title: str,
    text: str,
    *,
    by: Actor,
    at: datetime,
    files: Sequence[File] = (),
    token: str | None = None,
) -> Letter:
    """Answer a received letter, to the unit that sent it. Raises Refused before 签收."""
    if letter.box != "in" or by.unit_id != letter.unit_id:
        raise Refused("只有收件单位可以回复这份函件")
    if letter.signed_at is None:
        raise Refused("请先签收，再回复")
    return send(
        [letter.sender_unit_id],
        title,
        text,
        by=by,
        at=at,
        files=files,
        answers=letter,
        token=token,
    )


def sign(letter: Letter, *, by: Actor, at: datetime) -> None:
    """签收, once, by a person of the unit that received it; the sender is told by the worker.

    Raises Refused for anybody else, Conflict where a colleague was faster.
    """
    if letter.box != "in" or by.unit_id != letter.unit_id:
        raise Refused("只有收件单位的人员可以签收")
    db.session.refresh(letter, with_for_update=True)
    if letter.signed_at is not None:
        raise Conflict(f"这份函件已由{letter.signed_by}签收，不需要再签收")
    letter.signed_at, letter.signed_by = at, by.name
    later("letters.signed", letter_id=letter.id)


def read(letter: Letter, *, by: Actor, at: datetime) -> None:
    """Mark a letter as read by a person; once, however often it is opened."""
    row = insert(LetterRead).values(
        tenant_id=letter.tenant_id, letter_id=letter.id, user_id=by.user_id, at=at
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["letter_id", "user_id"]))


def may_send(by: Actor) -> bool:
    """Letters go out from a unit, by who may use its mailbox."""
    return by.unit_id is not None and check.has(by, Permission.LETTER_USE)


def _text(text: str) -> str:
    if not text.strip():
        raise Refused("请填写正文", "text")
    if len(text) > TEXT_LIMIT:
        raise Refused(f"正文不能超过{TEXT_LIMIT}个字", "text")
    return text.strip()


def _own_unit(by: Actor) -> Unit:
    """The sending unit, locked: its letters are numbered one after the other."""
    unit = db.session.get(Unit, by.unit_id or 0, with_for_update={"key_share": True})
    if unit is None or not may_send(by):
        raise Refused("您不能以单位名义发函")
    return unit


def sent_before(by: Actor, token: str | None) -> Letter | None:
    """The letter that this very form sent already: for what has to happen once beside it."""
    return _sent_before(_own_unit(by), token)


def _sent_before(unit: Unit, token: str | None) -> Letter | None:
    if not token:
        return None
    query = select(Letter).where(Letter.tenant_id == unit.tenant_id, Letter.token == token)
    return db.session.scalar(query)


def _next_serial(unit: Unit, year: int) -> int:
    last = select(func.max(Letter.serial)).where(
        Letter.unit_id == unit.id, Letter.box == "out", Letter.year == year
    )
    return (db.session.scalar(last) or 0) + 1


def _addressed(unit: Unit, unit_ids: Sequence[int]) -> list[Addressee]:
    wanted = set(unit_ids) - {unit.id}
    known = [each for each in addressees.every() if each.unit_id in wanted]
    if not wanted:
        raise Refused("请选择收件单位", "unit_ids")
    if len(known) < len(wanted):
        raise Refused("有的收件单位已停用或没有人员，请重新选择", "unit_ids")
    return known


def _numbers(case_ids: Sequence[int]) -> list[str]:
    """The numbers of the cases, as the login in force sees them."""
    if not case_ids:
        return []
    cases = table("cases", column("id"), column("number"))
    query = select(cases.c.number).where(cases.c.id.in_(set(case_ids))).order_by(cases.c.number)
    numbers = list(db.session.scalars(query))
    if len(numbers) < len(set(case_ids)):
        raise Refused("有的诉求件不在您的受理范围内，请核对编号", "case_numbers")
    return numbers


def _hang(letter: Letter, case_ids: Sequence[int], files: Sequence[File]) -> None:
    tenant_id = letter.tenant_id
    for case_id in sorted(set(case_ids)):
        db.session.add(LetterCase(tenant_id=tenant_id, letter_id=letter.id, case_id=case_id))
    for name, content in files:
        db.session.add(
            LetterFile(
                tenant_id=tenant_id,
                letter_id=letter.id,
                name=name,
                kind=content.kind,
                mime=content.mime,
                size=content.size,
                sha256=content.sha256,
            )
        )
    for each in letter.addressed:
        db.session.add(LetterReceipt(tenant_id=tenant_id, letter_id=letter.id, **each))
