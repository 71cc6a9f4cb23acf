"""反馈批示 and 登记送阅: what the office reports to a leader, and that he has read it."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin.access.permissions import Permission as P
from minxin.cases import feedback
from minxin.cases.instructions import Instruction
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted, the_case
from minxin.web.workbench import pages, panel
from minxin.web.workbench.screening import BOTH


class FeedbackForm(CaseForm):
    """On which 批示, and what was done."""

    given = RadioField(
        "批示", validate_choice=False, validators=[DataRequired("请选择要反馈的批示")]
    )
    text = TextAreaField(
        "办理情况反馈",
        validators=[
            DataRequired("请填写办理情况"),
            Length(max=feedback.TEXT_LIMIT, message=f"反馈不能超过{feedback.TEXT_LIMIT}个字"),
        ],
    )


class ReadingForm(CaseForm):
    """Which feedback was shown, and how."""

    given = RadioField("批示", validate_choice=False, validators=[DataRequired("请选择批示")])
    how = TextAreaField(
        "送阅情况",
        validators=[
            DataRequired("请写明何时以何种方式送阅"),
            Length(max=feedback.HOW_LIMIT, message=f"不能超过{feedback.HOW_LIMIT}个字"),
        ],
    )


@pages.route("/cases/<number>/instruction-feedback", methods=BOTH, endpoint="instruction_feedback")
@permitted(P.INSTRUCTION_REQUEST)
def feedback_page(number: str) -> Any:
    """反馈批示."""
    case = the_case(number, P.INSTRUCTION_REQUEST)
    form = FeedbackForm(version=case.version)
    _offer(form, feedback.unanswered(case))
    return panel.answer(
        "instruction_feedback",
        case,
        form,
        lambda: feedback.report_back(
            case, _chosen(form), form.text.data or "", **panel.acting(form)
        ),
        done="已反馈，等待领导阅示。",
    )


@pages.route("/cases/<number>/instruction-reading", methods=BOTH, endpoint="instruction_reading")
@permitted(P.INSTRUCTION_REQUEST)
def reading_page(number: str) -> Any:
    """登记送阅, for a leader without an account."""
    case = the_case(number, P.INSTRUCTION_REQUEST)
    form = ReadingForm(version=case.version)
    _offer(form, feedback.unread(case))
    return panel.answer(
        "instruction_reading",
        case,
        form,
        lambda: feedback.enter_reading(
            case, _chosen(form), form.how.data or "", **panel.acting(form)
        ),
        done="送阅情况已登记，该批示办结。",
    )


def _offer(form: FeedbackForm | ReadingForm, given: list[Instruction]) -> None:
    form.given.choices = [(str(each.id), _named(each)) for each in given]
    if len(given) == 1 and not form.is_submitted():
        form.given.data = str(given[0].id)


def _named(each: Instruction) -> str:
    day = f"{each.given_on.month}月{each.given_on.day}日"
    return f"{each.leader}（{each.leader_title}）{day}：{each.text[:30] or '见扫描件'}"


def _chosen(form: FeedbackForm | ReadingForm) -> int | None:
    given = str(form.given.data or "")
    return int(given) if given.isdecimal() and len(given) < 19 else None
