"""派单: the rows of who was given a case when, and how each turn ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from minxin.cases.models import Assignment, Case
from minxin.extensions import db


def end(case: Case, outcome: str, at: datetime, *, part: str | None = None) -> None:
    """End the turns that are open, of one part where it is given.

    outcome: done | withdrawn | merged | returned | passed_on | answered.
    """
    query = update(Assignment).where(Assignment.case_id == case.id, Assignment.ended_at.is_(None))
    if part is not None:
        query = query.where(Assignment.part == part)
    db.session.execute(query.values(ended_at=at, outcome=outcome))
