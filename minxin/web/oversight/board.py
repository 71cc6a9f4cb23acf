"""区县对比: the city's tenants side by side, and what waits in the city's own office."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from minxin import clock
from minxin.access.permissions import Permission
from minxin.cases import lists, tabs, workcalendar
from minxin.comparison import rollups
from minxin.comparison.rollups import Standing
from minxin.people.roles import Role
from minxin.web.frame import totals
from minxin.web.guards import permitted
from minxin.web.life import CITY_DESK, me
from minxin.web.oversight import pages

OPENS = {"in_hand": "open", "due_today": "due_today", "overdue": "overdue"}
"""Figure → the tab of the register that shows exactly its cases (cases.tabs.REGISTER)."""


@pages.get("/")
@permitted(Permission.BOARD_VIEW)
def board() -> str:
    """The first page of the city's desk."""
    at = clock.now()
    standings = rollups.standings(at)
    return render_template(
        "oversight/board.html",
        standings=standings,
        total=rollups.together(standings),
        since=clock.local(at).replace(day=1),
        until=clock.local(at),
        updated_at=max((s.updated_at for s in standings if s.updated_at), default=None),
        office=_office(),
        whose="待您批阅" if me().role is Role.LEADER else "市民心网办待办",
        ending=workcalendar.ending(clock.local(at).date()) if tabs.views(me()) else None,
        opened=_opened,
    )


def _opened(figure: str, standing: Standing | None = None) -> str:
    """The list behind a figure; of every tenant where none is given."""
    tenant: dict[str, Any] = (
        {"tenant": standing.tenant.slug} if standing and standing.tenant else {}
    )
    return url_for("workbench.cases", desk=CITY_DESK, view=OPENS[figure], **tenant)


def _office() -> list[dict[str, Any]]:
    """What lies with the city's office itself: the tabs of 待办 that count into it."""
    return [
        {
            "label": each.label,
            "count": lists.number_in(each, totals()) or 0,
            "url": url_for("workbench.todo", desk=CITY_DESK, view=each.key),
        }
        for each in tabs.views(me())
        if each.waits
    ]
