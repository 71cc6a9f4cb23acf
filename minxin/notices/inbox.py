"""In-app reminders: one row per person and fact, never twice (unique key)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Row,
    ScalarSelect,
    UniqueConstraint,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from minxin.extensions import db
from minxin.people.models import User
from minxin.tenancy.models import STAYS, OfTenant


class Notice(OfTenant):
    """A reminder to one person. Names the case by number only; never holds personal data.

    page: where it leads to at the person's desk (letters/17), where it is about no case.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_notices_unread", "user_id", "id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notices_user_id_id", "user_id", "id"),
        {"info": STAYS},
    )

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))
    case_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("cases.id"))
    number: Mapped[str]
    page: Mapped[str] = mapped_column(default="", server_default="")
    key: Mapped[str]
    level: Mapped[str]  # info | soon | late
    text: Mapped[str]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


def tell(
    users: Iterable[User],
    text_: str,
    *,
    key: str,
    at: datetime,
    case_id: int | None = None,
    number: str = "",
    page: str = "",
    level: str = "info",
) -> None:
    """Remind people once: the same key to the same person is told a single time."""
    rows = [
        {
            "tenant_id": user.tenant_id,
            "user_id": user.id,
            "case_id": case_id,
            "number": number,
            "page": page,
            "key": key,
            "level": level,
            "text": text_,
            "at": at,
        }
        for user in users
    ]
    if rows:
        db.session.execute(insert(Notice).values(rows).on_conflict_do_nothing())


def tell_each(notices: Iterable[tuple[User, Mapping[str, Any]]]) -> None:
    """Remind many people of many things, as `tell` does: {text, key, case_id, number, level, at}.

    In one pipeline, which was measured to be faster than one statement of many rows.
    """
    rows = [{**notice, "tenant_id": user.tenant_id, "user_id": user.id} for user, notice in notices]
    if rows:
        statement = insert(Notice.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]
        db.session.execute(statement, rows)


def page(
    user_id: int, *, after: int | None = None, limit: int = 50
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int | None]:
    """A person's reminders, the newest first, and the id that the next page starts after."""
    query = select(
        Notice.id,
        Notice.number,
        Notice.page,
        Notice.level,
        Notice.text,
        Notice.at,
        Notice.read_at,
    ).where(Notice.user_id == user_id)
    if after is not None:
        query = query.where(Notice.id < after)
    rows = db.session.execute(query.order_by(Notice.id.desc()).limit(limit + 1)).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def unread(user_id: int) -> ScalarSelect[int]:
    """How many reminders a person has not read (counted to 99), as a column."""
    found = select(Notice.id).where(Notice.user_id == user_id, Notice.read_at.is_(None)).limit(99)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def read_all(user_id: int, at: datetime) -> None:
    """Mark every reminder of a person as read."""
    db.session.execute(
        update(Notice).where(Notice.user_id == user_id, Notice.read_at.is_(None)).values(read_at=at)
    )
