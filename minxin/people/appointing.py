"""Putting tenants, units and people in their places."""

from __future__ import annotations

from datetime import date

from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.models import Post, Responder, Unit, User
from minxin.people.roles import Role
from minxin.tenancy.models import Tenant
from minxin.tenancy.registry import SLUG

RESERVED = frozenset(
    "api cases city console consultations desks feed.xml healthz leaving notice published results"
    " sitemap.xml static tracking verify".split()
)
"""First words of other addresses: no tenant's desk may take them."""


def add_tenant(slug: str, name: str, *, kind: str = "district", rank: int = 0) -> Tenant:
    """Add a county, a district, or the municipal tenant. Raises Refused for an unusable slug."""
    if not SLUG.fullmatch(slug) or slug in RESERVED:
        raise Refused("区县代码须以小写字母开头，只含小写字母、数字和下划线，不用保留字", "slug")
    tenant = Tenant(slug=slug, name=name, kind=kind, rank=rank)
    db.session.add(tenant)
    db.session.flush()
    return tenant


def add_unit(
    tenant: Tenant, name: str, *, kind: str = "unit", under: Unit | None = None, since: date
) -> Unit:
    """Add a unit below another one (or at the head of its tenant)."""
    unit = Unit(
        tenant_id=tenant.id,
        parent_id=under.id if under else None,
        path="",
        name=name,
        kind=kind,
        valid_from=since,
    )
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{under.path if under else '/'}{unit.id}/"
    db.session.flush()
    return unit


def add_user(
    unit: Unit,
    username: str,
    name: str,
    role: Role,
    *,
    password_hash: str,
    must_change: bool = True,
) -> User:
    """Add a person; the password is to be changed at the first sign-in."""
    user = User(
        tenant_id=unit.tenant_id,
        unit_id=unit.id,
        username=username,
        name=name,
        role=role,
        password_hash=password_hash,
        must_change=must_change,
    )
    db.session.add(user)
    db.session.flush()
    return user


def appoint(user: User, post: str, *, since: date) -> Responder:
    """Make a person the A or B responder of the own unit (第九条（一）)."""
    responder = Responder(
        tenant_id=user.tenant_id,
        unit_id=user.unit_id,
        user_id=user.id,
        post=post,
        valid_from=since,
    )
    db.session.add(responder)
    db.session.flush()
    return responder


def give_post(user: User, kind: str, *, since: date) -> Post:
    """Let a person hold a leading post of the own unit (people.posts.PostKind)."""
    post = Post(
        tenant_id=user.tenant_id,
        unit_id=user.unit_id,
        post=kind,
        user_id=user.id,
        name=user.name,
        valid_from=since,
    )
    db.session.add(post)
    db.session.flush()
    return post
