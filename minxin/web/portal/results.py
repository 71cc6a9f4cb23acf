"""各区县办理情况: the districts beside each other."""

from __future__ import annotations

from flask import render_template, request

from minxin import clock
from minxin.clock import local
from minxin.comparison import results
from minxin.web.guards import everyone
from minxin.web.portal import pages
from minxin.web.portal.published import months_before


@pages.get("/results", endpoint="results")
@everyone
def results_page() -> str:
    """Figures of a month by district; this month without one."""
    months = months_before(local(clock.now()).date())
    chosen = request.args.get("month", "")
    month = months.get(chosen) or next(iter(months.values()))
    return render_template(
        "portal/results.html", month=month, months=list(months), rows=results.of_month(month)
    )
