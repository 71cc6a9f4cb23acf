"""Sending a case on: 转办 by the office, 分派 by a station inside its district."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g, request, url_for
from wtforms import SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.calendars.explain import due_text, sentences
from minxin.cases import dispatch, ruling
from minxin.cases.models import Case
from minxin.web.forms import CaseForm, row_id
from minxin.web.guards import permitted, the_case
from minxin.web.workbench import pages, panel
from minxin.web.workbench.alike import alike
from minxin.web.workbench.screening import BOTH, next_page

PHRASES = {
    "dispatch": (
        "请按职责核实办理，并按时限报结。",
        "请调查核实后依法依规处理，将结果告知诉求人。",
        "请与诉求人联系，现场核实后办理。",
        "请会同协办单位研究办理，由主办单位统一报结。",
    ),
    "assignment": (
        "请按职责核实办理，并按时限报结。",
        "请到现场核实处理，将结果告知诉求人。",
        "请主要负责同志过问，限期解决。",
    ),
}
"""Common words of an 承办意见, to be put in by a tap."""


class OrderForm(CaseForm):
    """派单: the main unit, any co-handling units, and what is asked of them."""

    unit_id = SelectField(
        "主办单位",
        coerce=row_id,
        validators=[DataRequired("请选择主办单位")],
        validate_choice=False,
    )
    co_unit_ids = SelectMultipleField(
        "协办单位",
        coerce=row_id,
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    opinion = TextAreaField(
        "承办意见",
        validators=[
            DataRequired("请填写承办意见"),
            Length(max=2000, message="承办意见不能超过2000个字"),
        ],
    )


@pages.route("/cases/<number>/dispatch", methods=BOTH, endpoint="dispatch")
@permitted(P.CASE_DISPATCH)
def dispatch_page(number: str) -> Any:
    """转办: to a unit of any tenant, which then holds the case."""
    case = the_case(number, P.CASE_DISPATCH)
    form = _order_form(case)
    return panel.answer(
        "dispatch",
        case,
        form,
        lambda: dispatch.dispatch(case, _order(form), **panel.acting(form)),
        done=f"{number} 已转办，承办单位已收到待签收提醒。",
        then=lambda: _way_on(number),
        more=lambda: {
            **_choices(form, case, "dispatch"),
            **_promise(case),
            "alike": alike(case),
            "precedents": ruling.precedents(case),
        },
    )


@pages.route("/cases/<number>/assignment", methods=BOTH, endpoint="assignment")
@permitted(P.CASE_ASSIGN)
def assignment_page(number: str) -> Any:
    """分派: to a unit of the station's own district; the handling clock runs on."""
    case = the_case(number, P.CASE_ASSIGN)
    form = _order_form(case)
    return panel.answer(
        "assignment",
        case,
        form,
        lambda: dispatch.assign(case, _order(form), **panel.acting(form)),
        done="已分派，承办单位已收到待签收提醒。",
        more=lambda: {
            **_choices(form, case, "assignment"),
            "precedents": ruling.precedents(case),
        },
    )


def _order_form(case: Case) -> OrderForm:
    form = OrderForm(version=case.version)
    form.unit_id.choices, form.co_unit_ids.choices = [], []
    return form


def _order(form: OrderForm) -> dispatch.Order:
    return dispatch.Order(
        unit_id=form.unit_id.data,
        opinion=form.opinion.data or "",
        co_unit_ids=tuple(form.co_unit_ids.data or ()),
    )


def _choices(form: OrderForm, case: Case, act: str) -> Mapping[str, Any]:
    """Units to choose from; at first the station of the place that the case belongs to."""
    units = dispatch.choices(clock.now())
    if act == "assignment":
        units = [unit for unit in units if unit.tenant_id == case.tenant_id]
        units = [unit for unit in units if unit.id != case.unit_id]
    chosen = form.unit_id.data
    if chosen is None and request.method == "GET" and act == "dispatch":
        chosen = next(
            (u.id for u in units if u.kind == "station" and u.tenant_slug == case.district), None
        )
    return {"units": units, "chosen": chosen, "phrases": PHRASES[act]}


def _promise(case: Case) -> Mapping[str, Any]:
    """When the unit would have to be done, sent now, and why."""
    due = dispatch.preview(case, clock.now())
    provisional = "（暂定，放假安排录入后重算）" if due.provisional else ""
    return {"due": due_text(due.at) + provisional, "why": sentences(due)}


def _way_on(number: str) -> str:
    if request.form.get("then") == "next":
        return next_page(number)
    return url_for("workbench.case", desk=g.desk.slug, number=number)
