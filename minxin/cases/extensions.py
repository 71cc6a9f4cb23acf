"""延期: asked before the due instant, decided by the head of the office (1.8 A14).

While it is pending the old due stands; approved, the new one counts from the old; refused, it
counts as not extended; reported meanwhile, it lapses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from minxin.calendars.due import Due
from minxin.calendars.words import due_text
from minxin.cases import allowances, clocks, pendings, rulebook, tracking, workflow
from minxin.cases.clocks import COURSE, FAR
from minxin.cases.models import Case, Clock
from minxin.cases.pendings import What
from minxin.cases.states import Kind
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.tenancy.models import MOVES, OfTenant

REASON_LIMIT = 1000
CITIZEN_LIMIT = 300
MOST_TIMES = 2
"""Once, and once more exceptionally (A14)."""


class Extension(OfTenant):
    """One request and what became of it: pending | granted | refused | lapsed.

    reason and exception are the unit's, opinion the decider's, all internal; citizen_reason is
    what the citizen reads beside the new date.
    """

    __tablename__ = "extensions"
    __table_args__ = (
        Index("ix_extensions_case_id", "case_id"),
        Index(
            "uq_extensions_pending",
            "case_id",
            unique=True,
            postgresql_where=text("outcome = 'pending'"),
        ),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    clock_id: Mapped[int] = mapped_column(BigInteger)
    workdays: Mapped[int]  # asked for
    reason: Mapped[str]
    exception: Mapped[str] = mapped_column(default="")  # 例外说明 of a second one
    due_before: Mapped[datetime]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_by: Mapped[str]
    asked_unit: Mapped[str]
    outcome: Mapped[str] = mapped_column(default="pending")
    granted: Mapped[int | None]  # workdays
    due_after: Mapped[datetime | None]
    opinion: Mapped[str] = mapped_column(default="")
    citizen_reason: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True)
class Wish:
    """What the unit asks for; exception only for a second one."""

    workdays: int | None
    reason: str
    exception: str = ""


@dataclass(frozen=True)
class Decision:
    """What the head grants: at most what was asked; what the citizen is told."""

    workdays: int | None
    opinion: str
    citizen_reason: str


def ask(
    case: Case, wish: Wish, *, by: Actor, at: datetime, version: int | None = None
) -> Extension:
    """申请延期 of the clock that the unit works against; the old due stands meanwhile.

    Raises Refused「已超时限」 from the due instant on, for too many days, a third time, or where
    one waits already.
    """
    case = workflow.lock(case.id)
    clock = handling(case)
    before = granted(case) if clock else 0
    if clock is not None and version in (None, case.version):
        _check_time(case, clock, at)
        _check_wish(wish, before)
    made = workflow.move(
        case.id,
        "ask_extension",
        by=by,
        at=at,
        version=version,
        reason=wish.reason.strip(),
        facts={"workdays": wish.workdays, "running": clock},
        payload={
            "workdays": wish.workdays,
            "exception": wish.exception.strip() if before else "",
            "due_before": clock.due_at.isoformat() if clock else "",
        },
    )
    assert clock is not None
    assert wish.workdays is not None
    asked = Extension(
        tenant_id=made.case.tenant_id,
        case_id=case.id,
        unit_id=made.case.unit_id,
        clock_id=clock.id,
        workdays=wish.workdays,
        reason=wish.reason.strip(),
        exception=wish.exception.strip() if before else "",
        due_before=clock.due_at,
        asked_at=at,
        asked_by_id=by.user_id,
        asked_by=by.name,
        asked_unit=by.unit_name,
    )
    db.session.add(asked)
    db.session.flush()
    pendings.put(made.case, What.EXTENSION, at=at, subject_id=asked.id)
    return asked


def grant(
    case: Case, decision: Decision, *, by: Actor, at: datetime, version: int | None = None
) -> Extension | None:
    """批准延期: the new due counts from the old one, also where that has passed meanwhile.

    Raises Refused for more days than were asked, or where nothing waits.
    """
    case, asked = _asked(case, by)
    if asked is not None and version in (None, case.version):
        _check_decision(case, asked, decision)
    dues = previews(case, decision.workdays, asked) if asked and decision.workdays else []
    made = workflow.move(
        case.id,
        "grant_extension",
        by=by,
        at=at,
        version=version,
        facts={
            "request": asked,
            "workdays": decision.workdays,
            "opinion": decision.opinion.strip(),
            "citizen_reason": decision.citizen_reason.strip(),
        },
        payload={
            "workdays": decision.workdays,
            "opinion": decision.opinion.strip(),
            "citizen_reason": decision.citizen_reason.strip(),
            "due_before": asked.due_before.isoformat() if asked else "",
            "due_after": dues[-1].at.isoformat() if dues else "",
        },
    )
    assert asked is not None
    assert decision.workdays is not None
    asked.granted, asked.citizen_reason = decision.workdays, decision.citizen_reason.strip()
    asked.due_after = _prolong(made.case, asked, by, at)
    _decided(made.case, asked, "granted", decision.opinion, by, at)
    return asked


def refuse(
    case: Case, reason: str, *, by: Actor, at: datetime, version: int | None = None
) -> Extension | None:
    """不予延期: the old due stands. The reason is for the unit alone."""
    case, asked = _asked(case, by)
    made = workflow.move(
        case.id,
        "refuse_extension",
        by=by,
        at=at,
        version=version,
        reason=reason.strip(),
        facts={"request": asked},
        payload={"workdays": asked.workdays if asked else None},
    )
    assert asked is not None
    _decided(made.case, asked, "refused", reason, by, at)
    return asked


def lapse(case: Case, *, by: Actor, at: datetime) -> None:
    """A request that a move overtook (reported, taken back, withdrawn) waits no longer."""
    asked = pending(case)
    if asked is not None:
        _decided(case, asked, "lapsed", "", by, at)


def pending(case: Case) -> Extension | None:
    """The request that waits."""
    query = select(Extension).where(Extension.case_id == case.id, Extension.outcome == "pending")
    return db.session.scalar(query)


def handling(case: Case) -> Clock | None:
    """The clock that the unit works against: of the case's kind, or of the rework."""
    found = [clock for clock in clocks.running(case) if clock.rule_key in COURSE]
    return max(found, key=lambda clock: clock.id, default=None)


