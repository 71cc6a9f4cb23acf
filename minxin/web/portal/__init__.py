"""The public portal: / — by the public login, which can read no case table."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, url_for

from minxin.web.guards import everyone

pages = Blueprint("portal", __name__)


@pages.get("/healthz")
@everyone
def healthz() -> str:
    """The web process answers."""
    return "ok"


@pages.app_context_processor
def _portal() -> dict[str, Any]:
    """What templates/layout/portal.html reads; error pages outside every desk use it too."""
    if g.get("city") is None or g.get("desk") is not None:
        return {}
    links = [
        ("首页", url_for("portal.front")),
        ("公开征求意见", url_for("portal.consultations")),
        ("各区县办理情况", url_for("portal.results")),
        ("文书核验", url_for("portal.verify")),
        ("告知和须知", url_for("portal.notice")),
        ("工作人员登录", url_for("portal.desks")),
    ]
    return {"portal": {"city_name": g.city.name, "home_url": "/", "links": links}}


from minxin.web.portal import (  # noqa: E402,F401
    appraising,
    consultations,
    front,
    messages,
    published,
    results,
    submitting,
    tracking,
    verify,
)
