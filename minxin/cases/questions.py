"""网络回应人诉求问题: asked of a unit, answered by it or passed on, four days each (第九条（一）).

Every hop has a clock of its own; what the regulation scores later (late answers, late forwards,
爱心件) is in the events of the moves, with the unit and the due instant of its hop.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from minxin import sessions
from minxin.calendars.due import Due
from minxin.cases import clocks, dispatch, instructions, orders, readiness, tags, workflow
from minxin.cases.dispatch import Choice, Order
from minxin.cases.models import Case, CaseEvent
from minxin.cases.states import Tag
from minxin.cases.workflow import TWICE_WITHIN
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import SYSTEM, Actor
from minxin.people.models import Unit
from minxin.privacy.masks import numbers_in
from minxin.tenancy.context import within
from minxin.tenancy.models import MOVES, OfTenant, Tenant

RULE = "question"
TEXT_LIMIT = 5000
REASON_LIMIT = 1000
CARING_FROM = 2
"""多次 (A15): passed on so often without an answer, it is a 爱心件."""


class Answer(OfTenant):
    """What a unit answered, and how the citizen judged it. Both are texts for few eyes: they
    stand here and in no event."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("case_id", "edition"), {"info": MOVES})

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    edition: Mapped[int]
    text: Mapped[str]
    unit_id: Mapped[int] = mapped_column(BigInteger)
    unit: Mapped[str]
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    by_name: Mapped[str]
    at: Mapped[datetime]
    satisfaction: Mapped[int | None]  # 5 非常满意 … 1 非常不满意
    words: Mapped[str] = mapped_column(default="")  # the citizen's own, or what was said by phone
    judged_at: Mapped[datetime | None]
    judged_by: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True)
class Onward:
    """分转: to which unit, and why it is that one's. again: why it goes back to one that has
    passed it on before."""

    unit_id: int | None
    reason: str
    again: str = ""


