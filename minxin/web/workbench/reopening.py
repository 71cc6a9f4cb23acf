"""重新办理: the request taken down, and decided."""

from __future__ import annotations

from typing import Any

from flask import request
from wtforms import TextAreaField
from wtforms.validators import Length

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import dispatch, reopening
from minxin.cases.dispatch import Order
from minxin.cases.models import Case
from minxin.cases.states import SATISFACTION, CloseMethod
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.acts import ACTS
from minxin.web.workbench.case_sheet import plain
from minxin.web.workbench.dispatch import PHRASES, OrderForm
from minxin.web.workbench.screening import BOTH, ReasonForm


class DecisionForm(OrderForm):
    """To a unit again, or no; then why."""

    reason = TextAreaField(
        "不予重新办理的理由", validators=[Length(max=1000, message="理由不能超过1000个字")]
    )

    def refuses(self) -> bool:
        """Is it the button that says no? Then the order need not be filled in."""
        return request.form.get("decision") == "refuse"

    def validate(self, extra_validators: Any = None) -> bool:
        """An order is checked only where there is to be one."""
        if self.refuses():
            for name in ("unit_id", "opinion"):
                self._fields[name].validators = []
        return bool(super().validate(extra_validators))


@pages.route("/cases/<number>/reopening-request", methods=BOTH, endpoint="reopening_request")
@permitted(P.CASE_REOPEN)
def reopening_request_page(number: str) -> Any:
    """登记重办申请 for a citizen who called."""
    case = the_case(number, P.CASE_REOPEN)
    form = ReasonForm(version=case.version)
    return panel.answer(
        "reopening_request",
        case,
        form,
        lambda: reopening.ask(case, form.reason.data or "", **panel.acting(form)),
        done="重办申请已登记，等待审核。",
    )


@pages.route("/cases/<number>/reopening", methods=BOTH, endpoint="reopening")
@permitted(P.CASE_REOPEN)
def reopening_page(number: str) -> Any:
    """重新办理 or not, beside the first closing."""
    case = the_case(number, P.CASE_REOPEN)
    asked = reopening.pending(case)
    form = DecisionForm(version=case.version)
    form.unit_id.choices, form.co_unit_ids.choices = [], []
    if request.method == "GET" and asked is None:
        return panel.show(ACTS["reopening"], case, form, status=409, blocked="没有待审核的重办申请")

    def decide() -> None:
        if form.refuses():
            reopening.refuse(case, form.reason.data or "", **panel.acting(form))
        else:
            order = Order(
                form.unit_id.data, form.opinion.data or "", tuple(form.co_unit_ids.data or ())
            )
            reopening.reopen(case, order, **panel.acting(form))

    done = (
        "未同意重新办理，理由已告知诉求人。"
        if form.refuses()
        else "已重新办理，重新计算办理时限；第一次结案的记录保留。"
    )
    return panel.answer("reopening", case, form, decide, done=done, more=lambda: _about(case, form))


def _about(case: Case, form: DecisionForm) -> dict[str, Any]:
    asked = reopening.pending(case)
    chosen = form.unit_id.data or (asked.unit_id if asked else None)
    values = {"units": dispatch.choices(clock.now()), "chosen": chosen}
    if asked is None:
        return {**values, "asked": None, "phrases": PHRASES["dispatch"]}
    return {
        **values,
        "phrases": PHRASES["dispatch"],
        "asked": asked,
        "asked_reason": plain(asked.reason, case, me()),
        "method": CloseMethod(asked.close_method).label if asked.close_method else "",
        "level": SATISFACTION.get(asked.satisfaction or 0, "没有评价"),
    }
