"""消息: the reminders of a person, newest first."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from minxin import clock
from minxin.access.permissions import Permission
from minxin.extensions import db
from minxin.notices import inbox
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.workbench import pages


@pages.get("/notices")
@permitted(Permission.DESK_VIEW)
def notices() -> str:
    """A page of reminders; the key of the next one is the last id."""
    after = request.args.get("after", "")
    key = int(after) if after.isdecimal() and len(after) < 19 else None
    rows, more = inbox.page(me().user_id or 0, after=key)
    here = "workbench.notices"
    return render_template(
        "workbench/notices.html",
        rows=rows,
        next_url=url_for(here, desk=g.desk.slug, after=more) if more else None,
        first_url=url_for(here, desk=g.desk.slug) if key else None,
    )


@pages.post("/notices/reading")
@permitted(Permission.DESK_VIEW)
def reading() -> Any:
    """Mark every reminder as read."""
    inbox.read_all(me().user_id or 0, clock.now())
    db.session.commit()
    flash("消息已全部标为已读", "done")
    return redirect(url_for("workbench.notices", desk=g.desk.slug), 303)
