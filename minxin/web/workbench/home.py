"""待办: what waits for this person, by what is to be done. The first page of a desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission
from minxin.cases import handling, lists, screening
from minxin.errors import Refused
from minxin.extensions import db
from minxin.web import filters
from minxin.web.frame import totals
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.render import listed
from minxin.web.workbench import pages
from minxin.web.workbench.waiting import NOTHING, TOGETHER, Together


@pages.get("/")
@permitted(Permission.DESK_VIEW)
def home() -> Any:
    """A desk begins with what waits there; the city's begins with its board (oversight)."""
    return redirect(url_for("workbench.todo", desk=g.desk.slug))


@pages.get("/todo")
@permitted(Permission.DESK_VIEW)
def todo() -> Any:
    """待办 of this person's role. Administrators see no case: their desk says what it is for."""
    by = me()
    views = lists.views(by)
    if not views:
        return render_template("workbench/administration.html")
    asked = filters.asked("workbench.todo", views, by)
    found = lists.page(by, asked.view, asked.filters, at=clock.now(), after=asked.after)
    together = TOGETHER.get(asked.view.key)
    return listed(
        "workbench/todo.html",
        asked,
        title="待办",
        tabs=filters.tabs(asked, views, totals(), by),
        count=None if asked.chips else filters.count(asked.view, totals(), by),
        page=found,
        nothing=NOTHING[asked.view.key],
        together=together if together and check.has(by, together.permission) else None,
    )


@pages.post("/claims")
@permitted(Permission.CASE_CLAIM)
def claims() -> Any:
    """认领 what was chosen in the list."""
    return _together(TOGETHER["unclaimed"], screening.claim)


@pages.post("/acceptances")
@permitted(Permission.CASE_ACCEPT)
def acceptances() -> Any:
    """签收 what was chosen in the list."""
    return _together(TOGETHER["dispatched"], handling.accept)


def _together(what: Together, verb: Callable[..., Any]) -> Any:
    """One verb for each chosen case, each in a transaction of its own; says which were refused."""
    numbers = list(dict.fromkeys(request.form.getlist("number")))[: lists.PAGE]
    done, refused = 0, []
    for number in numbers:
        try:
            verb(the_case(number, what.permission), by=me(), at=clock.now())
            db.session.commit()
            done += 1
        except (Refused, HTTPException) as error:
            db.session.rollback()
            why = error.message if isinstance(error, Refused) else "已不在您的办理范围内"
            refused.append(f"{number} 没有{what.label}：{why}")
    if not numbers:
        flash(f"请先选中要{what.label}的件", "warn")
    if done:
        flash(f"已{what.label} {done} 件，{what.next}", "done")
    for words in refused:
        flash(words, "warn")
    return redirect(url_for("workbench.todo", desk=g.desk.slug, view=what.view), 303)
