"""文书: the register of papers, one paper with its draft, its preview, its file and its copies."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, g, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select

from minxin import background, clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.documents import (
    checking,
    distributing,
    drafting,
    issuing,
    layout,
    numbering,
    recipients,
)
from minxin.documents import words as writing
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.documents.recipients import PARTS
from minxin.documents.sheets import sheet_of
from minxin.documents.words import Words
from minxin.extensions import db, htmx
from minxin.papers import evidence, shelf
from minxin.papers import issuing as signing_off
from minxin.privacy.hits import Kind as HitKind
from minxin.web import files
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.marks import moment
from minxin.web.workbench import pages
from minxin.web.workbench.paper_forms import form_of

TABS = {
    "draft": ("起草中", ("gathering", "failed", "draft")),
    "review": ("待审核", ("review",)),
    "reviewed": ("待签发", ("reviewed",)),
    "issued": ("已签发", ("issued",)),
    "void": ("已作废", ("void",)),
}
TONES = {"gathering": "open", "failed": "stop", "issued": "done", "void": "stop", "review": "wait"}
STEPS = (("draft", "起草"), ("review", "审核"), ("reviewed", "签发"), ("issued", "分发"))


def the_paper(paper_id: int, permission: P = P.PAPER_WRITE) -> Paper:
    """The paper with this id: 404 where it is another side's, 403 where the right ends short."""
    paper = shelf.find(paper_id, me()) if paper_id < 2**63 else None
    if paper is None:
        abort(404)
    if not check.covers(me(), permission, paper):
        abort(403)
    return paper


@pages.get("/papers", endpoint="papers")
@permitted(P.PAPER_WRITE)
def register() -> str:
    """The papers of the person's own side, the newest first; paged by id.

    Opened without a view it shows the first in which something waits.
    """
    counts = shelf.counts(me())
    waiting = {name: sum(map(counts.__getitem__, states)) for name, (_, states) in TABS.items()}
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else next((name for name in TABS if waiting[name]), "issued")
    years = shelf.years() if tab == "issued" else []
    narrowed = _narrowed(years)
    query = shelf.papers(me()).where(Paper.state.in_(TABS[tab][1]))
    if "kind" in narrowed:
        query = query.where(Paper.kind == narrowed["kind"])
    if "year" in narrowed:
        query = query.where(Paper.year == int(narrowed["year"]))
    after = request.args.get("after", "")
    key = int(after) if after.isdecimal() and len(after) < 19 else None
    if key is not None:
        query = query.where(Paper.id < key)
    found = db.session.scalars(query.order_by(Paper.id.desc()).limit(shelf.SHOWN + 1)).all()
    rows, more = found[: shelf.SHOWN], len(found) > shelf.SHOWN
    return render_template(
        "workbench/papers.html",
        rows=[_row(each) for each in rows],
        tab=tab,
        tabs=[
            {
                "label": label,
                "url": _url("papers", tab=name),
                "current": name == tab,
                "count": waiting[name] or None,
            }
            for name, (label, _) in TABS.items()
        ],
        kinds=[(each.value, each.label) for each in PaperKind],
        years=years,
        narrowed=narrowed,
        next_url=_url("papers", tab=tab, after=rows[-1].id, **narrowed) if more else None,
        first_url=_url("papers", tab=tab, **narrowed) if key else None,
    )


def _narrowed(years: list[int]) -> dict[str, str]:
    """The kind and the year that the register is narrowed to, where they exist."""
    allowed = {"kind": [*PaperKind], "year": [str(each) for each in years]}
    asked = {name: request.args.get(name, "") for name in allowed}
    return {name: value for name, value in asked.items() if value in allowed[name]}


@pages.get("/papers/<int:paper_id>", endpoint="paper")
@permitted(P.PAPER_WRITE)
def paper_page(paper_id: int) -> Any:
    """One paper; htmx asks for its state alone while the worker is at it."""
    paper = the_paper(paper_id)
    if htmx and htmx.target == "paper-state":
        return _state(paper)
    return shown(paper)


