"""An act in place: the case page with one act's form open, and what follows its submit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from minxin import clock
from minxin.cases import workflow
from minxin.cases.models import Case
from minxin.errors import Refused
from minxin.extensions import db, htmx
from minxin.tenancy import custody
from minxin.web import carried
from minxin.web.forms import CaseForm
from minxin.web.guards import the_case
from minxin.web.life import me
from minxin.web.workbench.acts import ACTS, ATTACHMENTS, Act
from minxin.web.workbench.case_sheet import sheet

More = Callable[[], Mapping[str, Any]]

TWICE = "您刚才已经完成了这一步，重复提交没有再次执行。"


def answer(
    name: str,
    case: Case,
    form: CaseForm,
    verb: Callable[[], object],
    *,
    done: str,
    then: Callable[[], str] | None = None,
    more: More = dict,
    across: bool = False,
) -> Any:
    """The whole of an act's view: its form on GET; on POST the verb, the commit and the way on.

    done: what the next page says · then: its address (the case page without one) · more: values
    of the act's own template, asked for only where it is shown · across: it may hand the case to
    another tenant.
    """
    act = ACTS.get(name, ATTACHMENTS)
    if request.method == "GET":
        blocked = _blocked(act, case)
        return show(act, case, form, more, 409 if blocked else 200, blocked=blocked)
    number = case.number
    try:
        with custody.across(case.id) if across else nullcontext():
            status = _carry_out(form, verb)
    except workflow.Conflict as conflict:
        db.session.rollback()
        case = the_case(number)
        if workflow.just_made(case, act.moves, form.version.data, by=me(), at=clock.now()):
            flash(TWICE, "info")
            return see(number)
        form.conflict, status = True, 409
        form.form_errors.append(conflict.message)
    if not status:
        flash(done, "done")
        return see(number, then() if then else None)
    case = the_case(number)
    form.version.raw_data, form.version.data = None, case.version
    return show(act, case, form, more, status)


def show(
    act: Act,
    case: Case,
    form: CaseForm | None,
    more: More = dict,
    status: int = 200,
    *,
    blocked: str = "",
) -> Any:
    """The case page with the act open, or the act alone where htmx swaps it in."""
    if blocked:
        carried.not_shown()
    values = {"act": act, "form": form, "blocked": blocked, **({} if blocked else more())}
    if htmx and not htmx.history_restore_request and request.method == "GET":
        return render_template("workbench/_action.html", case=case, **values), 200
    return render_template("workbench/case.html", **sheet(case, **values)), status


def see(number: str, address: str | None = None) -> Any:
    """Go and see the case (or another page) after an act."""
    return redirect(address or url_for("workbench.case", desk=g.desk.slug, number=number), 303)


def acting(form: CaseForm) -> dict[str, Any]:
    """Who acts, when, and from which version of the case: what every verb is told."""
    return {"by": me(), "at": clock.now(), "version": form.version.data}


def _carry_out(form: CaseForm, verb: Callable[[], object]) -> int:
    """Validate and do it: 0 where it was done and committed, 422 where the form says why not."""
    if not form.validate():
        return 422
    try:
        verb()
        db.session.commit()
    except workflow.Conflict:
        raise
    except Refused as refusal:
        db.session.rollback()
        form.blame(refusal)
        return 422
    return 0


def _blocked(act: Act, case: Case) -> str:
    """Why none of the act's moves can be made now; empty where one can."""
    reasons = [workflow.hindrance(case, me(), name) for name in act.moves]
    return "" if None in reasons or not reasons else reasons[0] or ""
