"""诉求件: the whole register within a person's reach, and the search over it."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, url_for

from minxin import clock
from minxin.access.permissions import Permission
from minxin.cases import lists, search, tabs
from minxin.web import filters
from minxin.web.frame import totals
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.render import listed
from minxin.web.workbench import pages
from minxin.web.workbench.waiting import NOTHING, Nothing


@pages.get("/cases")
@permitted(Permission.CASE_VIEW)
def cases() -> Any:
    """All cases, or what the words find; a number leads straight to its case."""
    by = me()
    words = filters.words()
    number = lists.held(words, by) if "-" in words else None
    if number is not None:
        return redirect(url_for("workbench.case", desk=g.desk.slug, number=number))
    asked = filters.asked("workbench.cases", tabs.REGISTER, by)
    at = clock.now()
    tenant_id = None if g.desk.is_city else g.desk.tenant_id
    found = lists.page(by, asked.view, asked.filters, at=at, after=asked.after, tenant_id=tenant_id)
    return listed(
        "workbench/cases.html",
        asked,
        title="诉求件",
        tabs=[] if asked.filters.q else filters.tabs(asked, tabs.REGISTER, totals(), by),
        count=None if asked.chips else filters.count(asked.view, totals(), by),
        page=found,
        nothing=_nothing(asked),
        most=search.MOST,
    )


def _nothing(asked: filters.Asked) -> Nothing:
    if asked.filters.q:
        return Nothing(
            f"没有找到“{asked.filters.q}”",
            "可以换一个说法，或少写一个词；按编号查请写全，如20261122-00017。"
            "姓名、电话不能在这里查：登记时填写电话，会提示同号来件。",
        )
    return NOTHING[asked.view.key]
