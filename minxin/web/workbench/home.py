"""The first page of a desk: what waits for this person."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, url_for

from minxin.access.permissions import Permission
from minxin.web.guards import permitted
from minxin.web.workbench import pages


@pages.get("/")
@permitted(Permission.DESK_VIEW)
def home() -> Any:
    """待办."""
    return redirect(url_for("workbench.password", desk=g.desk.slug))
