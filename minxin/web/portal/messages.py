"""A citizen writes about his case, and asks for it to be handled again."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from flask import Response, flash, g, make_response, redirect, request, url_for

from minxin import clock
from minxin.cases import messages, reopening
from minxin.cases.messages import Words
from minxin.errors import Refused
from minxin.extensions import db, limiter
from minxin.web import remembering
from minxin.web.guards import everyone
from minxin.web.portal import pages
from minxin.web.portal.progress_forms import MessageForm, ReopeningForm
from minxin.web.portal.tracking import ask, seen, show

ABOUT_ONE_CASE = "20 per hour"
TOO_MANY = "留言太多了，请一小时后再写。写的内容还在这一页上"


def _about() -> str:
    return f"{g.city.slug}:{(request.view_args or {}).get('number', '')}"


def _too_many(_: Any) -> Response:
    number = str((request.view_args or {}).get("number", ""))
    found = seen(number)
    if found is None:
        return make_response(ask(number))
    form = MessageForm()
    form.form_errors.append(TOO_MANY)
    return make_response(show(found, message=form), 429)


@pages.post("/tracking/<number>/messages")
@limiter.limit(ABOUT_ONE_CASE, key_func=_about, on_breach=_too_many)
@everyone
def message(number: str) -> Any:
    """Write a message; a worker brings it to the case."""
    remembering.needed()
    found = seen(number)
    if found is None:
        return ask(number)
    form = MessageForm()
    if form.validate_on_submit():
        token = form.token.data or secrets.token_urlsafe()
        key = hashlib.sha256(f"{number}\x00{token}\x00{form.text.data}".encode()).hexdigest()
        try:
            words = Words(form.kind.data, form.text.data or "")
            messages.send(found, words, token=key, at=clock.now())
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.blame(refusal)
        else:
            flash("留言已收到。稍后刷新这一页，可以看到处理情况", "done")
            return redirect(url_for("portal.tracked", number=number), 303)
    return show(found, message=form), 422


@pages.post("/tracking/<number>/reopening")
@everyone
def reopening_request(number: str) -> Any:
    """Ask for it again, within the window."""
    remembering.needed()
    found = seen(number)
    if found is None:
        return ask(number)
    form = ReopeningForm()
    if form.validate_on_submit():
        try:
            reopening.send(found, form.reason.data or "", at=clock.now())
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.blame(refusal)
        else:
            flash("重新办理的申请已收到，审核结果会写在办理过程里", "done")
            return redirect(url_for("portal.tracked", number=number), 303)
    return show(found, reopening=form), 422
