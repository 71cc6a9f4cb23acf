"""Two cities on real servers, the named cast at their desks, and clients to be them with."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, select, text
from werkzeug.test import TestResponse

from minxin import clock, create_app
from minxin.access import signin
from minxin.cases import starter
from minxin.cases.intake import Appeal, enter
from minxin.cases.models import Case
from minxin.config import Settings, from_environment
from minxin.demonstration import people
from minxin.extensions import db, valkey
from minxin.people.actor import Actor
from minxin.people.models import Unit, User
from minxin.tenancy import founding, logins
from minxin.tenancy.context import within
from minxin.tenancy.models import Tenant
from minxin.tenancy.registry import City
from tests import organisation
from tests.servers import pytest_configure, pytest_unconfigure, test_servers
from worker import application

__all__ = ["pytest_configure", "pytest_unconfigure"]

hypothesis.settings.register_profile("busy", deadline=None)
hypothesis.settings.load_profile("busy")

CITIES = (("panjin", "盘锦市", "panjin.test"), ("linshi", "邻市", "linshi.test"))
"""The demonstration city, and a second one in the same installation."""


TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser(FlaskClient):
    """A test client that asks at a city's own host, each time from outside: the application
    context of the test, its `g` and its place in a city are not the request's."""

    host = "localhost"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", f"http://{self.host}")
        return Context().run(super().open, *args, **kwargs)


@dataclass
class Cast:
    """One city with everybody in it. `actor("mengyan")` acts; `unit("大洼区住建局")` is a unit."""

    app: Flask
    city: City
    tenants: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, username: str) -> Actor:
        return self.actors[username]

    def unit(self, name: str) -> int:
        return self.units[name]

    def tenant(self, slug: str) -> int:
        return self.tenants[slug]

    def desk(self, username: str) -> str:
        return next(a.desk for a in people.ACCOUNTS if a.username == username)

    def client(self, username: str | None = None) -> Browser:
        """A browser at this city's host, signed in as somebody where a name is given."""
        client = Browser(self.app, Response, use_cookies=True)
        client.host = self.city.host
        if username is not None:
            key = (self.city.slug, username)
            if key not in _signed_in:
                _signed_in[key] = self._sign_in(username)
            sid = secrets.token_urlsafe(32)
            valkey.raw.set(f"session:{sid}", _signed_in[key], ex=1800)
            client.set_cookie("minxin", sid, domain=self.city.host)
        return client

    def _sign_in(self, username: str) -> bytes:
        """Sign in through the door; answers what the server keeps of the session."""
        door = self.client()
        path = f"/{self.desk(username)}/sign-in"
        data = {"username": username, "password": people.PASSWORD}
        if self.app.config["WTF_CSRF_ENABLED"]:
            data["csrf_token"] = TOKEN.search(door.get(path).text)[1]
        answer = door.post(path, data=data)
        assert answer.status_code == 302, f"{username} could not sign in"
        cookie = door.get_cookie("minxin", domain=self.city.host)
        assert cookie is not None
        return bytes(valkey.raw.get(f"session:{cookie.value}"))

    def standing(self, username: str | None = None):
        """Stand in the city as this person's login would (None: the city's login)."""
        actor = self.actors.get(username or "")
        if actor is None or actor.at_city_desk:
            return within(self.city.schema, login="city")
        return within(self.city.schema, login="tenant", tenant_id=actor.tenant_id)

    def enter(self, subject: str = "小区门口路灯不亮", at: datetime | None = None, **more) -> Case:
        """An appeal taken down by 林静, committed. Call it while standing in the city."""
        appeal = Appeal(subject=subject, body=more.pop("body", f"{subject}，请尽快处理。"), **more)
        case = enter(appeal, by=self.actor("linjing"), at=at or clock.now())
        db.session.commit()
        return case


