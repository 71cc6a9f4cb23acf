"""Tags: what a case is beside its course: 爱心件, 跟踪件, 自选件 … (1.7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from minxin.cases.models import Case
from minxin.cases.states import Tag
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.tenancy.models import MOVES, OfTenant


class CaseTag(OfTenant):
    """A tag of a case: since when, and who gave it (or the system)."""

    __tablename__ = "case_tags"
    __table_args__ = (
        UniqueConstraint("case_id", "tag"),
        Index("ix_case_tags_tenant_id_tag_case_id", "tenant_id", "tag", "case_id"),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    tag: Mapped[str]
    at: Mapped[datetime]
    by_name: Mapped[str]


def give(case: Case, tag: Tag, *, by: Actor, at: datetime) -> None:
    """Tag a case; once, however often it is done."""
    row = insert(CaseTag).values(
        tenant_id=case.tenant_id, case_id=case.id, tag=str(tag), at=at, by_name=by.name
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["case_id", "tag"]))


def take(case: Case, tag: Tag) -> None:
    """Take a tag off. The event of the move that did it keeps who and why."""
    db.session.execute(delete(CaseTag).where(CaseTag.case_id == case.id, CaseTag.tag == str(tag)))


def of(case_ids: Iterable[int]) -> dict[int, list[Tag]]:
    """The tags of some cases, by case id, in the order that `Tag` has them."""
    order = list(Tag)
    found: dict[int, list[Tag]] = {}
    query = select(CaseTag.case_id, CaseTag.tag).where(CaseTag.case_id.in_(list(case_ids)))
    for case_id, tag in db.session.execute(query):
        found.setdefault(case_id, []).append(Tag(tag))
    return {case_id: sorted(tags, key=order.index) for case_id, tags in found.items()}
