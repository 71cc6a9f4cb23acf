"""评价 of an answer as staff took it down, and 归档 of what nobody judged."""

from __future__ import annotations

from typing import Any

from flask import request
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import judging
from minxin.cases.states import SATISFACTION
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted, the_case
from minxin.web.workbench import pages, panel
from minxin.web.workbench.acts import ACTS
from minxin.web.workbench.screening import BOTH

CITIZEN_SILENT = "诉求人在评价期内没有评价。"


class JudgementForm(CaseForm):
    """One of five levels, and how it was said."""

    satisfaction = RadioField(
        "诉求人的评价",
        choices=[(str(level), label) for level, label in SATISFACTION.items()],
        validators=[DataRequired("请选择满意程度")],
    )
    words = TextAreaField(
        "评价经过",
        validators=[
            DataRequired("请写明诉求人何时、以什么方式作出评价，怎么说的"),
            Length(max=judging.WORDS_LIMIT, message=f"不能超过{judging.WORDS_LIMIT}个字"),
        ],
    )


class ArchiveForm(CaseForm):
    """Why it is put away without a judgement."""

    reason = TextAreaField("归档理由", validators=[DataRequired("请写明理由")])


@pages.route("/cases/<number>/judgement", methods=BOTH, endpoint="judgement")
@permitted(P.CASE_FOLLOW_UP)
def judgement_page(number: str) -> Any:
    """登记评价, as the citizen said it by phone or on the spot."""
    case = the_case(number, P.CASE_FOLLOW_UP)
    form = JudgementForm(version=case.version)
    return panel.answer(
        "judgement",
        case,
        form,
        lambda: judging.judge(
            case, int(form.satisfaction.data), form.words.data or "", **panel.acting(form)
        ),
        done="评价已登记，该件办结，已告知回应单位。",
    )


@pages.route("/cases/<number>/archiving", methods=BOTH, endpoint="archiving")
@permitted(P.CASE_CLOSE)
def archiving_page(number: str) -> Any:
    """归档 once the citizen's time to judge is over."""
    case = the_case(number, P.CASE_CLOSE)
    form = ArchiveForm(version=case.version, reason=CITIZEN_SILENT)
    too_early = judging.hindrance(case, clock.now())
    if request.method == "GET" and too_early:
        return panel.show(ACTS["archiving"], case, form, status=409, blocked=too_early)
    return panel.answer(
        "archiving",
        case,
        form,
        lambda: judging.archive(case, form.reason.data or "", **panel.acting(form)),
        done="已归档。",
    )
