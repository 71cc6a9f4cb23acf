"""The front page, 告知和须知, the doors of the desks, and the large type switch."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from minxin.extensions import db
from minxin.tenancy.models import Tenant
from minxin.web.guards import everyone
from minxin.web.life import CITY_DESK
from minxin.web.portal import opened, pages, receipts

LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")
"""A path on this host and nothing that a browser reads as another one."""


@pages.get("/")
@everyone
def front() -> str:
    """Two ways in, and what happens to an appeal."""
    return render_template("portal/front.html")


@pages.get("/notice")
@everyone
def notice() -> str:
    """What is done with personal data, by which law, and what whoever appeals answers for."""
    return render_template("portal/notice.html")


@pages.get("/desks")
@everyone
def desks() -> str:
    """Where staff sign in: one door per tenant and one for the city's office."""
    tenants = db.session.execute(
        select(Tenant.slug, Tenant.name).where(Tenant.active).order_by(Tenant.rank, Tenant.id)
    ).all()
    doors = [
        (CITY_DESK, f"{g.city.name}民心网（市级工作台）"),
        *((t.slug, t.name) for t in tenants),
    ]
    return render_template("portal/desks.html", doors=doors)


@pages.get("/large-type")
@everyone
def large_type() -> Any:
    """Switch the large type on or off and go back. The portal's script does it on the spot."""
    back = request.args.get("back", "/")
    answer = redirect(back if LOCAL.fullmatch(back) else "/", 303)
    answer.set_cookie(
        "large_type",
        "1" if request.args.get("on") == "1" else "0",
        max_age=timedelta(days=365),
        samesite="Lax",
    )
    return answer


@pages.post("/leaving")
@everyone
def leaving() -> Any:
    """Forget what this browser has opened: for computers that others use next."""
    opened.forget()
    receipts.forget()
    flash("已清除。这台设备上不再能打开刚才的回执和进度，再查询时请用编号和查询码", "done")
    return redirect(url_for("portal.front"), 303)
