"""并案: a case is joined to the one that leads it, or stands by itself again."""

from __future__ import annotations

from typing import Any

from flask import request
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin.access.permissions import Permission as P
from minxin.cases import merging
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted, the_case
from minxin.web.workbench import pages, panel
from minxin.web.workbench.alike import alike
from minxin.web.workbench.screening import BOTH, ReasonForm

PHRASES = (
    "同一诉求人就同一事项重复反映。",
    "多名群众反映同一地点的同一问题，一并办理。",
)


class MergingForm(CaseForm):
    """Which case leads: one of those alike, or any other by its number; and why."""

    chosen = RadioField("主件", validate_choice=False)
    master = StringField(
        "其他主件的编号", validators=[Length(max=40, message="编号不能超过40个字")]
    )
    reason = TextAreaField(
        "并案理由",
        validators=[
            DataRequired("请写明并案的理由"),
            Length(max=1000, message="理由不能超过1000个字"),
        ],
    )


@pages.route("/cases/<number>/merging", methods=BOTH, endpoint="merging")
@permitted(P.CASE_MERGE)
def merging_page(number: str) -> Any:
    """Choose the master. What was typed wins over what was tapped."""
    case = the_case(number, P.CASE_MERGE)
    form = MergingForm(version=case.version, chosen=request.args.get("master"))
    form.chosen.choices = []
    return panel.answer(
        "merging",
        case,
        form,
        lambda: merging.merge(
            case,
            (form.master.data or "").strip() or form.chosen.data or "",
            form.reason.data or "",
            **panel.acting(form),
        ),
        done="已并案，本件随主件办理；诉求人在进度页可以看到主件的办理情况和答复。",
        more=lambda: {"alike": alike(case), "phrases": PHRASES},
    )


@pages.route("/cases/<number>/separation", methods=BOTH, endpoint="separation")
@permitted(P.CASE_MERGE)
def separation_page(number: str) -> Any:
    """解除并案: back to whoever separates it, as just claimed."""
    case = the_case(number, P.CASE_MERGE)
    form = ReasonForm(version=case.version)
    return panel.answer(
        "separation",
        case,
        form,
        lambda: merging.split(case, form.reason.data or "", **panel.acting(form)),
        done="已解除并案，该件由您认领，请继续规范定性和转办。",
    )
