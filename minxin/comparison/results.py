"""What the public reads of the districts: a month in figures that name nobody (第十七条（六）)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from minxin.comparison.models import Rollup
from minxin.extensions import db
from minxin.tenancy.models import Tenant

_FIGURES = ("received", "closed", "handled", "on_time", "rated", "satisfied")


def of_month(month: date) -> Sequence[Row[Any]]:
    """(name, received, closed, handled, on_time, rated, satisfied) of each tenant, by rank."""
    first = month.replace(day=1)
    end = (first + timedelta(days=32)).replace(day=1)
    sums = [func.coalesce(func.sum(getattr(Rollup, name)), 0).label(name) for name in _FIGURES]
    query = (
        select(Tenant.name, *sums)
        .outerjoin(
            Rollup,
            (Rollup.tenant_id == Tenant.id) & (Rollup.day >= first) & (Rollup.day < end),
        )
        .where(Tenant.active)
        .group_by(Tenant.id, Tenant.name, Tenant.rank)
        .order_by(Tenant.rank, Tenant.id)
    )
    return db.session.execute(query).all()
