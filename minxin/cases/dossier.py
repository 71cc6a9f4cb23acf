"""案卷: what hangs off a case, read in one statement however much of it there is.

The case page shows all of it at once. A query a table would double the page's statements, so each
table comes as one JSON column; instants in it are ISO text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Label,
    ScalarSelect,
    and_,
    cast,
    exists,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from minxin.cases.models import (
    Assignment,
    Attachment,
    Case,
    Category,
    Contact,
    FollowUp,
    Report,
)
from minxin.clock import local
from minxin.extensions import db
from minxin.people import units
from minxin.people.actor import Actor
from minxin.people.models import Unit, User
from minxin.tenancy.models import Tenant

Record = dict[str, Any]


@dataclass(frozen=True)
class Dossier:
    """Names that the case points at, and the records of its tables.

    contact: masks alone, None where nothing was left · orders: 派单, the oldest first ·
    reports, follow_ups: the newest first · co_handles: the person's unit is a co-handling one.
    """

    tenant: str
    unit: str
    category: str
    holder: str
    co_handles: bool
    contact: Record | None
    orders: list[Record]
    attachments: list[Record]
    reports: list[Record]
    follow_ups: list[Record]


def read(case: Case, by: Actor) -> Dossier:
    """The dossier of a case that was loaded by reach. One statement."""
    row = db.session.execute(
        select(
            _name(Tenant.name, Tenant.id == case.tenant_id),
            _name(_called_at(case), Unit.id == case.unit_id),
            _name(Category.full_name, Category.id == case.category_id),
            _name(User.name, User.id == case.holder_id),
            _co_handles(case, by),
            _records(
                Contact.case_id == case.id,
                (Contact.name_mask, Contact.phone_mask, Contact.address_mask),
                Contact.id,
            ),
            _records(
                and_(Assignment.case_id == case.id, Unit.id == Assignment.unit_id),
                (
                    units.name_on(_day(Assignment.sent_at)).label("name"),
                    Assignment.part,
                    Assignment.opinion,
                    Assignment.sent_at,
                    Assignment.accepted_at,
                    Assignment.ended_at,
                    Assignment.outcome,
                ),
                Assignment.id,
            ),
            _records(Attachment.case_id == case.id, _ATTACHMENT, Attachment.id),
            _records(Report.case_id == case.id, _REPORT, Report.edition.desc()),
            _records(FollowUp.case_id == case.id, _FOLLOW_UP, FollowUp.id.desc()),
        )
    ).one()
    tenant, unit, category, holder, co_handles, contacts, orders, files, reports, calls = row
    return Dossier(
        tenant=tenant or "",
        unit=unit or "",
        category=category or "",
        holder=holder or "",
        co_handles=co_handles,
        contact=contacts[0] if contacts else None,
        orders=orders,
        attachments=files,
        reports=reports,
        follow_ups=calls,
    )


_ATTACHMENT = (
    Attachment.id,
    Attachment.part,
    Attachment.name,
    Attachment.kind,
    Attachment.mime,
    Attachment.size,
    Attachment.added_by,
    Attachment.added_at,
)
_REPORT = (
    Report.edition,
    Report.sections,
    Report.close_method,
    Report.policy_source,
    Report.policy_explained,
    Report.responsible,
    Report.signer,
    Report.submitted_at,
    Report.signed_at,
    Report.outcome,
    Report.opinion,
)
_FOLLOW_UP = (
    FollowUp.at,
    FollowUp.by_name,
    FollowUp.outcome,
    FollowUp.contacted,
    FollowUp.solved,
    FollowUp.satisfaction,
    FollowUp.remarks,
)


def _called_at(case: Case) -> ColumnElement[str] | InstrumentedAttribute[str]:
    """The unit's name today, or on the day that the case was closed."""
    if case.closed_at is None:
        return Unit.name
    return units.name_on(cast(literal(local(case.closed_at).date()), Date))


def _day(instant: InstrumentedAttribute[datetime]) -> ColumnElement[date]:
    return cast(func.timezone(literal_column("'Asia/Shanghai'"), instant), Date)


def _name(
    column: ColumnElement[str] | InstrumentedAttribute[str], where: ColumnElement[bool]
) -> ScalarSelect[Any]:
    return select(column).where(where).scalar_subquery()


def _co_handles(case: Case, by: Actor) -> ColumnElement[bool]:
    return exists().where(
        Assignment.case_id == case.id,
        Assignment.part == "co",
        Assignment.ended_at.is_(None),
        Assignment.unit_id.in_(by.unit_ids),
    )


def _records(
    where: ColumnElement[bool],
    columns: tuple[InstrumentedAttribute[Any] | Label[Any], ...],
    order: Any,
) -> ScalarSelect[Any]:
    """Rows of a table as one JSON array of {column: value}."""
    pairs: list[Any] = []
    for column in columns:
        pairs += [literal_column(f"'{column.key}'"), column]
    each = aggregate_order_by(func.jsonb_build_object(*pairs), order)
    return (
        select(func.coalesce(func.jsonb_agg(each), literal_column("'[]'::jsonb")))
        .where(where)
        .scalar_subquery()
    )
