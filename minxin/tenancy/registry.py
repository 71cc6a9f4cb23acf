"""The registry of cities: the one table outside a city's schema."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from sqlalchemy import Boolean, Column, Engine, MetaData, Table, Text, insert, select
from sqlalchemy.exc import IntegrityError

from minxin.errors import Refused

HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?")
SLUG = re.compile(r"[a-z][a-z0-9_]{0,40}")

metadata = MetaData()
cities = Table(
    "cities",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("host", Text, nullable=False, unique=True),
    Column("active", Boolean, nullable=False, default=True),
    schema="public",
)


@dataclass(frozen=True)
class City:
    """One city of the installation."""

    slug: str
    name: str
    host: str

    @property
    def schema(self) -> str:
        """The PostgreSQL schema that holds everything of the city."""
        return f"city_{self.slug}"


class Registry:
    """The cities, read once in `fresh` seconds: asked for by every request."""

    def __init__(self, engine: Engine, fresh: float = 30.0) -> None:
        self._engine = engine
        self._fresh = fresh
        self._read_at = 0.0
        self._cities: tuple[City, ...] = ()

    def all(self) -> tuple[City, ...]:
        """Every active city."""
        if not self._cities or time.monotonic() - self._read_at > self._fresh:
            with self._engine.connect() as connection:
                rows = connection.execute(
                    select(cities.c.slug, cities.c.name, cities.c.host)
                    .where(cities.c.active)
                    .order_by(cities.c.slug)
                )
                self._cities = tuple(City(*row) for row in rows)
            self._read_at = time.monotonic()
        return self._cities

    def by_host(self, host: str) -> City | None:
        """The city that answers to a host name; the only city answers to any host."""
        every = self.all()
        if len(every) == 1:
            return every[0]
        name = re.sub(r":\d+$", "", host).lower()
        return next((city for city in every if city.host == name), None)

    def by_slug(self, slug: str) -> City | None:
        """The city with this slug."""
        return next((city for city in self.all() if city.slug == slug), None)


TAKEN = "城市代码或域名已被使用"


def check_free(engine: Engine, slug: str, host: str) -> None:
    """Raises Refused where the slug or the host belongs to a city, or the host is malformed."""
    if not HOST.fullmatch(host):
        raise Refused("域名只能用小写字母、数字、点和连字符，不带端口", "host")
    with engine.connect() as connection:
        wanted = (cities.c.slug == slug) | (cities.c.host == host)
        if connection.scalar(select(cities.c.slug).where(wanted)):
            raise Refused(TAKEN, "slug")


def register(engine: Engine, slug: str, name: str, host: str) -> City:
    """Enter a city. Raises Refused where the slug or the host is taken or malformed."""
    if not SLUG.fullmatch(slug):
        raise Refused("城市代码只能用小写字母、数字和下划线，以字母开头", "slug")
    try:
        with engine.begin() as connection:
            connection.execute(insert(cities).values(slug=slug, name=name, host=host, active=True))
    except IntegrityError:
        raise Refused(TAKEN, "slug") from None
    return City(slug, name, host)
