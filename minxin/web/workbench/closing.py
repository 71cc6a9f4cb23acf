"""The end of a case: its stars, its closing, and a citizen who withdraws it."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from minxin.access.permissions import Permission as P
from minxin.cases import closing, rating
from minxin.cases.states import CloseMethod
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted, the_case
from minxin.web.workbench import pages, panel
from minxin.web.workbench.screening import BOTH, ReasonForm


class RatingForm(CaseForm):
    """Stars and why."""

    stars = RadioField(
        "星级",
        coerce=int,
        choices=[(n, str(n)) for n in range(rating.MOST + 1)],
        validators=[InputRequired("请选择评定的星级（0—10星）")],
    )
    opinion = TextAreaField(
        "评星意见",
        validators=[
            DataRequired("请填写评星意见"),
            Length(max=2000, message="评星意见不能超过2000个字"),
        ],
    )


class ClosingForm(CaseForm):
    """结案方式, which the report proposed."""

    close_method = RadioField(
        "结案方式",
        choices=[(each.value, each.label) for each in CloseMethod],
        validators=[DataRequired("请选择结案方式")],
    )


@pages.route("/cases/<number>/rating", methods=BOTH, endpoint="rating")
@permitted(P.CASE_RATE)
def rating_page(number: str) -> Any:
    """初审评星, beside the facts that it rests on."""
    case = the_case(number, P.CASE_RATE)
    form = RatingForm(version=case.version)
    return panel.answer(
        "rating",
        case,
        form,
        lambda: rating.rate(
            case, stars=form.stars.data, opinion=form.opinion.data or "", **panel.acting(form)
        ),
        done="评星已保存，下一步结案。",
        more=lambda: {"basis": rating.basis(case)},
    )


@pages.route("/cases/<number>/closing", methods=BOTH, endpoint="closing")
@permitted(P.CASE_CLOSE)
def closing_page(number: str) -> Any:
    """结案."""
    case = the_case(number, P.CASE_CLOSE)
    form = ClosingForm(version=case.version, close_method=closing.proposed(case))
    return panel.answer(
        "closing",
        case,
        form,
        lambda: closing.close(case, method=form.close_method.data, **panel.acting(form)),
        done="已结案，诉求人可以在进度页看到结果。",
    )


@pages.route("/cases/<number>/withdrawal", methods=BOTH, endpoint="withdrawal")
@permitted(P.CASE_WITHDRAW)
def withdrawal_page(number: str) -> Any:
    """撤回, taken down for the citizen."""
    case = the_case(number, P.CASE_WITHDRAW)
    form = ReasonForm(version=case.version)
    return panel.answer(
        "withdrawal",
        case,
        form,
        lambda: closing.withdraw(case, reason=form.reason.data, **panel.acting(form)),
        done="已登记撤回，该件不再办理。",
    )
