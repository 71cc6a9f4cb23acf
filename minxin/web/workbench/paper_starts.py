"""出具文书: a paper is begun from a case or from a week's summary."""

from __future__ import annotations

import secrets
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Optional

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.comparison.summaries import Summary
from minxin.documents.kinds import PaperKind
from minxin.errors import Refused
from minxin.extensions import db
from minxin.papers import opening
from minxin.web.forms import CaseForm, TokenForm
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel, papers
from minxin.web.workbench.screening import BOTH

FOR = {
    PaperKind.REMINDER: "同一问题反复出现时，以正式函件提醒责任单位，签收可查",
    PaperKind.REQUEST: "把已呈报的请示做成纸质件，附领导批示栏",
    PaperKind.INVESTIGATION: "把经审签的调查处理报告做成纸质件",
    PaperKind.CASE_SHEET: "一件一页，供承办人员和领导传阅",
}
"""What each kind is for."""


class StartForm(CaseForm, TokenForm):
    """Which paper; the other cases that a 问题提醒函 rests on."""

    kind = RadioField(
        "文书种类", validate_choice=False, validators=[DataRequired("请选择文书种类")]
    )
    numbers = TextAreaField("其他有关诉求件编号", validators=[Optional()])


@pages.route("/cases/<number>/papers", methods=BOTH, endpoint="paper_start")
@permitted(P.PAPER_WRITE)
def start(number: str) -> Any:
    """Begin a paper about a case; the worker gathers its facts."""
    case = the_case(number, P.PAPER_WRITE)
    kinds = opening.kinds(me())
    form = StartForm(version=case.version)
    form.kind.choices = [(str(kind), kind.label) for kind in kinds]
    if request.method == "GET" and not form.refilled:
        form.token.data = secrets.token_urlsafe(16)
    begun: list[int] = []

    def begin() -> None:
        kind = next((each for each in kinds if each == form.kind.data), None)
        if kind is None:
            raise Refused("请选择文书种类", "kind")
        made = opening.of_case(
            kind,
            case,
            by=me(),
            at=clock.now(),
            numbers=(form.numbers.data or "").replace("，", " ").replace("、", " ").split(),
            token=f"{me().user_id}-{form.token.data}" if form.token.data else None,
        )
        begun.append(made.id)

    return panel.answer(
        "paper_start",
        case,
        form,
        begin,
        done="正在采集事实并起草，完成后可以修改。",
        then=lambda: url_for("workbench.paper", desk=g.desk.slug, paper_id=begun[0]),
        more=lambda: {
            "purposes": {str(kind): FOR[kind] for kind in kinds},
            "made": papers.about(case.id),
            "reminds": PaperKind.REMINDER in kinds,
        },
    )


@pages.post("/summaries/<int:summary_id>/paper", endpoint="summary_paper")
@permitted(P.SUMMARY_WRITE)
def start_of_week(summary_id: int) -> Any:
    """The paper of a week that was handed in."""
    summary = db.session.get(Summary, summary_id) if summary_id < 2**63 else None
    if summary is None or summary.tenant_id != g.desk.tenant_id:
        abort(404)
    if summary.unit_id != me().unit_id or not check.has(me(), P.PAPER_WRITE):
        abort(403)
    try:
        dropped = opening.dropped(summary)  # one that was given up is begun anew
        made = opening.of_week(
            summary, by=me(), at=clock.now(), token=f"summary-{summary.id}-{dropped}"
        )
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "warn")
        back = url_for("workbench.summary", desk=g.desk.slug, summary_id=summary_id)
        return redirect(back, 303)
    return redirect(url_for("workbench.paper", desk=g.desk.slug, paper_id=made.id), 303)
