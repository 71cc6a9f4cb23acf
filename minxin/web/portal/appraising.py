"""A citizen judges the result of his case on the progress page, once."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for

from minxin import clock
from minxin.cases import appraising
from minxin.cases.appraising import View
from minxin.errors import Refused
from minxin.extensions import db
from minxin.web import remembering
from minxin.web.guards import everyone
from minxin.web.portal import pages
from minxin.web.portal.progress_forms import AppraisalForm
from minxin.web.portal.tracking import ask, seen, show

ANSWERS = {"yes": True, "no": False}


@pages.post("/tracking/<number>/appraisal")
@everyone
def appraisal(number: str) -> Any:
    """Judge the result; a worker registers it."""
    remembering.needed()
    found = seen(number)
    if found is None:
        return ask(number)
    form = AppraisalForm()
    if form.validate_on_submit():
        view = View(
            int(form.satisfaction.data),
            ANSWERS.get(form.contacted.data or ""),
            ANSWERS.get(form.solved.data or ""),
            form.words.data or "",
        )
        try:
            appraising.ask(found, view, at=clock.now())
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.blame(refusal)
        else:
            flash("评价已收到，谢谢您。", "done")
            return redirect(url_for("portal.tracked", number=number), 303)
    return show(found, appraisal=form), 422