@pages.get("/papers/<int:paper_id>/file", endpoint="paper_file")
@permitted(P.PAPER_WRITE)
def paper_file(paper_id: int) -> Response:
    """The issued file."""
    paper = the_paper(paper_id)
    if paper.sha256 is None:
        abort(404)
    return sent(PaperKind(paper.kind).label + numbering.number(paper), paper.sha256)


@pages.get("/papers/<int:paper_id>/proof", endpoint="paper_proof")
@permitted(P.PAPER_WRITE)
def paper_proof(paper_id: int) -> Response:
    """校样: the draft as the pages that it would be."""
    paper = the_paper(paper_id)
    if paper.proof_sha256 is None:
        abort(404)
    return sent(f"{PaperKind(paper.kind).label}校样", paper.proof_sha256)


class _Kept:
    """A file of the store, as `files.sent` sends it."""

    def __init__(self, name: str, sha256: str) -> None:
        content = current_app.extensions["store"].read(sha256, g.city.schema)
        self.name, self.sha256, self.size = f"{name}.pdf", sha256, len(content)
        self.mime = "application/pdf"


def sent(name: str, sha256: str) -> Response:
    """A paper's file. Its name says kind and number, and nothing of anybody."""
    return files.sent(_Kept(name, sha256))


def shown(paper: Paper, form: Any = None, status: int = 200, **more: Any) -> Any:
    """The page of a paper, with a form that was refused where there is one."""
    kind = PaperKind(paper.kind)
    open_ = paper.state in ("draft", "review", "reviewed")
    written = writing.read(paper.words)
    copies = distributing.copies(paper) if paper.state == "issued" else []
    doing, before = working(paper), issuing.corrected(paper)
    page = render_template(
        "workbench/paper.html",
        paper=paper,
        kind=kind,
        number=numbering.number(paper),
        title=written.title,
        state_label=drafting.STATES[paper.state],
        layout_name=kind.traits.layout,
        tone=TONES.get(paper.state, "work"),
        steps=_steps(paper),
        form=form or (form_of(paper) if open_ else None),
        findings=_findings(paper) if open_ else [],
        checking=open_ and paper.checked != paper.version,
        evidence=evidence.rows(paper.facts) if open_ else [],
        hindrances=issuing.hindrances(paper) if open_ else [],
        preview=preview(paper) if open_ or paper.state == "issued" else "",
        tables=[each["name"] for each in paper.tables],
        to=[(PARTS[each.part], each.label) for each in recipients.read(paper.recipients)],
        copies=copies,
        on_paper=distributing.on_paper(copies),
        history=[{**each, "at": moment(each["at"])} for each in paper.history[::-1]],
        why_failed=paper.history[-1]["note"] if paper.state == "failed" else "",
        doing=doing,
        trouble=_trouble(paper, doing),
        code=layout.grouped(paper.code or ""),
        before_number=numbering.number(before) if before else "",
        may=_may(paper),
        **more,
    )
    return page, status


def preview(paper: Paper, new: Words | None = None) -> Markup:
    """The paper as HTML, with words that are not saved yet where they are given."""
    due_at = signing_off.due(paper, clock.now()) if paper.state != "issued" else None
    return Markup(layout.fragment(sheet_of(paper, due_at=due_at, new=new)))


def _may(paper: Paper) -> dict[str, bool]:
    """What this person may do with the paper now: which buttons there are."""
    kind, by = PaperKind(paper.kind), me()
    other = by.user_id != paper.drafted_by_id
    reads = by.user_id != paper.writer_id
    writes = check.covers(by, P.PAPER_WRITE, paper)
    signs = check.covers(by, P.PAPER_ISSUE if kind.traits.reviewed else P.PAPER_WRITE, paper)
    ready = "reviewed" if kind.traits.reviewed else "draft"
    return {
        "edit": writes and paper.state in ("draft", "review", "reviewed"),
        "submit": writes and paper.state == "draft" and kind.traits.reviewed,
        "review": writes and reads and paper.state == "review",
        "send_back": writes and reads and paper.state in ("review", "reviewed"),
        "issue": signs and paper.state == ready and (other or not kind.traits.reviewed),
        "void": writes and paper.state in drafting.OPEN,
        "correct": writes
        and paper.state == "issued"
        and by.unit_id == paper.unit_id
        and _correctable(kind),
    }


