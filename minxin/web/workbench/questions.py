"""网络回应人诉求问题: the office asks a unit, the unit answers or passes it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, request, url_for
from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.calendars.explain import due_text, sentences
from minxin.cases import dispatch, questions, reach
from minxin.cases.dispatch import Order
from minxin.cases.models import Case
from minxin.cases.questions import Onward
from minxin.privacy.masks import numbers_in
from minxin.web.forms import CaseForm, row_id
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.case_sheet import plain
from minxin.web.workbench.screening import BOTH, next_page

OPINIONS = (
    "请网络回应人在4日内答复诉求人；不属本单位职责的，请在4日内分转。",
    "请对照政策规定逐项解答，写明依据和咨询电话。",
    "请答复办理条件、所需材料和办理地点。",
)
REASONS = (
    "该事项由该单位主管，不属本单位职责。",
    "该事项实行属地管理，由属地单位答复。",
    "该事项职责已经划转到该单位。",
)
"""Common words, to be put in by a tap."""


def _length(limit: int, name: str) -> Length:
    return Length(max=limit, message=f"{name}不能超过{limit}个字")


class AskForm(CaseForm):
    """To which unit, and what is asked of it."""

    unit_id = SelectField(
        "回应单位",
        coerce=row_id,
        validators=[DataRequired("请选择回应单位")],
        validate_choice=False,
        choices=(),
    )
    opinion = TextAreaField(
        "承办意见",
        validators=[DataRequired("请填写承办意见"), _length(2000, "承办意见")],
    )


class ForwardForm(CaseForm):
    """To which unit, and why it is that one's."""

    unit_id = SelectField(
        "分转至",
        coerce=row_id,
        validators=[DataRequired("请选择应答复的单位")],
        validate_choice=False,
        choices=(),
    )
    reason = TextAreaField(
        "分转理由",
        validators=[
            DataRequired("请写明分转的理由"),
            _length(questions.REASON_LIMIT, "分转理由"),
        ],
    )
    again_reason = TextAreaField(
        "再次分转给它的理由", validators=[_length(questions.REASON_LIMIT, "再次分转的理由")]
    )


class AnswerForm(CaseForm):
    """The answer that the citizen reads."""

    text = TextAreaField(
        "答复内容",
        validators=[DataRequired("请填写答复内容"), _length(questions.TEXT_LIMIT, "答复内容")],
    )
    checked = BooleanField("已核对，这些号码可以告知诉求人，不涉及他人个人信息")


@pages.route("/cases/<number>/question", methods=BOTH, endpoint="question")
@permitted(P.CASE_DISPATCH)
def question_page(number: str) -> Any:
    """转网络回应人: to one unit of any tenant, which then holds the case."""
    case = the_case(number, P.CASE_DISPATCH)
    form = AskForm(version=case.version)
    return panel.answer(
        "question",
        case,
        form,
        lambda: questions.ask(
            case, Order(form.unit_id.data, form.opinion.data or ""), **panel.acting(form)
        ),
        done=f"{number} 已转网络回应人，回应单位已收到提醒。",
        then=lambda: _way_on(number),
        more=lambda: {**_ask_choices(case, form), **_promise()},
    )


@pages.route("/cases/<number>/answer", methods=BOTH, endpoint="answer")
@permitted(P.QUESTION_ANSWER)
def answer_page(number: str) -> Any:
    """答复: read by the citizen as soon as it is sent."""
    case = the_case(number, P.QUESTION_ANSWER)
    form = AnswerForm(version=case.version)
    return panel.answer(
        "answer",
        case,
        form,
        lambda: questions.answer(
            case, form.text.data or "", checked=bool(form.checked.data), **panel.acting(form)
        ),
        done="已答复，诉求人现在可以看到答复并作出评价。",
        more=lambda: {
            "asked": plain(case.wording or case.body, case, me()),
            "numbers": numbers_in(form.text.data or ""),
        },
    )


@pages.route("/cases/<number>/forward", methods=BOTH, endpoint="forward")
@permitted(P.QUESTION_ANSWER)
def forward_page(number: str) -> Any:
    """分转: to a unit of any tenant; the case is that one's from then on."""
    if request.method == "POST" and _gone(number):
        flash(panel.TWICE, "info")
        return redirect(url_for("workbench.todo", desk=g.desk.slug), 303)
    case = the_case(number, P.QUESTION_ANSWER)
    form = ForwardForm(version=case.version)
    return panel.answer(
        "forward",
        case,
        form,
        lambda: questions.forward(case, _onward(form), **panel.acting(form)),
        done=f"{number} 已分转，新的单位重新计算4日。",
        then=lambda: _where_it_went(number),
        more=lambda: {
            "units": questions.onward_choices(case, clock.now()),
            "had": questions.had_before(case),
            "chosen": form.unit_id.data,
            "phrases": REASONS,
            **_promise(),
        },
        across=True,
    )


def _gone(number: str) -> bool:
    """Has this very form taken the case to another tenant already?"""
    return reach.find(number, me()) is None and questions.passed_on_just_now(
        number, by=me(), at=clock.now()
    )


def _onward(form: ForwardForm) -> Onward:
    return Onward(form.unit_id.data, form.reason.data or "", form.again_reason.data or "")


def _ask_choices(case: Case, form: AskForm) -> Mapping[str, Any]:
    return {
        "units": dispatch.choices(clock.now()),
        "had": frozenset(),
        "chosen": form.unit_id.data,
        "phrases": OPINIONS,
    }


def _promise() -> Mapping[str, Any]:
    """When the unit would have to answer, sent now, and why."""
    due = questions.preview(clock.now())
    return {"due": due_text(due.at), "why": sentences(due)}


def _way_on(number: str) -> str:
    if request.form.get("then") == "next":
        return next_page(number)
    return url_for("workbench.case", desk=g.desk.slug, number=number)


def _where_it_went(number: str) -> str:
    """The case, or the list where it went to a tenant that this person does not see."""
    if reach.find(number, me()) is None:
        return url_for("workbench.todo", desk=g.desk.slug)
    return url_for("workbench.case", desk=g.desk.slug, number=number)
