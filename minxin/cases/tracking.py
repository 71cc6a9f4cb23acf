"""The citizen's view of a case, opened with number and code: written for the public login."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, or_, select, update

from minxin.calendars.words import due_text
from minxin.cases import clocks, joined, messages, questions, reopening, reporting
from minxin.cases.models import Case, CaseEvent, Clock, Tracking
from minxin.cases.numbering import tidy_number
from minxin.cases.states import (
    ENDED,
    SATISFACTION,
    WITH_UNIT,
    CloseMethod,
    RefusalGround,
    State,
    Track,
)
from minxin.cases.transitions import MOVES
from minxin.extensions import db
from minxin.privacy.codes import new_code
from minxin.privacy.ring import vault

WITHDRAWABLE = MOVES["withdraw"].sources
PROMISED = clocks.COURSE | {questions.RULE}
"""By when the citizen is promised a result or an answer."""


def open_with(number: str, code: str) -> Tracking | None:
    """The tracking that number and code open together; None for any other pair."""
    number = tidy_number(number)
    found = db.session.scalar(select(Tracking).where(Tracking.number == number))
    digest = bytes(found.code_digest) if found else bytes(32)
    fits = vault().code_matches(number, code, digest)  # as long for a number that isn't there
    return found if fits else None


def change_code(tracking: Tracking) -> str:
    """Give a tracking a new code, which it answers; the old one opens nothing from then on. By the
    public login, which may change this column and no other."""
    code = new_code()
    tracking.code_digest = vault().code_digest(tracking.number, code)
    db.session.flush()
    return code


def find(number: str) -> Tracking | None:
    """The tracking of a case. Only for who has shown number and code before."""
    return db.session.scalar(select(Tracking).where(Tracking.number == number))


def adopt(case: Case) -> None:
    """Tie the tracking that the portal opened to its case."""
    db.session.execute(
        update(Tracking)
        .where(Tracking.number == case.number)
        .values(case_id=case.id, tenant_id=case.tenant_id)
    )


def open_for(case: Case, *, at: datetime) -> str:
    """Give a case that staff entered a tracking; answers the code to read out to the citizen."""
    code = new_code()
    db.session.add(
        Tracking(
            tenant_id=case.tenant_id,
            case_id=case.id,
            number=case.number,
            code_digest=vault().code_digest(case.number, code),
            subject=case.subject,
            received_at=case.received_at,
            state=case.state,
            steps=[],
            updated_at=at,
        )
    )
    db.session.flush()
    project(case, at=at)
    return code


def project(case: Case, *, at: datetime) -> None:
    """Write what the citizen may see of the case as it stands. Safe to run again."""
    tracking = db.session.scalar(
        select(Tracking).where(Tracking.number == case.number).with_for_update()
    )
    if tracking is None:
        return
    led_by = _leading(case)
    tracking.state = led_by.state
    tracking.steps = [_step(event) for event in _course(case, led_by)]
    tracking.can_withdraw = State(case.state) in WITHDRAWABLE and joined.alone(case)
    for name, value in _promised(led_by, clocks.running(led_by)).items():
        setattr(tracking, name, value)
    given = questions.latest(case) if case.track == Track.QUESTION else None
    tracking.answer = given.text if given else _answer(led_by)
    tracking.answered_at = given.at if given else None
    tracking.merged = case.state == State.MERGED
    tracking.reopen_until = _reopen_until(case)
    tracking.messages = [_message(each) for each in messages.of(case)]
    tracking.closed_at, tracking.reopened_at = led_by.closed_at, led_by.reopened_at
    tracking.updated_at = at


def project_joined(case: Case, *, at: datetime) -> None:
    """Write it anew for each citizen whose case was merged into this one."""
    for each in joined.to(case):
        project(db.session.get_one(Case, each.id), at=at)


def _leading(case: Case) -> Case:
    """The case whose course the citizen follows: of a merged one it is the master's."""
    if case.state != State.MERGED or case.master_id is None:
        return case
    return db.session.get_one(Case, case.master_id)