def _correctable(kind: PaperKind) -> bool:
    """A 督办 paper is corrected by the next rung of the ladder, not by a copy that would open it
    once more."""
    return not kind.traits.supervises


def _state(paper: Paper) -> Any:
    """The part that waits for the worker; the whole page once there is something else to see."""
    doing = working(paper)
    if doing == request.args.get("waiting", ""):
        trouble = _trouble(paper, doing)
        return render_template(
            "workbench/_paper_state.html", paper=paper, doing=doing, trouble=trouble
        )
    answer = Response("")
    answer.headers["HX-Refresh"] = "true"
    return answer


def working(paper: Paper) -> str:
    """What the worker is at: a key of JOBS; empty where nothing."""
    if paper.state == "gathering":
        return "gathering"
    if paper.state == "issued":
        return "" if paper.sha256 else "rendering"
    if paper.state in ("draft", "review", "reviewed"):
        if paper.checked != paper.version:
            return "checking"
        return "proving" if drafting.proving(paper) else ""
    return ""


JOBS = {
    "gathering": "papers.gather",
    "checking": "papers.check",
    "rendering": "papers.render",
    "proving": "papers.prove",
}


def _trouble(paper: Paper, doing: str) -> background.Trouble | None:
    job = JOBS.get(doing)
    return background.troubles(job, "paper_id", [paper.id]).get(paper.id) if job else None


def _row(paper: Paper) -> dict[str, Any]:
    return {
        "url": _url("paper", paper_id=paper.id),
        "title": writing.read(paper.words).title or "（正在采集）",
        "kind": PaperKind(paper.kind).label,
        "number": numbering.number(paper),
        "state": drafting.STATES[paper.state],
        "tone": TONES.get(paper.state, "work"),
        "unit": paper.unit,
        "case": paper.case_number,
        "by": paper.issued_by or paper.drafted_by,
        "at": paper.issued_at or paper.drafted_at,
    }


def _steps(paper: Paper) -> list[dict[str, Any]]:
    reviewed = PaperKind(paper.kind).traits.reviewed
    names = [each for each in STEPS if reviewed or each[0] in ("draft", "issued")]
    place = next((n for n, (key, _) in enumerate(names) if key == paper.state), 0)
    return [
        {"label": label, "done": n < place or paper.state == "issued", "current": n == place}
        for n, (_, label) in enumerate(names)
    ]


def _findings(paper: Paper) -> list[dict[str, Any]]:
    """What the masker found and nobody decided, each with the words around it."""
    if paper.checked != paper.version:
        return []
    parts = writing.read(paper.words).parts()
    return [
        {
            "number": number,
            "kind": HitKind(each["kind"]).label,
            "before": parts[each["field"]][max(0, each["start"] - 12) : each["start"]],
            "said": said,
            "after": parts[each["field"]][each["end"] : each["end"] + 12],
            "sure": each["sure"],
        }
        for number, each, said in checking.undecided(paper)
    ]


def about(case_id: int) -> list[dict[str, Any]]:
    """The papers about a case that this person may open, the newest first."""
    query = select(Paper).where(
        shelf.condition(me()), Paper.case_id == case_id, Paper.state != "void"
    )
    return [_row(each) for each in db.session.scalars(query.order_by(Paper.id.desc()).limit(20))]


def _url(endpoint: str, **values: Any) -> str:
    return url_for(f"workbench.{endpoint}", desk=g.desk.slug, **values)
