"""Outages of the platform: declared with a reason when they are over, their time given back (A2).

Declared afterwards and not before, so that what is given back is what was lost. A clock that
starts later never meets one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from minxin.audit import log
from minxin.background import later
from minxin.cases.models import Outage
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.tenancy.models import Tenant

LONGEST = timedelta(days=30)
OLDEST = timedelta(days=92)
"""A quarter: what is older has been counted."""
REASON_LIMIT = 200


@dataclass(frozen=True)
class Declared:
    """What is declared: from when to when, why, and for which tenant (None: the whole city)."""

    starts_at: datetime
    ends_at: datetime
    reason: str
    tenant_id: int | None = None


def every(limit: int = 50) -> Sequence[Outage]:
    """What was declared, the newest first."""
    return db.session.scalars(select(Outage).order_by(Outage.id.desc()).limit(limit)).all()


def drafted(declared: Declared, *, by: Actor, at: datetime) -> Outage:
    """The outage that a declaration makes, not stored. Raises Refused where it makes no sense."""
    start, end, reason = declared.starts_at, declared.ends_at, declared.reason.strip()
    if end <= start:
        raise Refused("恢复时间应晚于停机时间，请核对", "ends_at")
    if end > at:
        raise Refused("恢复时间还没有到。请在平台恢复以后，按实际起止时间登记", "ends_at")
    if end - start > LONGEST:
        raise Refused(f"一次停机最长{LONGEST.days}天，请核对起止时间", "starts_at")
    if at - start > OLDEST:
        raise Refused(f"只能登记{OLDEST.days}天以内的停机", "starts_at")
    if not reason:
        raise Refused("请写明停机原因，各单位会在“为什么是这一天”里看到", "reason")
    if len(reason) > REASON_LIMIT:
        raise Refused(f"停机原因请控制在{REASON_LIMIT}字以内", "reason")
    if declared.tenant_id is not None and db.session.get(Tenant, declared.tenant_id) is None:
        raise Refused("请选择停机的范围", "tenant_id")
    return Outage(
        for_tenant_id=declared.tenant_id,
        starts_at=start,
        ends_at=end,
        reason=reason,
        declared_by=by.name,
        declared_by_id=by.user_id,
        declared_at=at,
    )


def declare(declared: Declared, *, by: Actor, at: datetime) -> Outage:
    """Store an outage; a worker gives its time back right after (cases.recomputing).

    Raises Refused where it makes no sense, or was declared already.
    """
    outage = drafted(declared, by=by, at=at)
    known = db.session.scalar(
        select(Outage.id).where(
            Outage.withdrawn_at.is_(None),
            Outage.starts_at == outage.starts_at,
            Outage.ends_at == outage.ends_at,
            Outage.for_tenant_id.is_not_distinct_from(outage.for_tenant_id),
        )
    )
    if known is not None:
        raise Refused("这次停机已经登记过，无需重复登记", "starts_at")
    db.session.add(outage)
    db.session.flush()
    _promise("outage.declare", outage, by, at, outage.reason)
    return outage


def withdraw(outage_id: int, reason: str, *, by: Actor, at: datetime) -> Outage:
    """Take back an outage that was declared in error; its time is taken back from open clocks.

    Raises Refused without a reason or where there is none, Conflict where it is withdrawn already.
    """
    outage = db.session.get(Outage, outage_id, with_for_update=True)
    if outage is None:
        raise Refused("没有这条停机登记")
    if outage.withdrawn_at is not None:
        raise Conflict(f"这条停机登记已由{outage.withdrawn_by}撤销")
    if not reason.strip():
        raise Refused("请写明撤销的理由", "reason")
    outage.withdrawn_at, outage.withdrawn_by = at, by.name
    outage.withdrawn_reason = reason.strip()[:REASON_LIMIT]
    _promise("outage.withdraw", outage, by, at, outage.withdrawn_reason)
    return outage


def _promise(act: str, outage: Outage, by: Actor, at: datetime, reason: str) -> None:
    later("clocks.outage", queue="long", outage_id=outage.id)
    if by.tenant_id is not None:
        log.record(
            act,
            tenant_id=by.tenant_id,
            by=by,
            at=at,
            object_kind="outage",
            object_id=outage.id,
            reason=reason,
            payload={
                "from": outage.starts_at.isoformat(),
                "to": outage.ends_at.isoformat(),
                "tenant_id": outage.for_tenant_id,
            },
        )