def _course(case: Case, led_by: Case) -> list[CaseEvent]:
    """The public steps of a case and, from its merging on, of the one that leads it."""
    own = _public(case)
    if led_by is case:
        return own
    merged_at = next(event.at for event in reversed(own) if event.name == "merge")
    return [*own, *(event for event in _public(led_by) if event.at > merged_at)]


def _public(case: Case) -> list[CaseEvent]:
    query = select(CaseEvent).where(CaseEvent.case_id == case.id, ~CaseEvent.internal)
    events = db.session.scalars(query.order_by(CaseEvent.id))
    return [event for event in events if event.name in MOVES]


def _reopen_until(case: Case) -> datetime | None:
    """Until when the citizen may ask; None while it is open, or a request of his waits."""
    if reopening.pending(case) is not None:
        return None
    if case.state != State.CLOSED or case.closed_at is None:
        return None
    return reopening.window(case.closed_at).at


def _message(each: messages.Message) -> dict[str, Any]:
    """A message as its writer reads it; what staff took down of a call is not among his own."""
    return {
        "at": each.received_at.isoformat(),
        "kind": messages.Kind(each.kind).label,
        "text": each.text if each.origin == "portal" else "",
        "state": MESSAGE_STATES[each.outcome],
        "reply": each.reply,
        "replied_at": each.replied_at.isoformat() if each.replied_at else "",
        "replied_by": each.replied_by,
    }


MESSAGE_STATES = {
    "pending": "等待工作人员处理",
    "passed": "已转承办单位答复",
    "answered": "承办单位已答复",
    "replied": "已答复",
    "invalid": "已阅，不再另行答复",
}


def _step(event: CaseEvent) -> dict[str, Any]:
    note = ""
    if event.name == "refuse":
        ground = RefusalGround(str(event.payload["ground"])).label
        note = f"{ground}。{event.reason or ''}"
    if event.name == "track":
        day = date.fromisoformat(event.payload["promised_on"])
        note = f"{event.payload['promise']}（{day.year}年{day.month}月{day.day}日前完成）"
    if event.name == "fulfil":
        note = str(event.payload.get("text", ""))
    if event.name == "refuse_reopening":
        note = event.reason or ""
    if event.payload.get("due_after"):  # an extension was granted
        until = due_text(datetime.fromisoformat(event.payload["due_after"]), event.at)
        note = f"新的办理期限：{until}。理由：{event.payload['citizen_reason']}"
    if event.name == "judge":
        note = SATISFACTION[event.payload["satisfaction"]]
    return {
        "at": event.at.isoformat(),
        "label": MOVES[event.name].words or MOVES[event.name].label,
        "unit": str(event.payload.get("unit_name", "")),
        "note": note,
    }


def promise(case: Case, running: Iterable[Clock]) -> None:
    """Write anew by when the unit is to be done, where its clock was recomputed."""
    db.session.execute(
        update(Tracking)
        .where(or_(Tracking.case_id == case.id, Tracking.case_id.in_(_MERGED_INTO)))
        .values(_promised(case, running)),
        {"master_id": case.id},
    )


_MERGED_INTO = select(Case.id).where(Case.master_id == bindparam("master_id", type_=BigInteger))


def _promised(case: Case, running: Iterable[Clock]) -> dict[str, Any]:
    """The instant by which the unit is to be done, while it handles the case, and why then."""
    handling = [clock for clock in running if clock.rule_key in PROMISED]
    if State(case.state) not in WITH_UNIT or not handling:
        return {"due_at": None, "provisional": False, "why": []}
    clock = max(handling, key=lambda each: each.due_at)
    return {
        "due_at": clock.due_at if clock.due_at < clocks.FAR else None,
        "provisional": clock.provisional,
        "why": clocks.citizen_words(clock),
    }


def _answer(case: Case) -> str:
    """The unit's answer, from the moment the review accepted it."""
    if case.state not in ENDED | {State.FOLLOW_UP, State.CONSULTING, State.TO_RATE, State.RATED}:
        return ""
    report = reporting.accepted(case)
    if report is None:
        return ""
    said = reporting.result(report)
    return f"{CloseMethod(report.close_method).label}。{said}"
