"""Roll-ups: what pages count with, so that no page counts rows."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from minxin.tenancy.models import OfTenant


class Rollup(OfTenant):
    """One tenant's day in figures."""

    __tablename__ = "rollups"
    __table_args__ = (UniqueConstraint("tenant_id", "day"),)

    day: Mapped[date]
    received: Mapped[int] = mapped_column(default=0)
    closed: Mapped[int] = mapped_column(default=0)
    handled: Mapped[int] = mapped_column(default=0)  # handling clocks stopped
    on_time: Mapped[int] = mapped_column(default=0)
    rated: Mapped[int] = mapped_column(default=0)  # follow-ups with a satisfaction
    satisfied: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime]
