"""The life of a request: host → city, path → desk, desk → login and tenant, and back again."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from flask import Flask, Response, abort, current_app, g, request, session
from flask_login import UserMixin, current_user
from sqlalchemy import select

from minxin import logs, sessions
from minxin.access import signin
from minxin.extensions import db, login
from minxin.people.actor import Actor
from minxin.people.models import User
from minxin.people.roles import Role
from minxin.privacy import watermark
from minxin.sessions import Context
from minxin.tenancy import context
from minxin.tenancy.models import Tenant
from minxin.tenancy.registry import City

CITY_DESK = "city"
"""The desk of the city office and the leaders; no tenant may have this slug."""

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'"
)

log = logs.logger("web")


@dataclass(frozen=True)
class Desk:
    """Where somebody works: a tenant's desk, or the city's (whose people are the municipal's)."""

    slug: str
    name: str
    tenant_id: int

    @property
    def is_city(self) -> bool:
        """Does this desk reach every tenant?"""
        return self.slug == CITY_DESK


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's idea of a person; `actor` is ours."""

    def __init__(self, user: User, actor: Actor) -> None:
        self.user = user
        self.actor = actor

    def get_id(self) -> str:
        """City, desk, id and stamp: a changed stamp, another desk or another city is nobody."""
        return f"{g.city.slug}:{g.desk.slug}:{self.user.id}:{self.user.stamp}"


def register(app: Flask) -> None:
    """Hook the life cycle into the application."""
    app.before_request(begin)
    app.after_request(secure)
    app.teardown_request(end)
    login.user_loader(load)


def begin() -> None:
    """Find the city and the desk, and stand there by the right login."""
    g.request_id = secrets.token_hex(6)
    g.started = time.perf_counter()
    g.desk = None
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    if request.endpoint in ("static", "portal.healthz"):
        return
    city: City | None = current_app.extensions["cities"].by_host(request.host)
    if city is None:
        abort(404)
    g.city = city
    slug = g.pop("desk_slug", None)
    if slug is None and request.blueprint == "oversight":
        slug = CITY_DESK
    if slug is None and request.blueprint == "console":
        slug = _desk_of_session(city)
    if slug is None:
        context.enter(Context(city.schema, "public"))
        return
    g.desk = at_desk(city, slug)
    if g.desk is None:
        abort(404)
    login_name: sessions.Login = "city" if g.desk.is_city and not _at_the_door() else "tenant"
    tenant_id = None if login_name == "city" else g.desk.tenant_id
    context.enter(Context(city.schema, login_name, tenant_id))


def _desk_of_session(city: City) -> str:
    """The console has no desk in its address: the session names it (see SignedIn.get_id), or a
    stranger does by `?desk=`; else it is the city's."""
    of_city, _, rest = str(session.get("_user_id", "")).partition(":")
    for slug in (rest.partition(":")[0] if of_city == city.slug else "", request.args.get("desk")):
        if slug and at_desk(city, slug) is not None:
            return slug
    return CITY_DESK


def end(error: BaseException | None) -> None:
    """Give the session back, whatever happened."""
    context.leave()
    structlog.contextvars.clear_contextvars()


def secure(response: Response) -> Response:
    """Headers of every answer, and one log line without anything personal."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
        log.info(
            "request",
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000),
        )
    return response


def load(key: str) -> SignedIn | None:
    """The person of a session, where city, desk and stamp still fit: ids repeat across cities."""
    city, desk, user_id, stamp = (*key.split(":"), "", "", "", "")[:4]
    if g.get("desk") is None or (g.city.slug, g.desk.slug) != (city, desk):
        return None
    found = signin.known(int(user_id))
    if found is None or str(found[0].stamp) != stamp:
        return None
    user, acting = found
    return SignedIn(user, acting) if acting.at_city_desk == g.desk.is_city else None


def taken_by(at: datetime) -> str:
    """Whose screen or sheet this is, and when: the mark of whatever he takes away."""
    return watermark.mark(me().name, me().unit_name, at)


def me() -> Actor:
    """Who makes this request; guards have made sure that somebody does."""
    acting: Actor = current_user.actor
    return acting


def role() -> Role | None:
    """The role of who makes this request."""
    return me().role if current_user.is_authenticated else None


def _at_the_door() -> bool:
    return request.endpoint == "workbench.sign_in"


def desks(city: City) -> list[Desk]:
    """The desks of the city's tenants, in the order of the city."""
    at_desk(city, CITY_DESK)
    known: dict[str, Desk] = current_app.extensions["desks"][city.slug][1]
    return [desk for desk in known.values() if not desk.is_city]


def desks_changed() -> None:
    """Read the desks anew at once in this process; others do within a minute."""
    current_app.extensions.get("desks", {}).pop(g.city.slug, None)


def at_desk(city: City, slug: str) -> Desk | None:
    """A desk by its slug. Read once a minute: asked for by every request."""
    kept: dict[str, Any] = current_app.extensions.setdefault("desks", {})
    fresh = kept.get(city.slug)
    if fresh is None or time.monotonic() - fresh[0] > 60 or slug not in fresh[1]:
        fresh = (time.monotonic(), _desks(city))
        kept[city.slug] = fresh
    found: Desk | None = fresh[1].get(slug)
    return found


def _desks(city: City) -> dict[str, Desk]:
    with context.within(city.schema, login="public"):
        tenants = db.session.scalars(
            select(Tenant).where(Tenant.active).order_by(Tenant.rank)
        ).all()
        known = {tenant.slug: Desk(tenant.slug, tenant.name, tenant.id) for tenant in tenants}
        for tenant in tenants:
            if tenant.kind == "municipal":
                name = f"{city.name}民心网"
                known[CITY_DESK] = Desk(CITY_DESK, name, tenant.id)
    return known
