"""周总结: a station writes and hands in, the office sees who has, who is late, who is missing."""

from __future__ import annotations

from typing import Any

from flask import abort, g, render_template, request, url_for
from wtforms import TextAreaField
from wtforms.validators import Length

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.calendars.words import due_text
from minxin.cases.states import Kind
from minxin.comparison import summaries
from minxin.comparison.summaries import Summary
from minxin.extensions import db
from minxin.people.models import Unit
from minxin.web.console.acting import carried_out, went
from minxin.web.forms import Form
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.workbench import pages

_LONG = Length(max=summaries.TEXT_LIMIT, message=f"每项不能超过{summaries.TEXT_LIMIT}个字")
FIGURES = (
    ("received", "收到"),
    ("closed", "办结"),
    ("handled", "报结"),
    ("on_time", "其中按时"),
    ("rated", "有评价"),
    ("satisfied", "其中满意"),
    ("returned", "退件"),
    ("overdue", "现有超期"),
)


class SummaryForm(Form):
    """What the station says of its week."""

    course = TextAreaField("本周工作情况", validators=[_LONG])
    problems = TextAreaField("超期、退件和重点件", validators=[_LONG])
    plans = TextAreaField("下周打算", validators=[_LONG])


@pages.get("/summaries", endpoint="summaries")
@permitted(P.SUMMARY_VIEW)
def summaries_page() -> Any:
    """At the city's desk the stations by weeks; at a district's the own ones."""
    if g.desk.is_city:
        mondays = summaries.weeks()
        rows: dict[str, dict[Any, Summary]] = {}
        for summary, unit, tenant in summaries.of_weeks(mondays):
            rows.setdefault(unit if unit.startswith(tenant) else f"{tenant} {unit}", {})[
                summary.monday
            ] = summary
        values = {"mondays": mondays, "rows": rows}
        return render_template("oversight/summaries.html", standing=_standing, **values, **_words())
    own = summaries.of_station(me().unit_id or 0)
    return render_template("workbench/summaries.html", own=own, standing=_standing, **_words())


@pages.get("/summaries/<int:summary_id>", endpoint="summary")
@permitted(P.SUMMARY_VIEW)
def summary_page(summary_id: int) -> Any:
    """One week: written by its station, read by the office, printed by both."""
    return _page(_load(summary_id))


@pages.post("/summaries/<int:summary_id>", endpoint="summary_text")
@permitted(P.SUMMARY_WRITE)
def summary_text(summary_id: int) -> Any:
    """Save the draft, or hand it in."""
    summary = _load(summary_id)
    if summary.unit_id != me().unit_id:
        abort(403)
    form = SummaryForm()
    handing_in = request.form.get("then") == "submit"

    def act() -> None:
        texts = (form.course.data or "", form.problems.data or "", form.plans.data or "")
        summaries.write(summary, *texts, by=me(), at=clock.now())
        if handing_in:
            summaries.submit(summary, by=me(), at=clock.now())

    if carried_out(form, act):
        done = "周总结已提交市民心网办。" if handing_in else "草稿已保存，到期前请提交。"
        return went(done, url_for("workbench.summary", desk=g.desk.slug, summary_id=summary_id))
    return _page(_load(summary_id), form)


def _load(summary_id: int) -> Summary:
    summary = db.session.get(Summary, summary_id)
    if summary is None or not (g.desk.is_city or summary.tenant_id == g.desk.tenant_id):
        abort(404)
    return summary


def _page(summary: Summary, form: SummaryForm | None = None) -> Any:
    form = form or SummaryForm(None, obj=summary)
    own = check.has(me(), P.SUMMARY_WRITE) and summary.unit_id == me().unit_id
    return render_template(
        "workbench/summary.html",
        summary=summary,
        station=db.session.get_one(Unit, summary.unit_id).name,
        form=form,
        writing=own and summary.submitted_at is None,
        makes_paper=own and check.has(me(), P.PAPER_WRITE),
        standing=_standing,
        figures=[(label, summary.figures.get(name, 0)) for name, label in FIGURES],
        kinds=[(Kind(k).label, n) for k, n in summary.figures.get("kinds", {}).items() if n],
        **_words(),
    ), 422 if form.errors else 200


def _words() -> dict[str, Any]:
    return {"week": summaries.week_zh, "due": lambda each: due_text(each.due_at, clock.now())}


def _standing(summary: Summary | None) -> tuple[str, str]:
    """(words, level) of how a week stands."""
    if summary is None:
        return "—", "none"
    if summary.submitted_at is not None:
        return ("迟交", "late") if summary.late else ("按时提交", "fine")
    return ("未提交", "late") if clock.now() >= summary.due_at else ("待提交", "soon")
