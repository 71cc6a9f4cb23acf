"""收文: papers that a person or his unit received, read and signed for; a leader's 批示 on them."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.calendars.words import due_text
from minxin.cases import instructions, reach
from minxin.cases.instructions import Sheet
from minxin.cases.models import Case
from minxin.documents import distributing
from minxin.documents.kinds import PaperKind
from minxin.documents.models import PaperCopy
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.papers import shelf
from minxin.web.console.acting import carried_out, status
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.workbench import pages
from minxin.web.workbench.instructing import PHRASES
from minxin.web.workbench.papers import sent

TABS = {"waiting": "待签收", "signed": "已签收"}


class WordsForm(CaseForm):
    """The leader's words on the paper before him."""

    text = TextAreaField(
        "批示",
        validators=[
            DataRequired("请填写批示"),
            Length(
                max=instructions.WORDS_LIMIT, message=f"批示不能超过{instructions.WORDS_LIMIT}个字"
            ),
        ],
    )


def the_copy(copy_id: int) -> PaperCopy:
    """A copy that this person received: 404 for everybody else."""
    copy = shelf.find_copy(copy_id, me()) if copy_id < 2**63 else None
    if copy is None:
        abort(404)
    return copy


@pages.get("/received-papers", endpoint="received_papers")
@permitted(P.PAPER_RECEIVE)
def received() -> str:
    """What was received, the newest first: what waits for 签收, and what was signed for."""
    waiting = db.session.scalar(select(distributing.unsigned(me()))) or 0
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else "waiting" if waiting else "signed"
    after = request.args.get("after", "")
    key = int(after) if after.isdecimal() and len(after) < 19 else None
    signed = PaperCopy.signed_at.is_not(None)
    query = select(PaperCopy).where(
        distributing.received(me()), signed if tab == "signed" else ~signed
    )
    if key is not None:
        query = query.where(PaperCopy.id < key)
    found = db.session.scalars(query.order_by(PaperCopy.id.desc()).limit(shelf.SHOWN + 1)).all()
    rows, more = found[: shelf.SHOWN], len(found) > shelf.SHOWN
    return render_template(
        "workbench/received_papers.html",
        rows=[(each, PaperKind(each.kind).label) for each in rows],
        until=due_text,
        tabs=[
            {
                "label": label,
                "url": _list(tab=name),
                "current": name == tab,
                "count": waiting if name == "waiting" else None,
            }
            for name, label in TABS.items()
        ],
        tab=tab,
        next_url=_list(tab=tab, after=rows[-1].id) if more else None,
        first_url=_list(tab=tab) if key else None,
    )


@pages.get("/received-papers/<int:copy_id>", endpoint="received_paper")
@permitted(P.PAPER_RECEIVE)
def received_paper(copy_id: int) -> Any:
    """One paper; opening it is kept as the first reading."""
    copy = the_copy(copy_id)
    distributing.read(copy, by=me(), at=clock.now())
    db.session.commit()
    return _page(the_copy(copy_id))


@pages.get("/received-papers/<int:copy_id>/file", endpoint="received_file")
@permitted(P.PAPER_RECEIVE)
def received_file(copy_id: int) -> Response:
    """The file itself."""
    copy = the_copy(copy_id)
    return sent(PaperKind(copy.kind).label + copy.number, copy.sha256)


@pages.post("/received-papers/<int:copy_id>/signature", endpoint="received_signature")
@permitted(P.PAPER_RECEIVE)
def signature(copy_id: int) -> Any:
    """签收."""
    copy = the_copy(copy_id)
    try:
        distributing.sign(copy, by=me(), at=clock.now())
        db.session.commit()
        flash("已签收，发文单位会看到签收人和时间。", "done")
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "info" if isinstance(refusal, Conflict) else "warn")
    return _back(copy_id)


@pages.post("/received-papers/<int:copy_id>/instruction", endpoint="received_instruction")
@permitted(P.CASE_INSTRUCT)
def instruct(copy_id: int) -> Any:
    """批示 on the paper: it belongs to the case, the 督办件 and the paper."""
    copy, form = the_copy(copy_id), WordsForm()
    case = _case(copy)
    if case is None:
        abort(404)

    def write() -> None:
        kind = PaperKind(copy.kind)
        instructions.instruct(
            case,
            form.text.data or "",
            by=me(),
            at=clock.now(),
            version=form.version.data,
            sheet=Sheet(copy.paper_id, kind, copy.number, copy.subject_id),
        )

    if carried_out(form, write):
        flash("批示已下达，市民心网办和承办单位已收到提醒。", "done")
        return _back(copy_id)
    return _page(the_copy(copy_id), form)


def _page(copy: PaperCopy, form: WordsForm | None = None) -> Any:
    case = _case(copy)
    leads = check.has(me(), P.CASE_INSTRUCT) and case is not None
    page = render_template(
        "workbench/received_paper.html",
        copy=copy,
        kind=PaperKind(copy.kind).label,
        case=case,
        until=due_text,
        signs=distributing.addressed(copy, me()),
        form=_shown(form, case) if leads and case is not None else None,
        given=instructions.on_paper(copy.paper_id, me().user_id or 0) if leads else [],
        phrases=PHRASES,
    )
    return page, status(form) if form else 200


def _shown(form: WordsForm | None, case: Case) -> WordsForm:
    """The form, from the case's present version on: sent twice it is a 批示 once."""
    form = form or WordsForm(formdata=None)
    form.version.raw_data, form.version.data = None, case.version
    return form


def _case(copy: PaperCopy) -> Case | None:
    return reach.find(copy.case_number, me()) if copy.case_number else None


def _list(**values: Any) -> str:
    return url_for("workbench.received_papers", desk=g.desk.slug, **values)


def _back(copy_id: int) -> Any:
    return redirect(url_for("workbench.received_paper", desk=g.desk.slug, copy_id=copy_id), 303)
