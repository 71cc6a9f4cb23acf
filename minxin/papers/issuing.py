"""签发 of a paper and what follows from it: the clock of a 督办件, the tag of a 问题提醒件."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.cases import rulebook, tags, workflow
from minxin.cases.models import Case
from minxin.cases.states import Tag
from minxin.documents import drafting, issuing, sheets
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.papers.notice import DEMAND
from minxin.people.actor import Actor
from minxin.supervision import ending, opening
from minxin.supervision.models import Supervision


def issue(paper: Paper, *, by: Actor, at: datetime) -> str:
    """Issue a paper; answers its number. A 督办 paper opens its 督办件 in the same transaction, and
    the 督办要求 of a 通知单, as it was edited and read, is what the unit is asked.

    Raises Refused for who may not, or as documents.issuing.issue; Conflict where the case went on.
    """
    kind = PaperKind(paper.kind)
    needed = P.PAPER_ISSUE if kind.traits.reviewed else P.PAPER_WRITE
    if not check.covers(by, needed, paper):
        raise Refused("您没有签发这份文书的权限")
    rung = _rung(paper)
    if rung is None and kind.traits.supervises and paper.subject_id is not None:
        raise Conflict("该督办件已随诉求件移交，不能在此下发，请作废这份文书")
    number = issuing.issue(paper, by=by, at=at, due_at=due(paper, at))
    if rung is not None:
        demand = dict(sheets.sheet_of(paper).fields).get(DEMAND)
        opened = opening.open_(rung, number, by=by, at=at, demand=demand)
        if opened.due_at is not None:
            paper.due_at = opened.due_at
    elif kind is PaperKind.REMINDER:
        _remind(paper, number, by, at)
    return number


def hindrances(paper: Paper, by: Actor) -> list[str]:
    """Why this person cannot issue the paper as it stands, sentence by sentence."""
    reasons = issuing.hindrances(paper)
    kind = PaperKind(paper.kind)
    ready = "reviewed" if kind.traits.reviewed else "draft"
    if paper.state != ready:
        reasons.insert(0, f"该文书现为“{drafting.STATES[paper.state]}”，还不能签发")
    if kind.traits.reviewed and by.user_id == paper.drafted_by_id:
        reasons.append("起草人不能签发自己起草的文书，请由他人签发")
    return reasons


def void(paper: Paper, reason: str, *, by: Actor, at: datetime) -> None:
    """作废 a draft, and the 督办件 that it was to open."""
    drafting.void(paper, reason, by=by, at=at)
    rung = _rung(paper)
    if rung is not None:
        ending.drop(rung, by=by, at=at)


def due(paper: Paper, at: datetime) -> datetime | None:
    """What 【时限】 would stand for if the paper were issued now."""
    return rulebook.rulebook().due(paper.due_rule, at).at if paper.due_rule else None


def is_provisional(paper: Paper, at: datetime) -> bool:
    """Would that day rest on a calendar that is not there yet? The paper cannot follow it later."""
    return bool(paper.due_rule) and rulebook.rulebook().due(paper.due_rule, at).provisional


def _rung(paper: Paper) -> Supervision | None:
    if not PaperKind(paper.kind).traits.supervises or paper.subject_id is None:
        return None
    rung: Supervision | None = db.session.scalar(
        select(Supervision).where(Supervision.id == paper.subject_id)
    )
    return rung


def _remind(paper: Paper, number: str, by: Actor, at: datetime) -> None:
    ids = {paper.case_id, *paper.brief.get("case_ids", [])}
    for case in db.session.scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id)):
        tags.give(case, Tag.REMINDER, by=by, at=at)
        workflow.note(case, "remind", by=by, at=at, payload={"letter": number})
