"""办件单: one case on one page (第九条（二）)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from minxin.cases.models import Case
from minxin.documents.drafting import Draft
from minxin.documents.models import Paper
from minxin.documents.words import Words, clipped
from minxin.papers import facts
from minxin.papers.masking import masked

LATEST = 6
TEXT = 600
"""What fits beside the rest on one page; the case itself holds all of it."""


def gather(
    paper: Paper, case: Case, known: dict[str, str], officials: frozenset[str], at: datetime
) -> Draft:
    """The case as a form."""
    found = masked(facts.of_case(case, at), known, officials)
    text = found.text if len(found.text) <= TEXT else f"{found.text[:TEXT]}……（全文见民心网）"
    steps = "\n".join(f"{each.when} {each.who} {each.did}" for each in found.steps[-LATEST:])
    words = Words(
        title=clipped(found.title),
        fields=(
            ("诉求编号", found.number),
            ("收到日期", f"{found.received_on}（{found.source}）"),
            ("类型和紧急程度", f"{found.kind}，{found.urgency}"),
            ("诉求分类", found.category or "未分类"),
            ("地点", found.place),
            ("诉求内容", text),
            ("承办单位", found.unit or "尚未转办"),
            ("转办日期和时限", _dates(found)),
            ("承办意见", found.opinion or "—"),
            ("办理状态", found.state),
            ("最近办理情况", steps),
            ("经办人", ""),
            ("主管领导意见", ""),
        ),
    )
    return Draft(asdict(found), words)


def _dates(found: facts.CaseFacts) -> str:
    if not found.sent_on:
        return "—"
    due = f"，{found.due_on}到期" if found.due_on else ""
    late = f"，{found.late}" if found.late else ""
    return f"{found.sent_on}转办{due}{late}"
