"""跟踪件 on pages: a promise made, looked at again, kept."""

from __future__ import annotations

from typing import Any

from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from minxin.access.permissions import Permission as P
from minxin.cases import promises
from minxin.cases.promises import Vow
from minxin.web.console.acting import DayField
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted, the_case
from minxin.web.workbench import pages, panel
from minxin.web.workbench.screening import BOTH

_MOST = Length(max=promises.TEXT_LIMIT, message=f"不能超过{promises.TEXT_LIMIT}个字")


class PromiseForm(CaseForm):
    """What, until when, looked at next when."""

    promise = TextAreaField("承诺事项", validators=[DataRequired("请填写承诺事项"), _MOST])
    promised_on = DayField("承诺完成日期")
    review_on = DayField("下次复查日期")
    why = TextAreaField("改变承诺的理由", validators=[_MOST])


class ReviewForm(CaseForm):
    """How it stands, and when to look again."""

    text = TextAreaField("跟踪情况", validators=[DataRequired("请填写跟踪情况"), _MOST])
    review_on = DayField("下次复查日期")


class FulfilmentForm(CaseForm):
    """How the promise was kept."""

    text = TextAreaField("落实情况", validators=[DataRequired("请填写落实情况"), _MOST])


@pages.route("/cases/<number>/promise", methods=BOTH, endpoint="promise")
@permitted(P.CASE_TRACK)
def promise_page(number: str) -> Any:
    """列为跟踪件, or promise anew."""
    case = the_case(number, P.CASE_TRACK)
    form = PromiseForm(version=case.version)

    def track() -> None:
        vow = Vow(
            form.promise.data or "",
            form.promised_on.data,
            form.review_on.data,
            form.why.data or "",
        )
        promises.track(case, vow, **panel.acting(form))

    return panel.answer(
        "promise",
        case,
        form,
        track,
        done="已列为跟踪件，承诺和期限已告知诉求人。",
        more=lambda: {"before": promises.open_one(case)},
    )


@pages.route("/cases/<number>/promise-review", methods=BOTH, endpoint="promise_review")
@permitted(P.CASE_TRACK)
def promise_review_page(number: str) -> Any:
    """记录跟踪情况."""
    case = the_case(number, P.CASE_TRACK)
    form = ReviewForm(version=case.version)
    return panel.answer(
        "promise_review",
        case,
        form,
        lambda: promises.review(
            case, form.text.data or "", form.review_on.data, **panel.acting(form)
        ),
        done="跟踪情况已记录。",
        more=lambda: {"before": promises.open_one(case)},
    )


@pages.route("/cases/<number>/fulfilment", methods=BOTH, endpoint="fulfilment")
@permitted(P.CASE_TRACK)
def fulfilment_page(number: str) -> Any:
    """跟踪办结."""
    case = the_case(number, P.CASE_TRACK)
    form = FulfilmentForm(version=case.version)
    return panel.answer(
        "fulfilment",
        case,
        form,
        lambda: promises.fulfil(case, form.text.data or "", **panel.acting(form)),
        done="承诺已落实，诉求人可在进度页看到。",
        more=lambda: {"before": promises.open_one(case)},
    )
