"""Founding a city: its schema, its tenants, and the rules it starts with."""

from __future__ import annotations

from sqlalchemy import Engine

from minxin.errors import Refused
from minxin.tenancy import registry, schemas
from minxin.tenancy.registry import SLUG, City


def found(owner: Engine, slug: str, name: str, host: str) -> City:
    """Make a city's schema and enter it in the registry. Raises Refused for a bad or taken slug."""
    if not SLUG.fullmatch(slug):
        raise Refused("城市代码只能用小写字母、数字和下划线，以字母开头", "slug")
    city = City(slug, name, host)
    registry.check_free(owner, slug, host)  # before the schema: a refusal leaves nothing behind
    schemas.create(owner, city.schema)
    return registry.register(owner, slug, name, host)
