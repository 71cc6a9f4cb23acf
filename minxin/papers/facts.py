"""What is known of a case when a paper about it is drafted, as a record that changes no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minxin.calendars.counting import last_day
from minxin.calendars.words import day_text
from minxin.cases import clocks, deeds, followup, timeline
from minxin.cases.models import FAR, Assignment, Case, Category, Clock
from minxin.cases.states import SATISFACTION, CallOutcome, Kind, Source, State, Urgency
from minxin.clock import local
from minxin.documents.sheet import Table
from minxin.extensions import db
from minxin.people.models import Unit
from minxin.tenancy.models import Tenant

NOT_TOLD = frozenset(
    ("reveal", "attach", "recomputed", "screen", "score_fact", "review_public", "release")
)
STEPS = 60
"""The latest steps of a course that a paper tells."""
COURSE = "办理经过"
QUESTION = "question"


@dataclass(frozen=True)
class Step:
    """One step of the course: 12月29日 09:10, who, what."""

    when: str
    who: str
    did: str


@dataclass(frozen=True)
class Call:
    """One 回访: when, how it went, what was said."""

    when: str
    outcome: str
    satisfaction: str
    remarks: str


@dataclass(frozen=True)
class CaseFacts:
    """A case on a day. Days are written 2026年1月6日; late: by how much it was over the due day of
    the handling, in words, empty where it was in time."""

    number: str
    title: str
    kind: str
    category: str
    source: str
    urgency: str
    state: str
    place: str
    text: str
    unit: str
    tenant: str
    received_on: str
    sent_on: str
    opinion: str
    due_on: str
    late: str
    closed_on: str
    satisfaction: str
    steps: tuple[Step, ...]
    calls: tuple[Call, ...]

    @property
    def source_words(self) -> str:
        """How it came, within a sentence."""
        return {"网上": "民心网", "来电": "电话", "来信": "来信", "来访": "来访"}.get(
            self.source, self.source
        )


def of_case(case: Case, at: datetime) -> CaseFacts:
    """Gather what is known of a case at an instant; nothing is masked yet."""
    order = db.session.scalar(
        select(Assignment)
        .where(Assignment.case_id == case.id, Assignment.part == "main")
        .order_by(Assignment.id.desc())
        .limit(1)
    )
    due = _handling(case)
    if due is not None and due.due_at >= FAR:
        due = None  # it stands still: there is no day
    return CaseFacts(
        number=case.number,
        title=case.summary or case.subject,
        kind=Kind(case.kind).label if case.kind else "未定性",
        category=_name(Category.full_name, Category.id == case.category_id),
        source=Source(case.source).label,
        urgency=Urgency(case.urgency).label,
        state=State(case.state).label,
        place=case.place or "未写明",
        text=(case.wording or case.body).strip(),
        unit=_name(Unit.name, Unit.id == case.unit_id),
        tenant=_name(Tenant.name, Tenant.id == case.tenant_id),
        received_on=on(case.received_at),
        sent_on=on(order.sent_at) if order else "",
        opinion=order.opinion if order else "",
        due_on=day_text(last_day(due.due_at)) if due else "",
        late=_late(due, at) if due else "",
        closed_on=on(case.closed_at) if case.closed_at else "",
        satisfaction=SATISFACTION.get(case.satisfaction or 0, ""),
        steps=_steps(case),
        calls=tuple(
            Call(
                moment(each.at),
                CallOutcome(each.outcome).label,
                SATISFACTION.get(each.satisfaction or 0, ""),
                each.remarks,
            )
            for each in reversed(followup.attempts(case))
        ),
    )


def on(at: datetime) -> str:
    """An instant's day: 2026年1月6日."""
    return day_text(local(at).date())


def moment(at: datetime) -> str:
    """A day and a time: 2026年1月6日 09:10."""
    return f"{on(at)} {local(at):%H:%M}"


def course_table(facts: CaseFacts) -> Table:
    """办理经过 as a table."""
    rows = tuple((each.when, each.who, each.did) for each in facts.steps)
    return Table(COURSE, ("时间", "单位", "事项"), rows, (3, 3, 5))


def until(at: datetime) -> str:
    """The day that a due instant ends: 2026年1月6日."""
    return day_text(last_day(at))


def _steps(case: Case) -> tuple[Step, ...]:
    told = [each for each in timeline.events(case) if each.name not in NOT_TOLD]
    return tuple(
        Step(moment(each.at), each.actor_unit or each.actor_name, deeds.did(each))
        for each in told[-STEPS:]
    )


def _late(due: Clock, at: datetime) -> str:
    """A clock that was stopped is late no more, but it may have been when it was."""
    until = due.stopped_at or at
    days = (local(until).date() - last_day(due.due_at)).days
    if until < due.due_at or days < 1:
        return ""
    if due.stopped_at is None:
        return f"截至{on(at)}已超期{days}天"
    return f"{'答复' if due.rule_key == QUESTION else '报结'}时已超期{days}天"


def _handling(case: Case) -> Clock | None:
    """The clock of the handling or the answer: the one that runs, else the last that ran."""
    course = [each for each in clocks.of(case) if each.rule_key in clocks.COURSE | {QUESTION}]
    return course[0] if course else None


def _name(column, where) -> str:  # type: ignore[no-untyped-def]
    return db.session.scalar(select(column).where(where)) or ""
