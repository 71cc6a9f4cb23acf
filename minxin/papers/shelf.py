"""Which papers a person can open: loading one through here *is* the permission check."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, false, select, true

from minxin.access.matrix import Reach, reach_of
from minxin.access.permissions import Permission
from minxin.documents.distributing import readable
from minxin.documents.models import Paper, PaperCopy
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


def find(paper_id: int, by: Actor) -> Paper | None:
    """One of them, or None where it does not exist for this person."""
    found: Paper | None = db.session.scalar(papers(by).where(Paper.id == paper_id))
    return found


def find_copy(copy_id: int, by: Actor) -> PaperCopy | None:
    """A copy that this person may open."""
    query = select(PaperCopy).where(PaperCopy.id == copy_id, readable(by))
    return db.session.scalar(query)