def ask(case: Case, order: Order, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """转网络回应人: to the one unit that is to answer; its four days begin."""
    if order.co_unit_ids:
        raise Refused("网络回应人诉求问题只转一个单位，不设协办单位", "unit_id")
    unit = _unit(order.unit_id, at)
    made = workflow.move(
        case.id,
        "ask",
        by=by,
        at=at,
        version=version,
        unit_id=unit.id if unit else None,
        facts={"screened": case.screened_at, "unit": unit, "opinion": order.opinion.strip()},
        payload={
            "unit_id": unit.id if unit else None,
            "unit_name": unit.name if unit else "",
            "opinion": order.opinion.strip(),
            **instructions.carried(case),
        },
    )
    assert unit is not None
    made.case.from_station, made.case.hops = False, 0
    dispatch.send(made.case, unit, (), order, by, at)
    return dispatch.give_to(made.case, unit)


def forward(
    case: Case, onward: Onward, *, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """分转 to the unit whose business it is, of any tenant: call it within `custody.across`.

    The new unit has four days of its own. At the second hop without an answer it is a 爱心件.
    Raises Refused to oneself, to a unit out of use or without its people, and back to one that
    has passed it on before unless it says why.
    """
    case = workflow.lock(case.id)
    unit = _unit(onward.unit_id, at)
    if unit is not None and _can(case, "forward", by, version):
        _check_onward(case, unit, onward)
    turn = _turn(case)
    made = workflow.move(
        case.id,
        "forward",
        by=by,
        at=at,
        version=version,
        unit_id=unit.id if unit else None,
        reason=onward.reason.strip(),
        facts={"unit": unit},
        payload={
            "unit_id": unit.id if unit else None,
            "unit_name": unit.name if unit else "",
            "again": onward.again.strip(),
            "hop": case.hops + 1,
            **turn,
        },
    )
    assert unit is not None
    made.case.hops += 1
    if made.case.hops >= CARING_FROM:
        tags.give(made.case, Tag.CARING, by=SYSTEM, at=at)
    orders.end(made.case, "passed_on", at)
    dispatch.send(made.case, unit, (), Order(unit.id, onward.reason), by, at)
    return dispatch.give_to(made.case, unit)


def answer(
    case: Case,
    text: str,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
    checked: bool = False,
) -> Answer:
    """答复: the citizen reads it at once, and judges it.

    checked: who answers has seen that there are numbers in the text that look like personal data.
    """
    case = workflow.lock(case.id)
    found = numbers_in(text)
    if _can(case, "answer", by, version):
        _check_text(text, found, checked)
    turn = _turn(case)
    edition = 1 + (db.session.scalar(_EDITIONS.where(Answer.case_id == case.id)) or 0)
    made = workflow.move(
        case.id,
        "answer",
        by=by,
        at=at,
        version=version,
        facts={"text": text.strip()},
        payload={
            "edition": edition,
            "unit_id": turn["from_unit_id"],
            "unit_name": turn["from_unit"],
            "hops": case.hops,
            "numbers_checked": len(found),
            **turn,
        },
    )
    made.case.reporter_id = by.user_id
    given = Answer(
        tenant_id=made.case.tenant_id,
        case_id=case.id,
        edition=edition,
        text=text.strip(),
        unit_id=turn["from_unit_id"],
        unit=turn["from_unit"],
        by_id=by.user_id,
        by_name=by.name,
        at=at,
    )
    db.session.add(given)
    db.session.flush()
    return given


def latest(case: Case) -> Answer | None:
    """The answer that counts."""
    query = select(Answer).where(Answer.case_id == case.id).order_by(Answer.edition.desc())
    return db.session.scalar(query.limit(1))


def onward_choices(case: Case, at: datetime) -> list[Choice]:
    """Units of the whole city that the case can be passed on to, but the one that has it.

    Read by the city's login: a district's sees no other units. Their names are no secret, and
    nothing else of them comes out here.
    """
    own = case.unit_id
    with within(sessions.current().schema, login="city"):
        return [unit for unit in dispatch.choices(at) if unit.id != own]


def passed_on_just_now(number: str, *, by: Actor, at: datetime) -> bool:
    """Was it this person who passed the case on a moment ago, to where he sees it no more?"""
    query = (
        select(CaseEvent.actor_id, CaseEvent.at)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(Case.number == number, CaseEvent.name == "forward")
        .order_by(CaseEvent.id.desc())
        .limit(1)
    )
    with within(sessions.current().schema, login="city"):
        last = db.session.execute(query).one_or_none()
    return last is not None and last.actor_id == by.user_id and at - last.at < TWICE_WITHIN


def preview(at: datetime) -> Due:
    """When an answer would be due, sent at this instant."""
    return clocks.rulebook().due(RULE, at)


_EDITIONS = select(func.max(Answer.edition))


def _can(case: Case, name: str, by: Actor, version: int | None) -> bool:
    """Could the move be made at all? Else the move itself says why not."""
    fresh = version in (None, case.version)
    return fresh and workflow.hindrance(case, by, name) is None


def _turn(case: Case) -> dict[str, Any]:
    """The hop that a move ends: whose, since when, due when."""
    clock = next((each for each in clocks.running(case) if each.rule_key == RULE), None)
    unit = db.session.get(Unit, case.unit_id) if case.unit_id else None
    return {
        "from_unit_id": unit.id if unit else None,
        "from_unit": unit.name if unit else "",
        "since": clock.started_at.isoformat() if clock else "",
        "due_at": clock.due_at.isoformat() if clock else "",
    }


def _unit(unit_id: int | None, at: datetime) -> Unit | None:
    """The unit to send to. Raises Refused where it is none, out of use or without its people."""
    if unit_id is None:
        return None
    query = select(Unit).join(Tenant, Tenant.id == Unit.tenant_id)
    unit = db.session.scalar(
        query.where(Unit.id == unit_id, Unit.active, Tenant.active, Unit.kind != "office")
    )
    if unit is None:
        raise Refused("所选单位不存在或已停用，请重新选择", "unit_id")
    readiness.check([unit], at)
    return unit


def _check_onward(case: Case, unit: Unit, onward: Onward) -> None:
    if unit.id == case.unit_id:
        raise Refused("该件正由本单位答复，不能分转给本单位，请选择其他单位", "unit_id")
    if not onward.reason.strip():
        raise Refused("请写明分转的理由", "reason")
    if max(len(onward.reason), len(onward.again)) > REASON_LIMIT:
        raise Refused(f"理由不能超过{REASON_LIMIT}个字", "reason")
    if unit.id in had_before(case) and not onward.again.strip():
        raise Refused(
            f"“{unit.name}”已经收到过该件并分转出来，再分转给它须写明为什么应由它答复",
            "again_reason",
        )


def had_before(case: Case) -> set[int]:
    """The units that have had the question and passed it on."""
    sent = select(CaseEvent.payload).where(
        CaseEvent.case_id == case.id, CaseEvent.name == "forward"
    )
    return {payload["from_unit_id"] for payload in db.session.scalars(sent)}


def _check_text(text: str, found: list[str], checked: bool) -> None:
    if not text.strip():
        raise Refused("请填写答复内容", "text")
    if len(text) > TEXT_LIMIT:
        raise Refused(f"答复内容不能超过{TEXT_LIMIT}个字，现有{len(text)}个字", "text")
    if found and not checked:
        raise Refused(
            f"答复中有疑似个人信息的号码：{'、'.join(found)}。请删去，或核对后勾选确认再提交",
            "checked",
        )
