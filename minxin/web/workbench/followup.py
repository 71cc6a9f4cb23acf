"""回访: the citizen is called, and what was said is written down."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin.access.permissions import Permission as P
from minxin.cases import contacts, followup, reachability, reporting
from minxin.cases.models import Case
from minxin.cases.states import SATISFACTION, CallOutcome
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.screening import BOTH

YES_NO = [("yes", "是"), ("no", "否"), ("unclear", "说不清")]
ANSWERS = {"yes": True, "no": False}
DECLINED = "declined"
"""He was reached and would not say."""
REASON = "回访核实办理结果"
"""Why the caller looks at the number: asked for, and given by one tap."""


class CallForm(CaseForm):
    """How the call went and the three questions: 联系、解决、满意."""

    outcome = RadioField(
        "回访结果",
        choices=[(each.value, each.label) for each in CallOutcome],
        validators=[DataRequired("请选择回访结果")],
    )
    contacted = RadioField(
        "承办单位是否联系过您", choices=YES_NO, validate_choice=False, default=""
    )
    solved = RadioField("问题是否解决", choices=YES_NO, validate_choice=False, default="")
    satisfaction = RadioField(
        "对办理结果是否满意",
        choices=[
            *((str(level), words) for level, words in SATISFACTION.items()),
            (DECLINED, "不愿评价"),
        ],
        validate_choice=False,
        default="",
    )
    remarks = TextAreaField(
        "回访情况",
        validators=[
            DataRequired("请填写回访情况"),
            Length(max=2000, message="回访情况不能超过2000个字"),
        ],
    )


@pages.route("/cases/<number>/follow-up", methods=BOTH, endpoint="follow_up")
@permitted(P.CASE_FOLLOW_UP)
def follow_up_page(number: str) -> Any:
    """One attempt; those that reach nobody leave the case waiting for the next."""
    case = the_case(number, P.CASE_FOLLOW_UP)
    form = CallForm(version=case.version)
    concluding = form.outcome.data in followup.CONCLUDING
    done = (
        "回访已完成，下一步初审评星。"
        if concluding
        else "本次回访已记录，没有联系上诉求人，请择时再次回访。"
    )
    return panel.answer(
        "follow_up",
        case,
        form,
        lambda: followup.record(case, _call(form), **panel.acting(form)),
        done=done,
        more=lambda: _known(case),
    )


def _call(form: CallForm) -> followup.Call:
    level = form.satisfaction.data or ""
    return followup.Call(
        outcome=form.outcome.data,
        remarks=form.remarks.data or "",
        contacted=ANSWERS.get(form.contacted.data or ""),
        solved=ANSWERS.get(form.solved.data or ""),
        satisfaction=int(level) if level.isdigit() else None,
        declined=level == DECLINED,
        unclear=frozenset(name for name in ("contacted", "solved") if form[name].data == "unclear"),
    )


def _known(case: Case) -> dict[str, Any]:
    """What the caller has at hand: the masked number, earlier attempts, the report's result."""
    seen = contacts.may_reveal(case, me())
    return {
        "phone_mask": contacts.mask(case, contacts.PHONE) if seen else "",
        "reveal_reason": REASON,
        "attempts": followup.attempts(case),
        "lacking": reachability.why_not(case),
        "report": next(iter(reporting.editions(case)), None),
    }
