"""网上公开征求意见: whoever cannot be called is asked in public for seven days (第八条（三）, A19).

A consultation is written for the public login, which reads its text and never a case. What it says
was looked at by a person; what the public answers is read by staff alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Row,
    UniqueConstraint,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, mapped_column

from minxin.background import later
from minxin.calendars.counting import midnight
from minxin.calendars.words import due_text
from minxin.cases import clocks, contacts, publications, reachability, workflow
from minxin.cases.models import Case, CitizenAct
from minxin.cases.states import Labelled
from minxin.clock import local
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.tenancy.models import MOVES, OfTenant

TEXT_LIMIT, OPINION_LIMIT = 5_000, 1_000
RULE = "consultation"


class Stance(Labelled):
    """What somebody says of the result that was published."""

    AGREE = "agree", "无异议"
    OBJECT = "object", "有异议"


class Consultation(OfTenant):
    """One publication of a masked case with its result, and what came of it."""

    __tablename__ = "consultations"
    __table_args__ = (
        Index("ix_consultations_ends_at_id", "ends_at", "id"),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    number: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    result: Mapped[str]
    unit: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]  # exclusive
    content_hash: Mapped[str]
    approved_at: Mapped[datetime]
    approved_by: Mapped[str]
    stopped_at: Mapped[datetime | None]
    conclusion: Mapped[str] = mapped_column(default="")
    concluded_at: Mapped[datetime | None]


class Opinion(OfTenant):
    """What one person said; `token` is the form's own key: sent twice, kept once."""

    __tablename__ = "opinions"
    __table_args__ = (UniqueConstraint("token"), {"info": MOVES})

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    consultation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("consultations.id"), index=True
    )
    stance: Mapped[str]
    text: Mapped[str]
    token: Mapped[str]
    given_at: Mapped[datetime]
    valid: Mapped[bool | None]  # whether it counts; none until a person has judged it
    judged_by: Mapped[str] = mapped_column(default="", server_default="")
    judged_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Notice:
    """What is to be published: looked through and without personal data, says who approves it."""

    title: str
    text: str
    result: str
    confirmed: bool = False


def draft(case: Case) -> Notice:
    """A first wording from 公示信息 and the accepted report, as it was reviewed or, where nobody
    has yet, with everything covered that the masker finds."""
    texts = publications.covered(case)
    return Notice(texts["title"], texts["text"], texts["result"])


def consult(
    case: Case, notice: Notice, *, by: Actor, at: datetime, version: int | None = None
) -> Consultation:
    """网上征求意见: publish from the next midnight on, for the days of the rule."""
    missing = reachability.why_not(case)
    if missing:
        raise Refused(missing, "unreachable")
    _check(case, notice)
    made = workflow.move(
        case.id,
        "consult",
        by=by,
        at=at,
        version=version,
        facts={
            "unreachable": not missing,
            "public_text": notice.text.strip() if notice.confirmed else "",
        },
        payload={"calls": len(reachability.failed_days(case)), "has_phone": case.has_phone},
    )
    ends_at = next(c.due_at for c in clocks.running(made.case) if c.rule_key == RULE)
    texts = [each.strip() for each in (notice.title, notice.text, notice.result)]
    published = Consultation(
        tenant_id=made.case.tenant_id,
        case_id=case.id,
        number=case.number,
        title=texts[0],
        text=texts[1],
        result=texts[2],
        unit=db.session.scalar(select(Unit.name).where(Unit.id == made.case.unit_id)) or "",
        starts_at=midnight(local(at).date()) + timedelta(days=1),
        ends_at=ends_at,
        content_hash=hashlib.sha256("\x00".join(texts).encode()).hexdigest(),
        approved_at=at,
        approved_by=by.name,
    )
    db.session.add(published)
    db.session.flush()
    return published


