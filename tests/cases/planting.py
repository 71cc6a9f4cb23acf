"""Cases put into a state by force, for tests only: the product has `workflow.move` alone.

A planted case has what its state would have brought: a holder, a unit, a clock, a report.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from minxin import clock
from minxin.cases import intake, search, tallies
from minxin.cases.contacts import Person, keep
from minxin.cases.models import FAR, Assignment, Case, Clock, Report
from minxin.cases.numbering import next_number
from minxin.cases.states import ENDED, WITH_UNIT, State
from minxin.extensions import db
from minxin.people.models import Unit

WITHOUT_UNIT = frozenset({State.UNCLAIMED, State.CLAIMED, State.REFUSED, State.WITHDRAWN})
QUESTIONS = frozenset({State.TO_ANSWER, State.ANSWERED, State.JUDGED})
CLOCKS = {
    State.UNCLAIMED: "claim",
    State.CLAIMED: "dispatch",
    State.TO_ANSWER: "question",
    State.ANSWERED: "judgement",
    State.REPORTED: "review",
    State.FOLLOW_UP: "followup",
    State.CONSULTING: "consultation",
    State.TO_RATE: "rating",
}


def plant(
    state: State,
    *,
    unit_id: int | None = None,
    holder_id: int | None = None,
    at: datetime | None = None,
    subject: str = "小区门口路灯不亮",
    kind: str = "complaint",
) -> Case:
    """A case in this state, with this unit where the state has one. Stand as the city's login."""
    at = at or clock.now()
    unit = db.session.get_one(Unit, unit_id) if unit_id and state not in WITHOUT_UNIT else None
    case = Case(
        tenant_id=unit.tenant_id if unit else intake.municipal().id,
        number=next_number(at),
        source="phone",
        track="question" if state in QUESTIONS else "appeal",
        state=state,
        kind=kind,
        subject=subject,
        body=f"{subject}，请尽快处理。",
        summary=subject,
        wording=f"{subject}。",
        category_id=None,
        holder_id=None if state is State.UNCLAIMED else holder_id,
        unit_id=unit.id if unit else None,
        received_at=at - timedelta(days=1),
        updated_at=at,
        screened_at=at if state is not State.UNCLAIMED else None,
        due_at=FAR,
    )
    db.session.add(case)
    db.session.flush()
    keep(case, Person("王小明", "13800001234", "大洼街道"))
    search.index(case)
    if state not in ENDED:
        _run_clock(case, at)
    if unit is not None:
        _assign(case, unit, at)
    tallies.change({(case.tenant_id, case.unit_id or 0, str(state)): 1})
    db.session.flush()
    return case


def _run_clock(case: Case, at: datetime) -> None:
    state = State(case.state)
    key = CLOCKS.get(state) or (case.kind if state in WITH_UNIT else None)
    if key is None:
        return
    case.due_at, case.yellow_at, case.clock_key = at + timedelta(days=9), at, key
    db.session.add(
        Clock(
            tenant_id=case.tenant_id,
            case_id=case.id,
            unit_id=case.unit_id,
            rule_key=key,
            rule_version=1,
            calendar_version="planted",
            started_at=at,
            due_at=case.due_at,
            yellow_at=at,
        )
    )


def _assign(case: Case, unit: Unit, at: datetime) -> None:
    db.session.add(
        Assignment(
            tenant_id=unit.tenant_id,
            case_id=case.id,
            unit_id=unit.id,
            part="main",
            opinion="请办理",
            sent_at=at,
            accepted_at=None if case.state == State.DISPATCHED else at,
        )
    )
    if State(case.state) not in QUESTIONS | WITH_UNIT or case.state == State.SIGNING:
        db.session.add(
            Report(
                tenant_id=case.tenant_id,
                case_id=case.id,
                edition=1,
                sections=[{"key": "result", "title": "处理结果", "text": "已更换灯具"}],
                close_method="solved",
                responsible="赵阳",
                signer="孙立",
                submitted_at=at,
            )
        )
