"""办理公开, as the public login reads it: a list to narrow and search, and one case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, tuple_

from minxin.calendars.counting import midnight
from minxin.cases import search
from minxin.cases.publications import Publication
from minxin.extensions import db

PAGE = 20
IN_FEED, IN_MAP = 30, 5_000
LONGEST_QUERY = 60
Key = tuple[datetime, int]

_IN_LIST = (
    Publication.id,
    Publication.title,
    Publication.district,
    Publication.unit,
    Publication.category,
    Publication.kind,
    Publication.state,
    Publication.done,
    Publication.received_on,
    Publication.closed_on,
    Publication.published_at,
)


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for: words, a district (tenant id), a category's name, 办理中 or 已办结,
    the month in which it was published."""

    words: str = ""
    district: int | None = None
    category: str = ""
    done: bool | None = None
    month: date | None = None


def page(
    wanted: Wanted, after: Key | None = None
) -> tuple[Sequence[Row[*tuple[Any, ...]]], Key | None]:
    """The newest that fit, and the key of the next page; None on the last one."""
    query = select(*_IN_LIST)
    for clause in _clauses(wanted):
        query = query.where(clause)
    if after is not None:
        query = query.where(tuple_(Publication.published_at, Publication.id) < after)
    order = (Publication.published_at.desc(), Publication.id.desc())
    rows = db.session.execute(query.order_by(*order).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    more = (shown[-1].published_at, shown[-1].id) if len(rows) > PAGE else None
    return shown, more


def one(publication_id: int) -> Row[*tuple[Any, ...]] | None:
    """One published case with its text, result and dated course."""
    query = select(
        *_IN_LIST,
        Publication.text,
        Publication.result,
        Publication.satisfaction,
        Publication.course,
        Publication.updated_at,
    )
    return db.session.execute(query.where(Publication.id == publication_id)).one_or_none()


def newest() -> Sequence[Row[*tuple[Any, ...]]]:
    """What the feed carries: (id, title, text, district, published_at)."""
    query = select(
        Publication.id,
        Publication.title,
        Publication.text,
        Publication.district,
        Publication.published_at,
    )
    order = (Publication.published_at.desc(), Publication.id.desc())
    return db.session.execute(query.order_by(*order).limit(IN_FEED)).all()


def addresses() -> Sequence[Row[*tuple[Any, ...]]]:
    """What the map of the site names: (id, updated_at)."""
    query = select(Publication.id, Publication.updated_at)
    order = (Publication.published_at.desc(), Publication.id.desc())
    return db.session.execute(query.order_by(*order).limit(IN_MAP)).all()


def _clauses(wanted: Wanted) -> list[Any]:
    clauses: list[Any] = []
    said = wanted.words.strip()[:LONGEST_QUERY]
    if said:
        asked = func.plainto_tsquery("simple", " ".join(search.asked(said)))
        clauses.append(Publication.words.bool_op("@@")(asked))
    if wanted.district is not None:
        clauses.append(Publication.tenant_id == wanted.district)
    if wanted.category:
        clauses.append(Publication.category == wanted.category)
    if wanted.done is not None:
        clauses.append(Publication.done.is_(wanted.done))
    if wanted.month is not None:
        first = wanted.month.replace(day=1)
        end = (first + timedelta(days=32)).replace(day=1)
        clauses += [Publication.published_at >= midnight(first),
                    Publication.published_at < midnight(end)]  # fmt: skip
    return clauses
