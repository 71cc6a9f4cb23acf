"""The console: organisation and rules in the office's own hands. /console/…

The session's key names the desk (web.life): a tenant's administrator stands inside the tenant's
wall, the head of the city office reaches every tenant.
"""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("console", __name__, url_prefix="/console")

from minxin.web.console import (  # noqa: E402
    account,
    audit,
    calendar,
    categories,
    home,
    ladder,
    menu,
    outages,
    people,
    rosters,
    rules,
    tenants,
    unit,
    units,
)

__all__ = ["account", "audit", "calendar", "categories", "home", "ladder", "menu", "outages",
           "pages", "people", "rosters", "rules", "tenants", "unit", "units"]  # fmt: skip
