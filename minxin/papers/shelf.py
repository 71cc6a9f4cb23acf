"""Which papers a person can open: loading one through here *is* the permission check."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select, true

from minxin.access.matrix import Reach, reach_of
from minxin.access.permissions import Permission
from minxin.cases.instructions import Sheet
from minxin.documents import numbering
from minxin.documents.distributing import readable
from minxin.documents.drafting import OPEN
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper, PaperCopy, PaperSeries
from minxin.extensions import db
from minxin.people.actor import Actor

SHOWN = 50


def condition(by: Actor) -> ColumnElement[bool]:
    """The papers of the person's own side: the city's office sees all, a station those of its
    district, a unit its own."""
    match reach_of(by.role, Permission.PAPER_WRITE):
        case Reach.CITY:
            return true()
        case Reach.TENANT:
            return Paper.tenant_id == by.tenant_id
        case Reach.UNIT | Reach.POST:
            return Paper.unit_id.in_(by.unit_ids)
    return false()


def papers(by: Actor) -> Select[Any]:
    """A query over them."""
    return select(Paper).where(condition(by))


def counts(by: Actor) -> Counter[str]:
    """How many of them are in each state of a draft."""
    query = (
        select(Paper.state, func.count())
        .where(condition(by), Paper.state.in_(OPEN))
        .group_by(Paper.state)
    )
    return Counter(dict(db.session.execute(query).all()))


def years() -> list[int]:
    """The years that papers were numbered in, the newest first."""
    query = select(PaperSeries.year).distinct().order_by(PaperSeries.year.desc())
    return list(db.session.scalars(query))


def find(paper_id: int, by: Actor) -> Paper | None:
    """One of them, or None where it does not exist for this person."""
    found: Paper | None = db.session.scalar(papers(by).where(Paper.id == paper_id))
    return found


def sheets(case_id: int, by: Actor) -> list[Sheet]:
    """The issued papers about a case that a leader may have written on, the newest first."""
    query = papers(by).where(
        Paper.case_id == case_id,
        Paper.state == "issued",
        Paper.kind.in_([kind for kind in PaperKind if kind.traits.boxed]),
    )
    return [
        Sheet(each.id, PaperKind(each.kind), numbering.number(each), each.subject_id)
        for each in db.session.scalars(query.order_by(Paper.id.desc()).limit(SHOWN))
    ]


def find_copy(copy_id: int, by: Actor) -> PaperCopy | None:
    """A copy that this person may open."""
    query = select(PaperCopy).where(PaperCopy.id == copy_id, readable(by))
    return db.session.scalar(query)
