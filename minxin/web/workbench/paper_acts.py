"""What is done with a draft: saved, looked at, decided on, reviewed, issued, dropped, corrected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for

from minxin import background, clock
from minxin.access.permissions import Permission as P
from minxin.calendars.words import due_text
from minxin.documents import checking, distributing, drafting, numbering, recipients
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper, PaperCopy
from minxin.documents.recipients import PARTS
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.papers import gathering
from minxin.papers import issuing as signing_off
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.workbench import pages
from minxin.web.workbench.paper_forms import base, form_of, typed
from minxin.web.workbench.papers import JOBS, preview, shown, the_paper, working

AGAIN = "内容有变，须重新送审。"


@pages.post("/papers/<int:paper_id>", endpoint="paper_words")
@permitted(P.PAPER_WRITE)
def save(paper_id: int) -> Any:
    """保存, and 送审 where that button was pressed. What was typed stays where it is refused."""
    paper = the_paper(paper_id)
    if paper.state not in ("draft", "review", "reviewed"):
        flash(f"该文书现为“{drafting.STATES[paper.state]}”，不能再修改。", "warn")
        return _back(paper_id)
    form = form_of(paper)
    if not form.validate():
        return shown(paper, form, 422)
    try:
        new = typed(form, paper)
        again = drafting.edit(paper, new, version=base(form), by=me(), at=clock.now())
        submitting = request.form.get("then") == "submit"
        if submitting:
            drafting.submit(paper, by=me(), at=clock.now())
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        paper = the_paper(paper_id)
        form.blame(refusal)
        form.version.data = str(paper.version)
        form.version.raw_data = None
        return shown(paper, form, 409 if isinstance(refusal, Conflict) else 422)
    saved = f"已保存，{AGAIN}" if again else "草稿已保存。"
    flash("已送审，请等待他人审核。" if submitting else saved, "done")
    return _back(paper_id)


@pages.post("/papers/<int:paper_id>/preview", endpoint="paper_preview")
@permitted(P.PAPER_WRITE)
def look(paper_id: int) -> Any:
    """The paper with the words as they are typed now; nothing is saved."""
    paper = the_paper(paper_id)
    if paper.state not in ("draft", "review", "reviewed"):
        abort(409)
    form = form_of(paper)
    drawn = preview(paper, typed(form, paper))
    if request.headers.get("HX-Request"):
        return render_template(
            "workbench/_paper_preview.html",
            layout_name=PaperKind(paper.kind).traits.layout,
            preview=drawn,
        )
    return shown(paper, form, looked=drawn)


@pages.post("/papers/<int:paper_id>/findings", endpoint="paper_findings")
@permitted(P.PAPER_WRITE)
def decide(paper_id: int) -> Any:
    """遮盖 one finding or all, or keep one and say why."""
    number = request.form.get("number", "")
    chosen = int(number) if number.isdecimal() and len(number) < 9 else -1

    def act(paper: Paper) -> str:
        if request.form.get("act") == "keep":
            why = request.form.get("opinion", "")
            drafting.keep(paper, chosen, why, by=me(), at=clock.now())
            return "已保留，理由已记录。"
        every = request.form.get("act") == "mask_all"
        numbers = [n for n, _, _ in checking.undecided(paper)] if every else [chosen]
        again = checking.mask(paper, numbers, by=me(), at=clock.now())
        return f"已遮盖，{AGAIN}" if again else "已遮盖。"

    return _done(paper_id, P.PAPER_WRITE, act)


@pages.post("/papers/<int:paper_id>/review", endpoint="paper_review")
@permitted(P.PAPER_WRITE)
def review(paper_id: int) -> Any:
    """审核通过, or 退回修改 with what is wrong."""

    def act(paper: Paper) -> str:
        opinion = request.form.get("opinion", "")
        if request.form.get("act") == "send_back":
            drafting.send_back(paper, opinion, by=me(), at=clock.now())
            return "已退回修改。"
        drafting.approve(paper, opinion, by=me(), at=clock.now())
        return "审核通过，等待签发。"

    return _done(paper_id, P.PAPER_WRITE, act)


@pages.get("/papers/<int:paper_id>/issue", endpoint="paper_issue")
@permitted(P.PAPER_WRITE, P.PAPER_ISSUE, P.SUPERVISION_ISSUE)
def before_issue(paper_id: int) -> Any:
    """What signing off means, before it is done: to whom, until when, what cannot be undone."""
    paper = the_paper(paper_id)
    return _issue_page(paper)


@pages.post("/papers/<int:paper_id>/issue", endpoint="paper_issuing")
@permitted(P.PAPER_WRITE, P.PAPER_ISSUE, P.SUPERVISION_ISSUE)
def issue(paper_id: int) -> Any:
    """签发. It gets its number here; the worker makes the file and hands it out."""
    paper = the_paper(paper_id)
    try:
        _still(paper)
        number = signing_off.issue(paper, by=me(), at=clock.now())
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        paper = the_paper(paper_id)
        if paper.state == "issued":  # by somebody else, a moment ago
            flash(refusal.message, "warn")
            return _back(paper_id)
        status = 409 if isinstance(refusal, Conflict) else 422
        return _issue_page(paper, refusal.message, status)
    flash(f"已签发，编号{number}。正在生成文件并分发。", "done")
    return _back(paper_id)


@pages.post("/papers/<int:paper_id>/void", endpoint="paper_void")
@permitted(P.PAPER_WRITE)
def void(paper_id: int) -> Any:
    """作废 a draft."""

    def act(paper: Paper) -> str:
        signing_off.void(paper, request.form.get("opinion", ""), by=me(), at=clock.now())
        return "草稿已作废。"

    return _done(paper_id, P.PAPER_WRITE, act)


@pages.post("/papers/<int:paper_id>/proof", endpoint="paper_proving")
@permitted(P.PAPER_WRITE)
def prove(paper_id: int) -> Any:
    """Ask the worker for the pages of the draft."""

    def act(paper: Paper) -> str:
        drafting.ask_proof(paper)
        return "正在生成校样，完成后可在“下一步”中查看。"

    return _done(paper_id, P.PAPER_WRITE, act)


@pages.post("/papers/<int:paper_id>/retry", endpoint="paper_retry")
@permitted(P.PAPER_WRITE)
def retry(paper_id: int) -> Any:
    """Let the worker try again what it gave up."""

    def act(paper: Paper) -> str:
        job = JOBS.get(working(paper))
        if job is None or not background.renew(job, paper_id=paper.id):
            raise Conflict("这一步已经完成或者正在进行，不需要重试")
        return "已重新开始，通常几秒钟。"

    return _done(paper_id, P.PAPER_WRITE, act)


@pages.post("/papers/<int:paper_id>/gathering", endpoint="paper_gathering")
@permitted(P.PAPER_WRITE)
def gather_again(paper_id: int) -> Any:
    """重新采集 what failed."""

    def act(paper: Paper) -> str:
        gathering.again(paper)
        return "正在重新采集。"

    return _done(paper_id, P.PAPER_WRITE, act)


@pages.post("/papers/<int:paper_id>/correction", endpoint="paper_correction")
@permitted(P.PAPER_WRITE)
def correct(paper_id: int) -> Any:
    """更正: a new draft that names the issued paper."""
    paper = the_paper(paper_id)
    try:
        made = drafting.correct(paper, by=me(), at=clock.now())
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "warn")
        return _back(paper_id)
    flash(f"已新建更正稿，签发后注明更正{numbering.number(paper)}；原件不变。", "done")
    return _back(made.id)


@pages.post("/papers/<int:paper_id>/receipts/<int:receipt_id>", endpoint="paper_receipt")
@permitted(P.PAPER_WRITE)
def receipt(paper_id: int, receipt_id: int) -> Any:
    """登记签收 of a copy that was handed over on paper."""

    def act(paper: Paper) -> str:
        copy = db.session.get(PaperCopy, receipt_id) if receipt_id < 2**63 else None
        if copy is None or copy.paper_id != paper.id:
            abort(404)
        distributing.enter_receipt(copy, request.form.get("name", ""), by=me(), at=clock.now())
        return "签收情况已登记。"

    return _done(paper_id, P.PAPER_WRITE, act)


def _done(paper_id: int, permission: P, act: Callable[[Paper], str]) -> Any:
    """The whole of an act without a page of its own: done and said, or said why not."""
    paper = the_paper(paper_id, permission)
    try:
        _still(paper)
        words = act(paper)
        db.session.commit()
        flash(words, "done")
    except Refused as refusal:
        db.session.rollback()
        return shown(
            the_paper(paper_id),
            status=409 if isinstance(refusal, Conflict) else 422,
            refusal=refusal.message,
            opinion=request.form.get("opinion", ""),
        )
    return _back(paper_id)


def _still(paper: Paper) -> None:
    """Raises Conflict where the words are others than those that the person read."""
    given = request.form.get("version", "")
    drafting.lock(paper)
    if given and given != str(paper.version):
        raise Conflict("文书刚刚被他人修改，本次没有执行，请核对最新内容")


def _issue_page(paper: Paper, refusal: str = "", status: int = 200) -> Any:
    due = signing_off.due(paper, clock.now())
    page = render_template(
        "workbench/paper_issue.html",
        paper=paper,
        kind=PaperKind(paper.kind),
        refusal=refusal,
        hindrances=signing_off.hindrances(paper, me()),
        due=due_text(due) if due else "",
        provisional=signing_off.is_provisional(paper, clock.now()),
        to=[(PARTS[each.part], each) for each in recipients.read(paper.recipients)],
    )
    return page, status


def _back(paper_id: int) -> Any:
    return redirect(url_for("workbench.paper", desk=g.desk.slug, paper_id=paper_id), 303)
