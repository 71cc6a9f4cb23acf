"""督办通知单: one page, the first two rungs of the ladder (第十一条)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from minxin.cases.models import Case
from minxin.documents.drafting import Draft
from minxin.documents.models import Paper
from minxin.documents.words import DUE, Words, clipped
from minxin.extensions import db
from minxin.papers import addressees, facts
from minxin.papers.facts import CaseFacts
from minxin.papers.masking import masked
from minxin.people.models import Unit
from minxin.supervision.ladder import Ground, Rung
from minxin.supervision.models import Supervision

DEMAND = "督办要求"
"""The field of the form that becomes what the unit is asked (papers.issuing)."""


@dataclass(frozen=True)
class NoticeFacts:
    """The case, and what is demanded for which reason."""

    case: CaseFacts
    rung: str
    ground: str
    demand: str


def gather(
    paper: Paper, case: Case, known: dict[str, str], officials: frozenset[str], at: datetime
) -> Draft:
    """The facts of the rung that the paper is about, and the form filled from them."""
    rung = db.session.get_one(Supervision, paper.subject_id)
    found = masked(
        NoticeFacts(
            facts.of_case(case, at), Rung(rung.rung).label, Ground(rung.ground).label, rung.demand
        ),
        known,
        officials,
    )
    unit = db.session.get_one(Unit, rung.unit_id)
    return Draft(asdict(found), _words(found), (), [addressees.unit(unit)])


def _words(found: NoticeFacts) -> Words:
    case = found.case
    return Words(
        title=f"关于办理“{clipped(case.title, 20)}”诉求的{found.rung}通知",
        addressee=case.unit,
        fields=(
            ("承办单位", case.unit),
            ("诉求编号", case.number),
            ("诉求事项", f"{case.title}（{case.kind}，{case.received_on}收到）"),
            ("督办事由", _why(found)),
            (DEMAND, found.demand),
            ("回复时限", f"{DUE}前，经主要负责同志审签后通过民心网回复"),
            ("签收人和时间", ""),
            ("回复情况", ""),
        ),
    )


def _why(found: NoticeFacts) -> str:
    case = found.case
    told = [found.ground]
    if case.sent_on:
        until = f"，办理时限至{case.due_on}" if case.due_on else ""
        told.append(f"{case.sent_on}转办{until}")
    if case.late:
        told.append(case.late)
    return "；".join(told)
