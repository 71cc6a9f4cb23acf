"""区县: added with their station, renamed, put in order, taken out of use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select

from minxin.audit import log
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import appointing, given
from minxin.people.actor import Actor
from minxin.people.models import User
from minxin.people.roles import Role
from minxin.tenancy.models import Tenant


def seen(tenant: Tenant) -> str:
    """What a page about this tenant showed."""
    return given.seen(tenant.name, tenant.rank, tenant.active)


def every() -> Sequence[Tenant]:
    """Every tenant of the city, those out of use last."""
    return db.session.scalars(
        select(Tenant).order_by(Tenant.active.desc(), Tenant.rank, Tenant.id)
    ).all()


def add(slug: str, name: str, *, since: date, by: Actor, at: datetime) -> Tenant:
    """Add a district and its station. Raises Refused for a taken or unusable name or code."""
    name = _free_name(name)
    slug = slug.strip()
    if db.session.scalar(select(Tenant.id).where(Tenant.slug == slug)):
        raise Refused(f"代码“{slug}”已被使用，请换一个", "slug")
    last = db.session.scalar(select(func.coalesce(func.max(Tenant.rank), 0))) or 0
    tenant = appointing.add_tenant(slug, name, rank=last + 1)
    appointing.add_unit(tenant, f"{name}民心网工作站", kind="station", since=since)
    _note("tenant.add", tenant, by, at, slug=slug, name=name)
    return tenant


def change(
    tenant: Tenant, name: str, rank: int, *, by: Actor, at: datetime, shown: str | None = None
) -> None:
    """Give a tenant another name or place in the order."""
    _begin(tenant, shown)
    old = tenant.name
    tenant.name = _free_name(name, but=tenant.id)
    tenant.rank = rank
    _note("tenant.change", tenant, by, at, old=old, name=tenant.name, rank=rank)


def close(tenant: Tenant, *, by: Actor, at: datetime, shown: str | None = None) -> None:
    """停用: nobody signs in at its desk and nothing is sent to it. Cases are the caller's to look
    after (cases.succession). Raises Refused for the municipal tenant."""
    _begin(tenant, shown)
    if tenant.kind == "municipal":
        raise Refused("市直部门不能停用")
    if not tenant.active:
        raise Refused("该区县已经停用")
    tenant.active = False
    _note("tenant.close", tenant, by, at)


def reopen(tenant: Tenant, *, by: Actor, at: datetime, shown: str | None = None) -> None:
    """Take a closed tenant into use again."""
    _begin(tenant, shown)
    if tenant.active:
        raise Refused("该区县没有停用")
    tenant.active = True
    _note("tenant.reopen", tenant, by, at)


def without_administrator() -> dict[int, tuple[Role, ...]]:
    """Tenant id → which of the two administrators that others need it lacks (login's reach)."""
    rows = db.session.execute(
        select(User.tenant_id, User.role)
        .where(User.active, User.role.in_((Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)))
        .distinct()
    ).all()
    known = {(row.tenant_id, row.role) for row in rows}
    found = {}
    for tenant in every():
        needed = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
        lacks = tuple(role for role in needed if (tenant.id, role.value) not in known)
        if lacks and tenant.active:
            found[tenant.id] = lacks
    return found


def _begin(tenant: Tenant, shown: str | None) -> None:
    db.session.flush()
    db.session.refresh(tenant, with_for_update=True)
    given.check_seen(shown, seen(tenant))


def _free_name(text: str, but: int = 0) -> str:
    name = given.name(text, "区县名称", limit=30)
    if db.session.scalar(select(Tenant.id).where(Tenant.name == name, Tenant.id != but)):
        raise Refused(f"已有名为“{name}”的区县，请核对名称", "name")
    return name


def _note(act: str, tenant: Tenant, by: Actor, at: datetime, **payload: object) -> None:
    log.record(
        act,
        tenant_id=tenant.id,
        by=by,
        at=at,
        object_kind="tenant",
        object_id=tenant.id,
        payload=payload,
    )