_signed_in: dict[tuple[str, str], bytes] = {}
"""What a fresh session of an account holds. Each client gets a copy of its own: passwords are slow
on purpose, and a suite signs in some hundred times."""


@pytest.fixture(scope="session")
def settings(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    servers = test_servers(worker_id)
    folder: Path = tmp_path_factory.mktemp("data")
    return from_environment(
        {
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "SECRET_KEY": TEST_SECRET,
            "MINXIN_CONTACT_KEY": secrets.token_hex(32),
            "MINXIN_DATA": str(folder),
        }
    )


TEST_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
"""One for all processes of a run: the logins' passwords derive from it."""


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The application with two cities founded in this process's own database."""
    owner = create_engine(settings.database_urls["owner"])
    logins.prepare(owner, settings.database_urls)
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False  # tests/web/test_csrf.py switches it on
    for slug, name, host in CITIES:
        founding.found(owner, slug, name, host)
    owner.dispose()
    application.use(app)
    with app.app_context():
        for slug, _, _ in CITIES:
            with within(f"city_{slug}", login="city"):
                starter.fill(clock.now())
                people.settle()
                db.session.commit()
                _founded[slug] = organisation.kept()
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def _cast(app: Flask, slug: str) -> Cast:
    """Read once: a test that changes people finds them put back, ids and all."""
    city = app.extensions["cities"].by_slug(slug)
    if slug not in _everybody:
        with within(city.schema, login="city"):
            tenants = {t.slug: t.id for t in db.session.scalars(select(Tenant))}
            units = {u.name: u.id for u in db.session.scalars(select(Unit))}
            users = db.session.scalars(select(User)).all()
            _everybody[slug] = tenants, units, {u.username: signin.actor(u) for u in users}
    return Cast(app, city, *(dict(each) for each in _everybody[slug]))


_everybody: dict[str, tuple[dict[str, int], dict[str, int], dict[str, Actor]]] = {}
"""Tenants, units and actors of each city, by name."""


@pytest.fixture
def cast(context: Flask) -> Cast:
    """The first city for reading only: nothing is emptied afterwards."""
    return _cast(context, "panjin")


@pytest.fixture
def panjin(context: Flask) -> Iterator[Cast]:
    """The first city, as it was founded; what a test leaves in it is emptied afterwards."""
    yield _cast(context, "panjin")
    _empty(context, "panjin")


@pytest.fixture
def linshi(context: Flask) -> Iterator[Cast]:
    """The second city of the same installation."""
    yield _cast(context, "linshi")
    _empty(context, "linshi")


@pytest.fixture(scope="session")
def owner(app: Flask, settings: Settings) -> Iterator[Engine]:
    """The login that owns the tables: what only the people who run an installation have."""
    engine = create_engine(settings.database_urls["owner"])
    yield engine
    engine.dispose()


_founded: dict[str, organisation.Rows] = {}
"""The organisation and the rules of each city as they were founded."""


def _empty(app: Flask, slug: str) -> None:
    """Empty every table of cases by the owner, put the people back, and forget queues, sessions."""
    settings: Settings = app.extensions["settings"]
    owner = create_engine(settings.database_urls["owner"])
    with owner.begin() as connection:
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = :s"), {"s": f"city_{slug}"}
        ).all()
        wanted = [t for t in tables if t not in organisation.KEPT | {"alembic_version", "outbox"}]
        names = ", ".join(f'city_{slug}."{table}"' for table in wanted)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        # Its ids go on, as in life: they name RQ's jobs, and a worker that still cleans up after
        # one would take a new one of the same name along.
        connection.execute(text(f"TRUNCATE city_{slug}.outbox CONTINUE IDENTITY"))
    with within(f"city_{slug}", login="city"):
        organisation.put_inside_back(_founded[slug])
        db.session.commit()
        with owner.begin() as connection:
            organisation.put_outside_back(_founded[slug], connection, slug)
    owner.dispose()
    valkey.raw.flushdb()
