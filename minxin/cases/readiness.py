"""Which units may be given a case: none gets its first one without the people to answer for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from minxin.cases.models import Assignment
from minxin.clock import local
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import staffing
from minxin.people.models import Unit
from minxin.tenancy.models import Tenant


@dataclass(frozen=True)
class Lack:
    """A unit without the people it needs. blocked: it has had no case yet and can get none."""

    unit_id: int
    name: str
    tenant: str
    missing: tuple[str, ...]
    blocked: bool

    @property
    def words(self) -> str:
        """无A岗网络回应人、主管领导."""
        return f"无{'、'.join(self.missing)}"


def lacks(at: datetime, unit_ids: Collection[int] | None = None) -> dict[int, Lack]:
    """Unit id → what it lacks, for units in use within the login's reach. Two statements."""
    missing = staffing.lacking(local(at).date(), unit_ids)
    if not missing:
        return {}
    has_cases = exists().where(
        Assignment.tenant_id == Unit.tenant_id, Assignment.unit_id == Unit.id
    )
    rows = db.session.execute(
        select(Unit.id, Unit.name, Tenant.name, has_cases)
        .join(Tenant, Tenant.id == Unit.tenant_id)
        .where(Unit.id.in_(missing), Tenant.active)
        .order_by(Tenant.rank, Unit.path)
    )
    return {
        unit_id: Lack(unit_id, name, tenant, missing[unit_id], not had)
        for unit_id, name, tenant, had in rows
    }


def check(units: Sequence[Unit], at: datetime) -> None:
    """Raises Refused where one of the units would get its first case without its people."""
    known = lacks(at, [unit.id for unit in units])
    for unit in units:
        lack = known.get(unit.id)
        if lack is not None and lack.blocked:
            field = "unit_id" if unit is units[0] else "co_unit_ids"
            raise Refused(
                f"“{unit.name}”还没有登记有效的{'和'.join(lack.missing)}，不能接收第一件诉求。"
                "请先在“管理—单位”中为它登记，或改选其他单位",
                field,
            )
