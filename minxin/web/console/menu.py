"""The sections of the console that this person may open, as tabs of each of its pages."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_login import current_user

from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.web.console import pages
from minxin.web.frame import MANAGING
from minxin.web.life import me

ORGANISING = (P.ORGANISATION_MANAGE, P.ROLE_MANAGE)

_SECTIONS = (
    ("提醒", "console.home", MANAGING),
    ("区县", "console.tenants", (P.TENANT_MANAGE,)),
    ("单位", "console.units", (P.ORGANISATION_MANAGE,)),
    ("人员", "console.people", ORGANISING),
    ("分类", "console.categories", (P.RULES_MANAGE,)),
    ("时限规则", "console.rules", (P.RULES_MANAGE,)),
    ("督办阶梯", "console.ladder", (P.RULES_MANAGE,)),
    ("工作日历", "console.calendar", (P.RULES_MANAGE,)),
    ("平台停机", "console.outages", (P.RULES_MANAGE,)),
    ("审计日志", "console.audit", (P.AUDIT_VIEW,)),
)


@pages.context_processor
def _values() -> dict[str, Any]:
    return {"menu": sections() if current_user.is_authenticated else []}


def sections() -> list[dict[str, Any]]:
    """Tabs (components/tabs.html)."""
    return [
        {"label": label, "url": url_for(endpoint), "current": _leads_here(endpoint)}
        for label, endpoint, permissions in _SECTIONS
        if any(check.has(me(), permission) for permission in permissions)
    ]


def _leads_here(endpoint: str) -> bool:
    path = url_for(endpoint)
    if endpoint == "console.home":
        return request.path == path
    return request.path == path or request.path.startswith(f"{path}/")
