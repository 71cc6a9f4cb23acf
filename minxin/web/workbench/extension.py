"""延期: the unit asks, the head of the office decides, both with the dates before them."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.calendars.due import Due
from minxin.calendars.explain import sentences
from minxin.calendars.words import due_text
from minxin.cases import extensions
from minxin.cases.extensions import Decision, Extension, Wish
from minxin.cases.models import Case
from minxin.extensions import htmx
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.acts import ACTS
from minxin.web.workbench.case_sheet import plain
from minxin.web.workbench.screening import BOTH

WORKING = "extension-working"
"""The part of both pages that shows how the new date is counted."""

OPINIONS = ("同意延期。", "同意延期，请抓紧办理，延期内务必办结。")
CITIZEN_REASONS = (
    "办理事项需要现场施工，所需时间较长。",
    "需要有关部门共同核实情况，所需时间较长。",
    "需要检测、鉴定，等待结果。",
    "受天气影响，施工顺延。",
)


def _length(limit: int, name: str) -> Length:
    return Length(max=limit, message=f"{name}不能超过{limit}个字")


class AskForm(CaseForm):
    """How long, and why."""

    workdays = RadioField("申请延长", validate_choice=False, default="5")
    reason = TextAreaField(
        "延期理由",
        validators=[
            DataRequired("请写明理由"),
            _length(extensions.REASON_LIMIT, "延期理由"),
        ],
    )
    exception = TextAreaField(
        "例外情形说明", validators=[_length(extensions.REASON_LIMIT, "例外情形说明")]
    )


class DecisionForm(CaseForm):
    """Grant so many workdays, or refuse with a reason."""

    workdays = RadioField("批准延长", validate_choice=False)
    opinion = TextAreaField("审批意见", validators=[_length(1000, "审批意见")])
    citizen_reason = TextAreaField(
        "告知诉求人的延期理由", validators=[_length(extensions.CITIZEN_LIMIT, "告知诉求人的理由")]
    )
    reason = TextAreaField("不予延期的理由", validators=[_length(1000, "理由")])


@pages.route("/cases/<number>/extension", methods=BOTH, endpoint="extension")
@permitted(P.EXTENSION_ASK)
def extension_page(number: str) -> Any:
    """申请延期. htmx asks for the working alone when another number of days is chosen."""
    case = the_case(number, P.EXTENSION_ASK)
    dues = extensions.previews(case, extensions.longest())
    if htmx and htmx.target == WORKING:
        return _working(dues)
    form = AskForm(version=case.version, workdays=str(len(dues)))
    form.workdays.choices = _choices(dues)
    why_not = extensions.hindrance(case, clock.now())
    if request.method == "GET" and why_not:
        return panel.show(ACTS["extension"], case, form, status=409, blocked=why_not)
    return panel.answer(
        "extension",
        case,
        form,
        lambda: extensions.ask(case, _wish(form), **panel.acting(form)),
        done="延期申请已提交，等待市民心网办负责人审批。批准前原时限不变，请继续办理。",
        more=lambda: _about_asking(case, form, dues),
    )


@pages.route("/cases/<number>/extension-decision", methods=BOTH, endpoint="extension_decision")
@permitted(P.EXTENSION_DECIDE)
def extension_decision_page(number: str) -> Any:
    """批准, for at most what was asked, or 不予延期."""
    case = the_case(number, P.EXTENSION_DECIDE)
    asked = extensions.pending(case)
    dues = extensions.previews(case, asked.workdays, asked) if asked else []
    if htmx and htmx.target == WORKING:
        return _working(dues)
    form = _decision_form(case, asked, dues)
    act = ACTS["extension_decision"]
    if request.method == "GET" and asked is None:
        return panel.show(act, case, form, status=409, blocked="没有等待审批的延期申请")
    refusing = request.form.get("decision") == "refuse"

    def decide() -> None:
        if refusing:
            extensions.refuse(case, form.reason.data or "", **panel.acting(form))
        else:
            extensions.grant(case, _decision(form), **panel.acting(form))

    done = (
        "未批准延期，原时限不变，已告知承办单位。"
        if refusing
        else "已批准延期，新的时限已告知承办单位，诉求人可在进度页看到新的日期和理由。"
    )
    return panel.answer(
        "extension_decision",
        case,
        form,
        decide,
        done=done,
        more=lambda: _about_deciding(case, form, dues),
    )


def _wish(form: AskForm) -> Wish:
    return Wish(_number(form.workdays.data), form.reason.data or "", form.exception.data or "")


def _decision(form: DecisionForm) -> Decision:
    return Decision(
        _number(form.workdays.data), form.opinion.data or "", form.citizen_reason.data or ""
    )


def _decision_form(case: Case, asked: Extension | None, dues: list[Due]) -> DecisionForm:
    form = DecisionForm(
        version=case.version, workdays=str(asked.workdays if asked else 1), opinion=OPINIONS[0]
    )
    form.workdays.choices = _choices(dues)
    return form


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 4 else None


def _choices(dues: list[Due]) -> list[tuple[str, str]]:
    return [
        (str(days), f"{days}个工作日，至{due_text(due.at)}") for days, due in enumerate(dues, 1)
    ]


def _chosen(dues: list[Due], value: str | None) -> Due | None:
    days = _number(value) or 0
    return dues[days - 1] if 1 <= days <= len(dues) else None


def _working(dues: list[Due]) -> Any:
    due = _chosen(dues, request.args.get("workdays"))
    return render_template("workbench/_extension_working.html", **_shown(due))


def _shown(due: Due | None) -> dict[str, Any]:
    return {
        "new_due": due_text(due.at) if due else "",
        "why": sentences(due) if due else [],
        "working_id": WORKING,
    }


def _about_asking(case: Case, form: AskForm, dues: list[Due]) -> dict[str, Any]:
    running = extensions.handling(case)
    return {
        "old_due": due_text(running.due_at) if running else "",
        "again": extensions.granted(case) > 0,
        **_shown(_chosen(dues, form.workdays.data)),
    }


def _about_deciding(case: Case, form: DecisionForm, dues: list[Due]) -> dict[str, Any]:
    asked, running = extensions.pending(case), extensions.handling(case)
    if asked is None:  # somebody decided it, or it lapsed, while the form was open
        return {"asked": None}
    return {
        "asked": asked,
        "asked_reason": plain(asked.reason, case, me()),
        "asked_exception": plain(asked.exception, case, me()),
        "times": extensions.granted(case),
        "old_due": due_text(asked.due_before),
        "overdue": running is not None and running.due_at <= clock.now(),
        "opinions": OPINIONS,
        "citizen_reasons": CITIZEN_REASONS,
        **_shown(_chosen(dues, form.workdays.data)),
    }
