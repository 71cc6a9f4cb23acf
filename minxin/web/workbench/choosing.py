"""自选件, 问题提醒函 and 省评星 on pages."""

from __future__ import annotations

import secrets
from typing import Any

from flask import g, request, url_for
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import choosing, dispatch, origins
from minxin.cases.rating import MOST
from minxin.exchange import letters
from minxin.web.forms import CaseForm, TokenForm, row_id
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.screening import BOTH, ReasonForm


class ReminderForm(CaseForm, TokenForm):
    """To which unit, about which cases, in which words."""

    unit_id = SelectField(
        "收件单位",
        coerce=row_id,
        validators=[DataRequired("请选择收件单位")],
        validate_choice=False,
    )
    numbers = TextAreaField("有关诉求件编号", validators=[DataRequired("请至少填写一件诉求的编号")])
    title = StringField(
        "标题",
        validators=[
            DataRequired("请填写标题"),
            Length(max=letters.TITLE_LIMIT, message=f"标题不能超过{letters.TITLE_LIMIT}个字"),
        ],
    )
    text = TextAreaField(
        "正文",
        validators=[
            DataRequired("请填写正文"),
            Length(max=letters.TEXT_LIMIT, message=f"正文不能超过{letters.TEXT_LIMIT}个字"),
        ],
    )


class StarsForm(CaseForm):
    """The province's stars."""

    stars = RadioField(
        "省评星",
        coerce=int,
        choices=[(n, str(n)) for n in range(MOST + 1)],
        validators=[InputRequired("请选择省评星")],
    )


@pages.route("/cases/<number>/choice", methods=BOTH, endpoint="choice")
@permitted(P.CASE_CHOOSE)
def choice_page(number: str) -> Any:
    """列为自选件."""
    case = the_case(number, P.CASE_CHOOSE)
    form = ReasonForm(version=case.version)
    return panel.answer(
        "choice",
        case,
        form,
        lambda: choosing.choose(case, form.reason.data or "", **panel.acting(form)),
        done="已列为自选件，可在诉求件列表按“自选件”查看。",
    )


@pages.route("/cases/<number>/choice-removal", methods=BOTH, endpoint="choice_removal")
@permitted(P.CASE_CHOOSE)
def choice_removal_page(number: str) -> Any:
    """取消自选件."""
    case = the_case(number, P.CASE_CHOOSE)
    form = ReasonForm(version=case.version)
    return panel.answer(
        "choice_removal",
        case,
        form,
        lambda: choosing.drop(case, form.reason.data or "", **panel.acting(form)),
        done="已取消自选件。",
    )


@pages.route("/cases/<number>/reminder-letter", methods=BOTH, endpoint="reminder_letter")
@permitted(P.CASE_TRACK)
def reminder_letter_page(number: str) -> Any:
    """问题提醒函 on a recurring problem, resting on this case and others."""
    case = the_case(number, P.CASE_TRACK)
    form = ReminderForm(version=case.version, numbers=case.number)
    form.unit_id.choices = []
    if request.method == "GET" and not form.refilled:
        form.token.data = secrets.token_urlsafe(16)

    def send() -> None:
        acting = panel.acting(form)
        choosing.remind(
            form.unit_id.data,
            form.title.data or "",
            form.text.data or "",
            (form.numbers.data or "").replace("，", " ").replace("、", " ").split(),
            by=acting["by"],
            at=acting["at"],
            token=f"{me().user_id}-{form.token.data}" if form.token.data else None,
        )

    return panel.answer(
        "reminder_letter",
        case,
        form,
        send,
        done="问题提醒函已发出，有关的件已列为问题提醒件，请关注签收和回复。",
        then=lambda: url_for("workbench.letters", desk=g.desk.slug, box="out"),
        more=lambda: {
            "units": [u for u in dispatch.choices(clock.now()) if u.id != me().unit_id],
            "chosen": form.unit_id.data or case.unit_id,
        },
    )


@pages.route("/cases/<number>/provincial-stars", methods=BOTH, endpoint="provincial_stars")
@permitted(P.CASE_RATE)
def provincial_stars_page(number: str) -> Any:
    """登记省评星, beside ours."""
    case = the_case(number, P.CASE_RATE)
    form = StarsForm(version=case.version, stars=case.provincial_stars)
    return panel.answer(
        "provincial_stars",
        case,
        form,
        lambda: origins.enter_stars(case, form.stars.data, **panel.acting(form)),
        done="省评星已登记，本市评星不变。",
    )
