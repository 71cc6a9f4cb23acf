"""督办: what is proposed, what is open, what ended; for the office, a station, a unit, a leader."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.cases.models import Case, Clock
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.privacy.veil import veiled
from minxin.supervision import boards, ending
from minxin.supervision.ladder import Ground, Rung
from minxin.supervision.models import Proposal, Supervision
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.marks import moment
from minxin.web.workbench import pages
from minxin.web.workbench.case_supervised import STATES, until


@pages.get("/supervision", endpoint="supervision")
@permitted(P.SUPERVISION_VIEW)
def board() -> Any:
    """The board of this person's reach."""
    return _page()


@pages.post("/supervision/proposals/<int:proposal_id>", endpoint="supervision_declined")
@permitted(P.SUPERVISION_WRITE)
def decline(proposal_id: int) -> Any:
    """不予督办, with a reason."""
    proposal = db.session.get(Proposal, proposal_id) if proposal_id < 2**63 else None
    if proposal is None:
        abort(404)
    if not check.covers(me(), P.SUPERVISION_WRITE, db.session.get_one(Case, proposal.case_id)):
        abort(403)
    try:
        ending.decline(proposal, request.form.get("reason", ""), by=me(), at=clock.now())
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        status = 409 if isinstance(refusal, Conflict) else 422
        return _page({"id": proposal_id, "words": refusal.message}, status)
    flash("已记录不予督办的理由。", "done")
    return redirect(url_for("workbench.supervision", desk=g.desk.slug), 303)


def _page(wrong: dict[str, Any] | None = None, status: int = 200) -> Any:
    by = me()
    decides = check.has(by, P.SUPERVISION_WRITE)
    tenants = [(str(key), name) for key, name in boards.tenants(by)] if by.at_city_desk else []
    tenant = request.args.get("tenant", "")
    tenant = tenant if tenant in dict(tenants) else ""
    late = request.args.get("late") == "1"
    rows = boards.open_ones(by, tenant_id=int(tenant) if tenant else None, late=late)
    page = render_template(
        "workbench/supervision.html",
        proposals=[_proposal(*row) for row in boards.proposals(by)] if decides else [],
        decides=decides,
        open_ones=[_rung(*row) for row in rows],
        number_open=boards.number_open(by),
        most=boards.SHOWN,
        tenants=tenants,
        tenant=tenant,
        late=late,
        ended_ones=[_rung(*row) for row in boards.ended_ones(by)],
        wrong=wrong,
        reason=request.form.get("reason", ""),
        opens_papers=check.has(by, P.PAPER_WRITE) and decides,
    )
    return page, status


def _proposal(
    each: Proposal, number: str, title: str, state: str, unit: str, tenant: str
) -> dict[str, Any]:
    return {
        "id": each.id,
        "number": number,
        "title": veiled(title),
        "unit": unit,
        "tenant": tenant,
        "rung": Rung(each.rung).label,
        "ground": Ground(each.ground).label,
        "at": moment(each.at),
    }


def _rung(
    each: Supervision,
    clock_: Clock | None,
    number: str,
    title: str,
    state: str,
    unit: str,
    tenant: str,
) -> dict[str, Any]:
    word, tone = STATES[each.state]
    return {
        "number": number,
        "title": veiled(title),
        "unit": unit,
        "tenant": tenant,
        "rung": Rung(each.rung).label,
        "paper": each.number,
        "paper_id": each.paper_id,
        "ground": Ground(each.ground).label,
        "grave": each.grave,
        "state": word,
        "tone": tone,
        "opened": moment(each.opened_at) if each.opened_at else "",
        **until(each, clock_),
        "by_station": each.by_station,
        "result": veiled(each.result),
        "act": _act(each),
    }


def _act(each: Any) -> tuple[str, str] | None:
    """(label, endpoint) of what the rung waits for from this person."""
    by = me()
    if each.state == "open" and check.has(by, P.SUPERVISION_ANSWER) and each.unit_id == by.unit_id:
        return "回复", "supervision_answer"
    reads = check.has(by, P.SUPERVISION_WRITE) and each.by_station != by.at_city_desk
    return ("审核", "supervision_review") if each.state == "answered" and reads else None
