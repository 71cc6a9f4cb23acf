"""The sweep: due instants that have passed become events and reminders, once each (1.10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from minxin.calendars.words import due_text
from minxin.cases.models import Case, CaseEvent, Clock
from minxin.cases.states import WITH_UNIT, State
from minxin.cases.tallies import STAGES, Tally
from minxin.clock import local
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people.actor import SYSTEM
from minxin.people.models import User
from minxin.people.roles import Role

BATCH = 500
WATCHED = ("late", "soon", "today")
AT_UNIT = (Role.RESPONDER, Role.UNIT_HEAD, Role.STATION)
AT_OFFICE = (Role.OFFICE_CLERK, Role.OFFICE_HEAD)
COUNTED = tuple(f"{name}_{stage}" for name in WATCHED for stage in STAGES)


def sweep(at: datetime) -> int:
    """Record the lateness of up to a batch of clocks; how many there were.

    Runs by the city's login. A clock version is recorded once whatever is run twice: the row that
    says so is written in the same transaction as its event. Rows another sweep holds are skipped.
    """
    due = (
        select(Clock.id)
        .where(Clock.stopped_at.is_(None), Clock.due_at <= at, Clock.late_seen < Clock.version)
        .order_by(Clock.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    late = db.session.execute(
        update(Clock)
        .where(Clock.id.in_(due))
        .values(late_seen=Clock.version)
        .returning(
            Clock.id,
            Clock.version,
            Clock.tenant_id,
            Clock.case_id,
            Clock.unit_id,
            Clock.rule_key,
            Clock.due_at,
        )
    ).all()
    if late:
        db.session.execute(insert(CaseEvent), [_event(clock, at) for clock in late])
        _remind(late, at)
    return len(late)


def count(at: datetime) -> None:
    """Write how many cases are late, due today and soon due, by tenant, unit and stage."""
    tomorrow = local(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    moments = {
        "late": Case.due_at <= at,
        "today": and_(Case.due_at > at, Case.due_at <= tomorrow),
        "soon": and_(Case.due_at > at, Case.yellow_at <= at),
    }
    horizon = at + timedelta(days=30)
    rows = db.session.execute(
        select(
            Case.tenant_id,
            Case.unit_id,
            *(
                func.count().filter(moment, Case.state.in_(states)).label(f"{name}_{stage}")
                for name, moment in moments.items()
                for stage, states in STAGES.items()
            ),
        )
        .where(Case.due_at < horizon)
        .group_by(Case.tenant_id, Case.unit_id)
    ).all()
    figures = {
        (row.tenant_id, row.unit_id or 0, name): getattr(row, name)
        for row in rows
        for name in COUNTED
    }
    known = db.session.execute(
        select(Tally.tenant_id, Tally.unit_id, Tally.state).where(Tally.state.in_(COUNTED))
    )
    wanted = {tuple(place): 0 for place in known} | {
        place: number for place, number in figures.items() if number
    }
    if wanted:
        # In one order, so that two counts at once never wait for each other; the later one stays.
        statement = upsert(Tally).values(
            [
                {"tenant_id": tenant, "unit_id": unit, "state": name, "number": number}
                for (tenant, unit, name), number in sorted(wanted.items())
            ]
        )
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "unit_id", "state"],
                set_={"number": statement.excluded.number},
            )
        )


def _event(clock: Row[*tuple[Any, ...]], at: datetime) -> dict[str, object]:
    return {
        "tenant_id": clock.tenant_id,
        "case_id": clock.case_id,
        "name": "overdue",
        "at": at,
        "actor_kind": SYSTEM.kind,
        "actor_name": SYSTEM.name,
        "actor_unit": "",
        "internal": True,
        "payload": {"rule": clock.rule_key, "due_at": clock.due_at.isoformat()},
    }


def _remind(late: Sequence[Row[*tuple[Any, ...]]], at: datetime) -> None:
    cases = {
        case.id: case
        for case in db.session.execute(
            select(Case.id, Case.number, Case.state, Case.holder_id, Case.unit_id).where(
                Case.id.in_({clock.case_id for clock in late})
            )
        )
    }
    with_unit = {
        case.unit_id for case in cases.values() if case.unit_id and State(case.state) in WITH_UNIT
    }
    holders = {case.holder_id for case in cases.values() if case.holder_id}
    people = db.session.scalars(
        select(User).where(
            User.active,
            User.unit_id.in_(with_unit) & User.role.in_(AT_UNIT) | User.id.in_(holders),
        )
    ).all()
    nobodys = []
    for clock in late:
        case = cases[clock.case_id]
        if case.unit_id and State(case.state) in WITH_UNIT:
            told = [
                user for user in people if user.unit_id == case.unit_id and user.role in AT_UNIT
            ]
        elif case.holder_id:
            told = [user for user in people if user.id == case.holder_id]
        else:
            nobodys.append(case)
            continue
        inbox.tell(
            told,
            f"{case.number} 已超期（应于{due_text(clock.due_at)}前完成）",
            key=f"late:{clock.id}:{clock.version}",
            case_id=case.id,
            number=case.number,
            at=at,
            level="late",
        )
    if nobodys:
        _remind_office(nobodys[0], at)


def _remind_office(first: Row[*tuple[Any, ...]], at: datetime) -> None:
    """What nobody has claimed is everybody's: one reminder a day, not one a case.

    An import may bring thousands at once.
    """
    office = db.session.scalars(select(User).where(User.active, User.role.in_(AT_OFFICE))).all()
    inbox.tell(
        office,
        f"{first.number} 等待认领的诉求件已超期，请尽快认领",
        key=f"late:unclaimed:{local(at):%Y%m%d}",
        case_id=first.id,
        number=first.number,
        at=at,
        level="late",
    )
