"""A tenant's days in figures, recomputed from the facts: running it twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert

from minxin.calendars.counting import midnight
from minxin.cases import tallies
from minxin.cases.models import Assignment, Case, Clock, FollowUp
from minxin.cases.states import AFTER_UNIT, WITH_UNIT, Kind, State
from minxin.clock import local
from minxin.comparison.models import Rollup
from minxin.extensions import db
from minxin.tenancy.models import Tenant

HANDLING_RULES = (*(kind.value for kind in Kind), "rework")
DONE = (State.CLOSED, State.JUDGED)
"""办结: closed; of a question, answered and judged or archived."""
SUMMED = ("received", "closed", "handled", "on_time", "rated", "satisfied")


@dataclass(frozen=True)
class Standing:
    """One tenant beside the others: its cases now, and its month so far.

    in_hand, due_today and overdue are of cases sent to it: the office's own pool is not its work.
    updated_at: when the month's figures were last computed, None where they never were.
    """

    tenant: Tenant | None
    received: int
    in_hand: int
    due_today: int
    overdue: int
    closed: int
    handled: int
    on_time: int
    rated: int
    satisfied: int
    updated_at: datetime | None = None


def refresh(day: date, *, at: datetime) -> None:
    """Recompute every tenant's figures of one local day. Runs by the city's login.

    at: the instant that the figures are of.
    """
    start = midnight(day)
    end = start + timedelta(days=1)
    figures: dict[int, dict[str, int]] = {}
    queries = _queries(start, end)
    for name, query in queries.items():
        for tenant_id, number in db.session.execute(query):
            figures.setdefault(tenant_id, {})[name] = number
    for tenant_id in db.session.scalars(select(Tenant.id)).all():
        values: dict[str, Any] = {name: figures.get(tenant_id, {}).get(name, 0) for name in queries}
        values["updated_at"] = at
        row = insert(Rollup).values(tenant_id=tenant_id, day=day, **values)
        db.session.execute(
            row.on_conflict_do_update(index_elements=["tenant_id", "day"], set_=values)
        )


def refresh_recent(at: datetime) -> None:
    """Today's and yesterday's figures: what may still change."""
    today = local(at).date()
    refresh(today - timedelta(days=1), at=at)
    refresh(today, at=at)


def standings(at: datetime) -> list[Standing]:
    """Every tenant side by side, in the order of the city, this month so far."""
    today = local(at).date()
    sums = {
        row.tenant_id: row
        for row in db.session.execute(
            select(
                Rollup.tenant_id,
                func.max(Rollup.updated_at).label("updated_at"),
                *(func.sum(getattr(Rollup, name)).label(name) for name in SUMMED),
            )
            .where(Rollup.day >= today.replace(day=1), Rollup.day <= today)
            .group_by(Rollup.tenant_id)
        )
    }
    now = tallies.by_tenant()
    tenants = db.session.scalars(select(Tenant).where(Tenant.active).order_by(Tenant.rank)).all()
    return [_standing(tenant, sums.get(tenant.id), now.get(tenant.id, {})) for tenant in tenants]


def together(each: Sequence[Standing]) -> Standing:
    """The sum of tenants: the last row of the board."""
    figures = [field.name for field in fields(Standing) if field.type == "int"]
    return Standing(tenant=None, **{name: sum(getattr(s, name) for s in each) for name in figures})


def _standing(tenant: Tenant, month: object, now: dict[str, int]) -> Standing:
    def sum_of(name: str) -> int:
        return int(getattr(month, name, 0) or 0)

    return Standing(
        tenant=tenant,
        received=sum_of("received"),
        in_hand=sum(now.get(state, 0) for state in WITH_UNIT | AFTER_UNIT),
        due_today=now.get("today_unit", 0) + now.get("today_after", 0),
        overdue=now.get("late_unit", 0) + now.get("late_after", 0),
        closed=sum_of("closed"),
        handled=sum_of("handled"),
        on_time=sum_of("on_time"),
        rated=sum_of("rated"),
        satisfied=sum_of("satisfied"),
        updated_at=getattr(month, "updated_at", None),
    )


def _queries(start: datetime, end: datetime) -> dict[str, Select[int, int]]:
    handled = (
        select(Clock.tenant_id, func.count())
        .join(Case, Case.id == Clock.case_id)
        .where(
            Clock.stopped_at >= start,
            Clock.stopped_at < end,
            Clock.rule_key.in_(HANDLING_RULES),
            Case.state.not_in((State.WITHDRAWN, State.REFUSED)),  # stopped, but not handled
        )
        .group_by(Clock.tenant_id)
    )
    rated = (
        select(FollowUp.tenant_id, func.count())
        .where(FollowUp.at >= start, FollowUp.at < end, FollowUp.satisfaction.is_not(None))
        .group_by(FollowUp.tenant_id)
    )
    return {
        # what was sent to the tenant that day: assignments stay where they were sent
        "received": select(Assignment.tenant_id, func.count(Assignment.case_id.distinct()))
        .where(Assignment.sent_at >= start, Assignment.sent_at < end, Assignment.part == "main")
        .group_by(Assignment.tenant_id),
        "closed": select(Case.tenant_id, func.count())
        .where(Case.closed_at >= start, Case.closed_at < end, Case.state.in_(DONE))
        .group_by(Case.tenant_id),
        "handled": handled,
        "on_time": handled.where(Clock.stopped_at < Clock.due_at),
        "rated": rated,
        "satisfied": rated.where(FollowUp.satisfaction >= 3),
    }
