"""协办反馈: what a co-handling unit answers to the main one."""

from __future__ import annotations

from typing import Any

from flask import abort
from wtforms import MultipleFileField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin.access.permissions import Permission as P
from minxin.cases import cohandling, workflow
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.handling import about_files, attach_all
from minxin.web.workbench.screening import BOTH


class CoAnswerForm(CaseForm):
    """What was done, with what proves it."""

    text = TextAreaField(
        "协办情况",
        validators=[
            DataRequired("请填写协办情况"),
            Length(
                max=cohandling.TEXT_LIMIT,
                message=f"协办情况不能超过{cohandling.TEXT_LIMIT}个字",
            ),
        ],
    )
    files = MultipleFileField("附件")


@pages.route("/cases/<number>/co-answer", methods=BOTH, endpoint="co_answer")
@permitted(P.CASE_HANDLE)
def co_answer_page(number: str) -> Any:
    """Answer to the main unit; the own part is done with it."""
    case = the_case(number)
    if not workflow.permitted(case, me(), ("enter_log", "answer_co")):
        abort(403)
    form = CoAnswerForm(version=case.version)

    def answer() -> None:
        attach_all(case, form, part="handling")
        cohandling.answer(case, form.text.data or "", **panel.acting(form))

    return panel.answer(
        "co_answer",
        case,
        form,
        answer,
        done="协办情况已反馈给主办单位，本单位协办完成。",
        more=about_files,
    )
