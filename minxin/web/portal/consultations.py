"""网上公开征求意见: what the public is asked, and what it says."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from flask import (
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin import clock
from minxin.calendars.words import due_text
from minxin.cases import consulting
from minxin.cases.consulting import Stance
from minxin.errors import Refused
from minxin.extensions import db, limiter
from minxin.web.forms import TokenForm
from minxin.web.guards import everyone
from minxin.web.portal import challenge, pages
from minxin.web.portal.tracking import network

FROM_ONE_ADDRESS = "10 per hour"
ABOUT_ONE = "300 per hour"
"""Of all addresses together about one consultation: a flood only waits."""
TOO_MANY = "提交的意见太多了，请一小时后再试。写的内容还在这一页上"


class OpinionForm(TokenForm):
    """无异议 or 有异议, and why."""

    stance = RadioField(
        "对办理结果有没有异议",
        choices=[(each.value, each.label) for each in Stance],
        validators=[DataRequired("请选择有没有异议")],
    )
    words = TextAreaField(
        "意见",
        validators=[
            Length(
                max=consulting.OPINION_LIMIT,
                message=f"意见不能超过{consulting.OPINION_LIMIT}个字，请删减",
            )
        ],
    )

    def key(self) -> str:
        """One key for one text in one form: sent again it is the same opinion."""
        parts = (self.token.data or secrets.token_urlsafe(), self.stance.data, self.words.data)
        return hashlib.sha256("\x00".join(part or "" for part in parts).encode()).hexdigest()


@pages.get("/consultations")
@everyone
def consultations() -> Any:
    """What is asked now, the first to end on top."""
    now = clock.now()
    rows, after = consulting.open_ones(now, _after(request.args.get("after", "")))
    more = f"{after[0].isoformat()},{after[1]}" if after else None
    asked = [{"row": row, "until": due_text(row.ends_at, now)} for row in rows]
    return render_template("portal/consultations.html", asked=asked, more=more)


def _about() -> str:
    return f"{g.city.slug}:{(request.view_args or {}).get('consultation_id', '')}"


def _too_many(_: Any) -> Response:
    form = OpinionForm()
    form.form_errors.append(TOO_MANY)
    return make_response(_page((request.view_args or {})["consultation_id"], form), 429)


def _ask(_: Any) -> Response:
    """Over the limit: whoever answers the question is let in once more."""
    if challenge.solved():
        return make_response(_taken((request.view_args or {})["consultation_id"]))
    form = OpinionForm()
    form.form_errors.append(challenge.WRONG if challenge.tried() else challenge.ASKED)
    page = _page((request.view_args or {})["consultation_id"], form, challenge.new())
    return make_response(page, 429)


@pages.route("/consultations/<int:consultation_id>", methods=["GET", "POST"])
@limiter.limit(
    FROM_ONE_ADDRESS,
    key_func=network,
    methods=["POST"],
    on_breach=_ask,
)
@limiter.limit(ABOUT_ONE, key_func=_about, methods=["POST"], on_breach=_too_many)
@everyone
def consultation(consultation_id: int) -> Any:
    """One of them with its result, and the form for an opinion while it runs."""
    return _taken(consultation_id)


def _taken(consultation_id: int) -> Any:
    form = OpinionForm(token=secrets.token_urlsafe(16))
    if form.validate_on_submit():
        try:
            consulting.send_opinion(
                consultation_id,
                form.stance.data,
                form.words.data or "",
                token=form.key(),
                at=clock.now(),
            )
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.blame(refusal)
        else:
            flash("意见已收到，谢谢您。意见由工作人员汇总，不在网上公开。", "done")
            here = url_for("portal.consultation", consultation_id=consultation_id)
            return redirect(here, 303)
    return _page(consultation_id, form), 422 if form.errors else 200


def _page(
    consultation_id: int, form: OpinionForm, question: challenge.Question | None = None
) -> str:
    now = clock.now()
    found = consulting.published(consultation_id, now)
    if found is None:
        abort(404)
    return render_template(
        "portal/consultation.html",
        found=found,
        form=form,
        question=question,
        until=due_text(found.ends_at, now),
        over=now >= found.ends_at,
        limit=consulting.OPINION_LIMIT,
    )


def _after(text: str) -> tuple[datetime, int] | None:
    due, _, row_id = text.partition(",")
    try:
        at, number = datetime.fromisoformat(due), int(row_id)
    except ValueError:
        return None
    return (at, number) if at.tzinfo is not None and 0 <= number < 2**63 else None