def stop(
    case: Case,
    reason: str,
    *,
    phone: str = "",
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """中止: off the public pages at once; the case waits to be followed up again, at the number
    that the citizen left since, where he did."""
    running = latest(case)
    made = workflow.move(
        case.id, "stop_consultation", by=by, at=at, version=version, reason=reason.strip()
    )
    if running is not None:
        running.stopped_at = at
    if phone.strip():
        contacts.leave_phone(made.case, phone, by=by, at=at)
    return made.case


def end(
    case: Case, conclusion: str, *, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """征求意见结束, once its days are over, with a summary of what was said. No opinion is no
    objection: the case keeps what the citizen said himself, and counts in no rate of satisfaction
    where he said nothing."""
    if len(conclusion) > OPINION_LIMIT:
        raise Refused(f"小结不能超过{OPINION_LIMIT}个字", "conclusion")
    running = latest(case)
    said = counts(running) if running else {}
    over = running is not None and at >= running.ends_at
    if over and said["waiting"]:
        raise Refused(f"还有{said['waiting']}条意见没有判定是否有效，请先判定")
    made = workflow.move(
        case.id,
        "end_consultation",
        by=by,
        at=at,
        version=version,
        facts={
            "elapsed": over,
            "conclusion": conclusion.strip(),
        },
        payload={"opinions": said},
    )
    assert running is not None
    running.conclusion, running.concluded_at = conclusion.strip(), at
    return made.case


def latest(case: Case) -> Consultation | None:
    """The newest consultation of a case."""
    query = select(Consultation).where(Consultation.case_id == case.id)
    return db.session.scalar(query.order_by(Consultation.id.desc()).limit(1))


def counts(consultation: Consultation) -> dict[str, int]:
    """How many opinions there are, by stance; those that do not count stand apart as `invalid`,
    and those that nobody has judged yet as `waiting`, too."""
    query = select(Opinion.stance, Opinion.valid, func.count()).where(
        Opinion.consultation_id == consultation.id
    )
    found = {**dict.fromkeys(map(str, Stance), 0), "invalid": 0, "waiting": 0}
    for stance, valid, number in db.session.execute(query.group_by(Opinion.stance, Opinion.valid)):
        found["invalid" if valid is False else stance] += number
        found["waiting"] += number if valid is None else 0
    return found


def opinions(consultation: Consultation, limit: int = 200) -> Sequence[Opinion]:
    """What was said, the newest first; what nobody has judged before all other."""
    query = select(Opinion).where(Opinion.consultation_id == consultation.id)
    order = (Opinion.valid.is_not(None), Opinion.id.desc())
    return db.session.scalars(query.order_by(*order).limit(limit)).all()


PAGE = 20
_PUBLISHED = (
    Consultation.id,
    Consultation.title,
    Consultation.unit,
    Consultation.starts_at,
    Consultation.ends_at,
)


def open_ones(
    at: datetime, after: tuple[datetime, int] | None = None
) -> tuple[Sequence[Row[*tuple[Any, ...]]], tuple[datetime, int] | None]:
    """What the public is asked at an instant, the first to end on top, and the next page's key."""
    query = select(*_PUBLISHED).where(
        Consultation.ends_at > at, Consultation.starts_at <= at, Consultation.stopped_at.is_(None)
    )
    if after is not None:
        query = query.where(
            (Consultation.ends_at > after[0])
            | ((Consultation.ends_at == after[0]) & (Consultation.id > after[1]))
        )
    rows = db.session.execute(
        query.order_by(Consultation.ends_at, Consultation.id).limit(PAGE + 1)
    ).all()
    shown = rows[:PAGE]
    more = (shown[-1].ends_at, shown[-1].id) if len(rows) > PAGE else None
    return shown, more


def published(consultation_id: int, at: datetime) -> Row[*tuple[Any, ...]] | None:
    """What the public reads of one: while it runs and, once concluded, with its summary. Nothing
    before it begins or after it was stopped."""
    query = select(
        *_PUBLISHED,
        Consultation.number,
        Consultation.text,
        Consultation.result,
        Consultation.conclusion,
        Consultation.concluded_at,
    ).where(
        Consultation.id == consultation_id,
        Consultation.starts_at <= at,
        Consultation.stopped_at.is_(None),
    )
    return db.session.execute(query).one_or_none()


def send_opinion(
    consultation_id: int, stance: str, words: str, *, token: str, at: datetime
) -> None:
    """Keep what somebody says on the public page; a worker brings it to the case. By the public
    login. Raises Refused outside its days, without a stance, or for an objection without words."""
    found = published(consultation_id, at)
    if found is None:
        raise Refused("这次征求意见已经撤下")
    if at >= found.ends_at:
        raise Refused(f"征求意见已于{due_text(found.ends_at, at)}结束，不再接收意见")
    if stance not in set(Stance):
        raise Refused("请选择有没有异议", "stance")
    if stance == Stance.OBJECT and not words.strip():
        raise Refused("请写明对办理结果有什么异议", "words")
    if len(words) > OPINION_LIMIT:
        raise Refused(f"意见不能超过{OPINION_LIMIT}个字，现有{len(words)}个字，请删减", "words")
    act_id = db.session.execute(
        insert(CitizenAct)
        .values(
            number=found.number,
            act="opinion",
            text=words.strip(),
            facts={"consultation_id": consultation_id, "stance": stance, "token": token},
            at=at,
        )
        .returning(CitizenAct.id)
    ).scalar_one()
    later("intake.act", act_id=act_id)


def take_opinion(case: Case, act: CitizenAct) -> None:
    """The worker's half: one row for one form, however often it was sent."""
    row = upsert(Opinion).values(
        tenant_id=case.tenant_id,
        case_id=case.id,
        consultation_id=act.facts["consultation_id"],
        stance=act.facts["stance"],
        text=act.text,
        token=act.facts["token"],
        given_at=act.at,
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["token"]))


def _check(case: Case, notice: Notice) -> None:
    for field, called, said in (
        ("title", "标题", notice.title),
        ("text", "公示内容", notice.text),
        ("result", "办理结果", notice.result),
    ):
        if not said.strip():
            raise Refused(f"请填写{called}", field)
        if len(said) > TEXT_LIMIT:
            raise Refused(f"{called}不能超过{TEXT_LIMIT}个字", field)
        known = contacts.within(case, said)
        if known:
            raise Refused(f"{called}里还有诉求人的{'、'.join(known)}，请遮去后再公开", field)
        found = publications.remaining(case, said)
        if found:
            raise Refused(
                f"{called}里还有{len(found)}处个人信息（{'、'.join(dict.fromkeys(found))}），"
                "请遮去；确需保留的，先在“公开审核”里说明理由",
                field,
            )
    if not notice.confirmed:
        raise Refused("请确认公开的内容已经逐字看过，不含个人信息", "confirmed")
