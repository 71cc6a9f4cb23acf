"""并入的件: the cases that were merged into a master and wait for its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from minxin.cases.models import Case
from minxin.extensions import db


def to(case: Case) -> Sequence[Row[*tuple[Any, ...]]]:
    """(id, number) of what was merged into this case, the oldest first."""
    query = select(Case.id, Case.number).where(Case.master_id == case.id)
    return db.session.execute(query.order_by(Case.id)).all()


def alone(case: Case) -> bool:
    """Was nothing merged into this case? What others wait for is not withdrawn or refused."""
    query = select(Case.id).where(Case.master_id == case.id).limit(1)
    return db.session.scalar(query) is None
