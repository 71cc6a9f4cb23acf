"""A citizen follows a case with number and code, and may withdraw it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_limiter import RequestLimit, RouteLimit
from flask_limiter.util import get_remote_address
from wtforms import StringField
from wtforms.validators import DataRequired

from minxin import clock
from minxin.calendars.words import due_text
from minxin.cases import appraising, judging, messages, reopening, submission, tracking
from minxin.cases.models import Tracking
from minxin.cases.numbering import tidy_number
from minxin.cases.states import State
from minxin.errors import Refused
from minxin.extensions import csrf, db, limiter
from minxin.web import remembering
from minxin.web.forms import Form
from minxin.web.guards import everyone
from minxin.web.portal import opened, pages, progress
from minxin.web.portal.progress_forms import (
    AppraisalForm,
    JudgementForm,
    MessageForm,
    ReopeningForm,
    WithdrawalForm,
)

WRONG_FOR_A_NUMBER = "10 per hour"
"""From one address: whoever tries codes shuts out himself and not the citizen."""
WRONG_FROM_AN_ADDRESS = "30 per hour"
WRONG_FROM_ANYWHERE = "20 per minute"
"""For a number, from many addresses together. It only slows: a citizen waits for a minute at most,
and a year of it tries one in eighty thousand of the codes."""

WRONG = "编号和查询码对不上，请对照提交时的回执再输一次"
TOO_MANY = "输错的次数太多，为了保护诉求人，请一小时后再试"
TOO_MANY_NOW = "正有多人在查询这个编号且输错了查询码，为了保护诉求人，请一分钟后再试"
STALE = "页面打开得太久了，请再按一次“查询”"


class PairForm(Form):
    """Number and code."""

    number = StringField("诉求编号", validators=[DataRequired("请填写诉求编号")])
    code = StringField("查询码", validators=[DataRequired("请填写查询码")])


def _number() -> str:
    return f"{g.city.slug}:{tidy_number(request.form.get('number', ''))[:40]}"


def network() -> str:
    """The address that asks; of an IPv6 one its /64, which one household has to itself."""
    try:
        address = ip_address(get_remote_address())
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    return str(ip_network((address, 64 if address.version == 6 else 32), strict=False))


def _network_and_number() -> str:
    return f"{network()} {_number()}"


def _was_wrong(answer: Response) -> bool:
    return g.get("wrong_pair", False) is True


def _too_many(limit: RequestLimit) -> Response:
    form = PairForm()
    hour = limit.limit.get_expiry() > 60
    form.form_errors.append(TOO_MANY if hour else TOO_MANY_NOW)
    return make_response(_page(form), 429)


def _at_most(wrong: str, key: Callable[[], str]) -> RouteLimit:
    """Stop who has sent so many wrong pairs. Right ones never count."""
    return limiter.limit(
        wrong, key_func=key, methods=["POST"], deduct_when=_was_wrong, on_breach=_too_many
    )


@pages.route("/tracking", methods=["GET", "POST"])
@_at_most(WRONG_FOR_A_NUMBER, _network_and_number)
@_at_most(WRONG_FROM_AN_ADDRESS, network)
@_at_most(WRONG_FROM_ANYWHERE, _number)
@everyone
def track() -> Any:
    """Ask for number and code; both right, the session may see the case from then on.

    Closed while Valkey is away: nobody would count the codes that are tried.
    """
    remembering.needed()
    form = PairForm(number=request.args.get("number", ""))
    if form.validate_on_submit():
        found = tracking.open_with(form.number.data, form.code.data)
        if found is not None:
            opened.remember(found)
            return redirect(url_for("portal.tracked", number=found.number), 303)
        form.form_errors.append(WRONG)
        g.wrong_pair = True
    elif form.went_stale():
        form.form_errors.append(STALE)
    return _page(form), 422 if form.errors else 200


csrf.exempt(track)  # the form checks it itself, and keeps what was typed


@pages.get("/tracking/<number>")
@everyone
def tracked(number: str) -> Any:
    """The progress of a case that this session has opened; else the form, for any number."""
    remembering.needed()
    found = seen(number)
    return show(found) if found else ask(number)


@pages.post("/tracking/<number>/withdrawal")
@everyone
def withdrawal(number: str) -> Any:
    """Ask to withdraw; a worker carries it out and the progress says what came of it."""
    remembering.needed()
    found = seen(number)
    if found is None:
        return ask(number)
    form = WithdrawalForm()
    if form.validate_on_submit():
        try:
            submission.ask_withdrawal(found, form.reason.data, at=clock.now())
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.blame(refusal)
        else:
            flash("撤回申请已收到，正在处理。稍后刷新这一页，可以看到结果", "done")
            return redirect(url_for("portal.tracked", number=number), 303)
    return show(found, form=form), 422


@pages.post("/tracking/<number>/judgement")
@everyone
def judgement(number: str) -> Any:
    """Judge the answer, once; a worker registers it."""
    remembering.needed()
    found = seen(number)
    if found is None:
        return ask(number)
    form = JudgementForm()
    if form.validate_on_submit():
        try:
            level, words = int(form.satisfaction.data), form.words.data or ""
            judging.ask_judgement(found, level, words, at=clock.now())
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.blame(refusal)
        else:
            flash("评价已收到，谢谢您。稍后刷新这一页，可以看到登记结果", "done")
            return redirect(url_for("portal.tracked", number=number), 303)
    return show(found, judgement=form), 422


@pages.post("/tracking/<number>/code")
@everyone
def new_code(number: str) -> Any:
    """Take a new query code, where others may have seen the old one: it closes their pages."""
    remembering.needed()
    found = seen(number)
    if found is None:
        return ask(number)
    form = Form()
    if not form.validate_on_submit():
        return show(found), 422
    code = tracking.change_code(found)
    db.session.commit()
    opened.remember(found)
    return render_template("portal/new_code.html", number=found.number, code=code)


def seen(number: str) -> Tracking | None:
    """The tracking that this session has opened."""
    found = tracking.find(number)
    return found if found is not None and opened.may_see(found) else None


def ask(number: str) -> Any:
    """Ask for the code first, whatever the number."""
    return redirect(url_for("portal.track", number=number), 303)


def _page(form: PairForm) -> str:
    return render_template("portal/tracking.html", form=form)


def show(found: Tracking, **forms: Form) -> str:
    """The progress page; a form that could not be carried out is given and shown again."""
    now = clock.now()
    return render_template(
        "portal/progress.html",
        tracking=found,
        plain=Form(),
        form=forms.get("form") or WithdrawalForm(),
        judgement=forms.get("judgement") or JudgementForm(),
        judged=found.state == State.ANSWERED and judging.asked(found.number),
        steps=progress.steps(found, now),
        standing=progress.standing(found),
        unit=progress.unit_of(found),
        promise=progress.promise(found, now),
        waiting=progress.waiting(found, now),
        asked=submission.withdrawal_of(found.number),
        why_not=submission.why_not_withdrawable(found),
        reason_limit=submission.REASON_LIMIT,
        appraisal=forms.get("appraisal") or AppraisalForm(),
        may_appraise=found.state in appraising.ANSWERED,
        appraised=appraising.asked(found),
        message=forms.get("message") or MessageForm(token=secrets.token_urlsafe(16)),
        may_write=found.state not in messages.OVER,
        reopening=forms.get("reopening") or ReopeningForm(),
        why_not_again=reopening.why_not(found, now),
        again_until=due_text(found.reopen_until, now) if found.reopen_until else "",
    )
