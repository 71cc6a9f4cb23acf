"""群众留言: what a citizen says of his case beside its course (第八条（五）, 1.8 A20).

A person decides what it is worth; a valid complaint goes to the unit, which has four calendar days,
also where the case is closed. Texts stand here and in no event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, mapped_column

from minxin.background import later
from minxin.cases import pendings, workflow
from minxin.cases.models import Case, CitizenAct, Tracking
from minxin.cases.pendings import What
from minxin.cases.states import SATISFACTION, Labelled, State
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import CITIZEN, Actor
from minxin.people.models import Unit
from minxin.tenancy.models import MOVES, OfTenant

TEXT_LIMIT, REPLY_LIMIT = 1_000, 5_000
UNHAPPY = 2
"""From this level down a judgement is a message (不满意、非常不满意)."""
OVER = frozenset({State.WITHDRAWN, State.REFUSED})
DONE = "留言已收到"


class Kind(Labelled):
    """What a message is, by who wrote it and then by who decides on it."""

    UNHAPPY = "unhappy", "不满意"
    MORE = "more", "补充情况"
    OTHER = "other", "其他"


class Message(OfTenant):
    """One message and what became of it; outcome: pending | passed | answered | replied | invalid.

    origin: portal | call | appraisal | staff · token: the form's own key, sent twice, kept once.
    """

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("token"), {"info": MOVES})

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    origin: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    satisfaction: Mapped[int | None]
    token: Mapped[str | None]
    received_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default="pending")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")
    opinion: Mapped[str] = mapped_column(default="")  # to the unit, or why it is not valid
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[str] = mapped_column(default="")
    reply: Mapped[str] = mapped_column(default="")  # what the citizen reads
    replied_at: Mapped[datetime | None]
    replied_by: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True)
class Words:
    """What is said, and what it is."""

    kind: str
    text: str
    satisfaction: int | None = None


def put(
    case: Case, words: Words, *, origin: str, by: Actor, at: datetime, token: str | None = None
) -> Message | None:
    """Write a message onto the case; it waits for a decision. None where it is there already.

    Raises Refused without words, or on a case that was withdrawn or not accepted.
    """
    _check(words)
    if case.state in OVER:
        raise Refused(f"该件{State(case.state).label}，不能留言；有新的情况请重新提交诉求")
    row = upsert(Message).values(
        tenant_id=case.tenant_id,
        case_id=case.id,
        origin=origin,
        kind=words.kind,
        text=words.text.strip(),
        satisfaction=words.satisfaction,
        token=token,
        received_at=at,
        taken_by="" if by.kind == "citizen" else by.name,
        outcome="pending",
        decided_by="",
        opinion="",
        unit="",
        reply="",
        replied_by="",
    )
    made = db.session.scalar(
        row.on_conflict_do_nothing(index_elements=["token"]).returning(Message.id)
    )
    if made is None:
        return None
    pendings.put(case, What.MESSAGE, at=at, subject_id=made)
    event = workflow.note(
        case, "message", by=by, at=at, payload={"message_id": made, "kind": words.kind}
    )
    db.session.flush()
    later("cases.react", event_id=event.id)
    return db.session.get_one(Message, made)


def unhappy(
    case: Case, satisfaction: int | None, text: str, *, origin: str, by: Actor, at: datetime
) -> None:
    """A call or a judgement that says 不满意 is a message; nothing where it does not."""
    if satisfaction is None or satisfaction > UNHAPPY or case.state in OVER:
        return
    said = text.strip()[:TEXT_LIMIT] or f"评价为{SATISFACTION[satisfaction]}，没有写明理由"
    put(case, Words(Kind.UNHAPPY, said, satisfaction), origin=origin, by=by, at=at)


def pass_on(
    case: Case,
    message_id: int,
    opinion: str,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Message:
    """有效，转办理单位: the unit answers within four calendar days."""
    message = _waiting(case, message_id, "pending", "处理")
    made = workflow.move(
        case.id,
        "pass_message",
        by=by,
        at=at,
        version=version,
        subject_id=message.id,
        facts={"message": message.id, "opinion": opinion.strip()},
        payload={"message_id": message.id, "opinion": opinion.strip(), "kind": message.kind},
    )
    if made.case.unit_id is None:
        raise Refused("该件没有承办单位，请直接答复")
    message.outcome, message.opinion = "passed", opinion.strip()
    message.decided_at, message.decided_by = at, by.name
    message.unit_id, message.unit = made.case.unit_id, _unit_name(made.case)
    pendings.done(made.case, What.MESSAGE, subject_id=message.id)
    pendings.put(made.case, What.REPLY, at=at, subject_id=message.id, unit_id=made.case.unit_id)
    return message


def settle(
    case: Case,
    message_id: int,
    text: str,
    *,
    valid: bool,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Message:
    """Answer a message without the unit, or find that it is none: the reason is what is kept."""
    if len(text) > REPLY_LIMIT:
        raise Refused(f"不能超过{REPLY_LIMIT}个字", "text")
    message = _waiting(case, message_id, "pending", "处理")
    made = workflow.move(
        case.id,
        "settle_message",
        by=by,
        at=at,
        version=version,
        facts={"message": message.id, "text": text.strip()},
        payload={"message_id": message.id, "valid": valid, "kind": message.kind},
    )
    message.outcome = "replied" if valid else "invalid"
    message.decided_at, message.decided_by = at, by.name
    if valid:
        message.reply, message.replied_at, message.replied_by = text.strip(), at, by.name
    else:
        message.opinion = text.strip()
    pendings.done(made.case, What.MESSAGE, subject_id=message.id)
    return message


def answer(
    case: Case,
    message_id: int,
    text: str,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Message:
    """答复留言, by the unit that it was passed to; the citizen reads it."""
    if len(text) > REPLY_LIMIT:
        raise Refused(f"答复不能超过{REPLY_LIMIT}个字", "text")
    message = _waiting(case, message_id, "passed", "答复")
    made = workflow.move(
        case.id,
        "answer_message",
        by=by,
        at=at,
        version=version,
        subject_id=message.id,
        facts={"message": message.id, "text": text.strip()},
        payload={"message_id": message.id},
    )
    message.outcome = "answered"
    message.reply, message.replied_at = text.strip(), at
    message.replied_by = by.unit_name or by.name
    pendings.done(made.case, What.REPLY, subject_id=message.id)
    return message


def of(case: Case) -> list[Message]:
    """The messages of a case, the oldest first."""
    query = select(Message).where(Message.case_id == case.id).order_by(Message.id)
    return list(db.session.scalars(query))


def first(case: Case, outcome: str) -> Message | None:
    """The oldest message that waits: `pending` for a decision, `passed` for the unit."""
    query = select(Message).where(Message.case_id == case.id, Message.outcome == outcome)
    return db.session.scalar(query.order_by(Message.id).limit(1))


def send(tracking: Tracking, words: Words, *, token: str, at: datetime) -> None:
    """Keep what the citizen wrote on his progress page; a worker brings it to the case."""
    if tracking.state in OVER:
        raise Refused("这件诉求已经结束，有新的情况请重新提交")
    _check(words)
    recent = select(func.count()).where(
        CitizenAct.number == tracking.number,
        CitizenAct.act == "message",
        CitizenAct.done_at.is_(None),
    )
    if (db.session.scalar(recent) or 0) >= MOST_WAITING:
        raise Refused("您的留言太多了，请等前面的登记以后再写")
    act_id = db.session.execute(
        insert(CitizenAct)
        .values(
            number=tracking.number,
            act="message",
            text=words.text.strip(),
            facts={"kind": words.kind, "token": token},
            at=at,
        )
        .returning(CitizenAct.id)
    ).scalar_one()
    later("intake.act", act_id=act_id)


MOST_WAITING = 10


def take(case: Case, act: CitizenAct, at: datetime) -> None:
    """The worker's half of `send`."""
    words = Words(str(act.facts["kind"]), act.text)
    put(case, words, origin="portal", by=CITIZEN, at=at, token=str(act.facts["token"]))


def _check(words: Words) -> None:
    if words.kind not in set(Kind):
        raise Refused("请选择留言类型", "kind")
    if not words.text.strip():
        raise Refused("请填写留言", "text")
    if len(words.text) > TEXT_LIMIT:
        raise Refused(f"留言不能超过{TEXT_LIMIT}个字，现有{len(words.text)}个字，请删减", "text")


def _waiting(case: Case, message_id: int, outcome: str, act: str) -> Message:
    """The message with its row locked. Raises Conflict where somebody was faster."""
    query = select(Message).where(Message.id == message_id, Message.case_id == case.id)
    message = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if message is None:
        raise Refused("没有这条留言，可能已随件移交")
    if message.outcome != outcome:
        who = message.replied_by if message.outcome == "answered" else message.decided_by
        raise Conflict(f"这条留言已由{who or '他人'}{act}，本次没有执行")
    return message


def _unit_name(case: Case) -> str:
    return db.session.scalar(select(Unit.name).where(Unit.id == case.unit_id)) or ""