def granted(case: Case) -> int:
    """How often the case was extended since its course began: a reopened one begins anew."""
    begun = [clock.started_at for clock in clocks.of(case) if clock.rule_key in set(Kind)]
    query = select(Extension.asked_at).where(
        Extension.case_id == case.id, Extension.outcome == "granted"
    )
    return sum(asked_at >= max(begun) for asked_at in db.session.scalars(query)) if begun else 0


def hindrance(case: Case, at: datetime) -> str:
    """Why no extension can be asked for now, beside the state; empty where one can."""
    clock = handling(case)
    if clock is None:
        return ""
    try:
        _check_time(case, clock, at)
    except Refused as refusal:
        return refusal.message
    return "该件已经延期两次，不能再延期" if granted(case) >= MOST_TIMES else ""


def longest() -> int:
    """The greatest number of workdays that one extension may give."""
    return rulebook.rulebook().rules["extension"].amount


def previews(case: Case, most: int, asked: Extension | None = None) -> list[Due]:
    """What the due would be with one workday more, two, … `most`; empty where no clock runs.

    asked: the request; without one, the clock that a request made now would be for.
    """
    clock = db.session.get(Clock, asked.clock_id) if asked else handling(case)
    if clock is None:
        return []
    reckoner = clocks.Reckoner(rulebook.calendar_in_force())
    found = [reckoner.due(clock, _given(clock, workdays)) for workdays in range(1, most + 1)]
    return [due for due in found if due is not None]


def _given(clock: Clock, workdays: int) -> allowances.Inputs:
    return allowances.with_extension(clock.inputs, workdays, reason="", by="", at=clock.started_at)


def _prolong(case: Case, asked: Extension, by: Actor, at: datetime) -> datetime:
    running = clocks.running(case)
    clock = next(each for each in running if each.id == asked.clock_id)
    assert asked.granted is not None
    clock.inputs = allowances.with_extension(
        clock.inputs, asked.granted, reason=asked.reason, by=by.name, at=at
    )
    reckoner = clocks.Reckoner(rulebook.calendar_in_force())
    words = f"批准延期{asked.granted}个工作日"
    clocks.recompute(case, running, reckoner, reason=words, because="extension", by=by, at=at)
    tracking.promise(case, running)
    return clock.due_at


def _asked(case: Case, by: Actor) -> tuple[Case, Extension | None]:
    case = workflow.lock(case.id)
    asked = pending(case)
    if asked is not None and asked.asked_by_id is not None and asked.asked_by_id == by.user_id:
        raise Refused("延期不能由申请人本人审批")
    return case, asked


def _decided(
    case: Case, asked: Extension, outcome: str, opinion: str, by: Actor, at: datetime
) -> None:
    asked.outcome, asked.opinion = outcome, opinion.strip()
    asked.decided_at, asked.decided_by = at, by.name
    pendings.done(case, What.EXTENSION, subject_id=asked.id)
    db.session.flush()


def _check_time(case: Case, clock: Clock, at: datetime) -> None:
    if clock.due_at >= FAR:
        raise Refused("该件正暂停计时，不需要申请延期")
    if at >= clock.due_at:
        raise Refused(
            f"已超时限，不能再申请延期（应于{due_text(clock.due_at, at)}前完成）。请尽快办结报结"
        )
    if pending(case) is not None:
        raise Refused("已有一份延期申请等待审批，批复前不能再次申请")


def _check_wish(wish: Wish, before: int) -> None:
    if before >= MOST_TIMES:
        raise Refused("该件已经延期两次，不能再延期")
    most = longest()
    if wish.workdays is not None and not 1 <= wish.workdays <= most:
        raise Refused(f"一次延期为1至{most}个工作日", "workdays")
    if before and not wish.exception.strip():
        raise Refused("该件已延期一次，再次延期须写明例外情形", "exception")
    if max(len(wish.reason), len(wish.exception)) > REASON_LIMIT:
        raise Refused(f"理由不能超过{REASON_LIMIT}个字", "reason")


def _check_decision(case: Case, asked: Extension, decision: Decision) -> None:
    clock = handling(case)
    if clock is not None and clock.due_at >= FAR:
        raise Refused("该件正暂停计时，恢复计时后再审批延期")
    if decision.workdays is not None and not 1 <= decision.workdays <= asked.workdays:
        raise Refused(f"批准天数为1至{asked.workdays}个工作日，不能多于申请的天数", "workdays")
    if len(decision.citizen_reason) > CITIZEN_LIMIT:
        raise Refused(f"告知诉求人的理由不能超过{CITIZEN_LIMIT}个字", "citizen_reason")
