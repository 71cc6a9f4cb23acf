"""The public portal: / — by the public login, which can read no case table."""

from __future__ import annotations

from flask import Blueprint

from minxin.web.guards import everyone

pages = Blueprint("portal", __name__)


@pages.get("/healthz")
@everyone
def healthz() -> str:
    """The web process answers."""
    return "ok"


from minxin.web.portal import front, submitting, tracking  # noqa: E402,F401
