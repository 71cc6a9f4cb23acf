"""The worker's part of a draft: gather, mask, write the first words; and check every later word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from minxin.cases import contacts
from minxin.cases.models import Case
from minxin.documents import checking, drafting
from minxin.documents.drafting import Draft
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.errors import Refused
from minxin.extensions import db
from minxin.papers import (
    bulletin,
    case_sheet,
    investigation,
    masking,
    notice,
    reminder,
    request,
    weekly,
)
from minxin.people.actor import SYSTEM

Gather = Callable[[Paper, Case, dict[str, str], frozenset[str], datetime], Draft]

OF_CASE: dict[PaperKind, Gather] = {
    PaperKind.SUPERVISION_REPORT: bulletin.gather,
    PaperKind.SUPERVISION_NOTICE: notice.gather,
    PaperKind.REMINDER: reminder.gather,
    PaperKind.REQUEST: request.gather,
    PaperKind.INVESTIGATION: investigation.gather,
    PaperKind.CASE_SHEET: case_sheet.gather,
}
"""Kind → what gathers it from a case. A week's summary is about no case."""


def gather(paper_id: int, *, at: datetime) -> None:
    """Fill a paper that was begun; what hinders it is written down for its drafter to read."""
    paper = db.session.get(Paper, paper_id, with_for_update=True)
    if paper is None or paper.state not in ("gathering", "failed"):
        return
    try:
        with db.session.begin_nested():
            drafting.fill(paper, _drawn(paper, at))
    except Refused as refusal:
        paper.state = "failed"
        drafting.noted(paper, "采集失败", SYSTEM, at, refusal.message)


def again(paper: Paper) -> None:
    """重新采集 what failed, once its hindrance is out of the way."""
    drafting.lock(paper)
    if paper.state == "failed":
        paper.state = "gathering"
        drafting.regather(paper)


def check(paper_id: int) -> None:
    """Look through the words of a draft for personal data."""
    paper = db.session.get(Paper, paper_id, with_for_update=True)
    if paper is None or paper.state not in drafting.OPEN or paper.checked == paper.version:
        return
    checking.check(paper, _known(paper), masking.officials())


def _drawn(paper: Paper, at: datetime) -> Draft:
    kind, officials = PaperKind(paper.kind), masking.officials()
    if kind is PaperKind.WEEKLY_SUMMARY:
        return weekly.gather(paper, officials, at)
    case = db.session.get(Case, paper.case_id or 0)
    if case is None:
        raise Refused("该件已不在您的受理范围内，不能出具文书")
    return OF_CASE[kind](paper, case, _known(paper), officials, at)


def _known(paper: Paper) -> dict[str, str]:
    """What the citizens left whose cases the paper rests on."""
    ids = {paper.case_id, *paper.brief.get("case_ids", [])}
    known: dict[str, str] = {}
    for case in db.session.scalars(select(Case).where(Case.id.in_(ids))):
        known |= contacts.known(case)
    return known
