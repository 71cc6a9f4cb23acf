"""调查处理报告 on paper: what the unit reported and its leader signed (第九条（三）)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from minxin.cases.models import Case, Report
from minxin.cases.states import CloseMethod
from minxin.documents.drafting import Draft
from minxin.documents.models import Paper
from minxin.documents.words import Words
from minxin.errors import Refused
from minxin.extensions import db
from minxin.papers import facts
from minxin.papers.facts import CaseFacts
from minxin.papers.masking import masked

NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class InvestigationFacts:
    """The case and the newest report that its leader signed."""

    case: CaseFacts
    edition: int
    sections: tuple[tuple[str, str], ...]
    close_method: str
    policy: str
    responsible: str
    signer: str
    signed_on: str


def gather(
    paper: Paper, case: Case, known: dict[str, str], officials: frozenset[str], at: datetime
) -> Draft:
    """The report's own sections. Raises Refused where none was signed."""
    report = db.session.scalar(
        select(Report)
        .where(Report.case_id == case.id, Report.signed_at.is_not(None))
        .order_by(Report.edition.desc())
        .limit(1)
    )
    if report is None or report.signed_at is None:
        raise Refused("该件还没有经审签的调查处理报告，请先报结并审签")
    found = masked(
        InvestigationFacts(
            case=facts.of_case(case, at),
            edition=report.edition,
            sections=tuple((each["title"], each["text"]) for each in report.sections),
            close_method=CloseMethod(report.close_method).label,
            policy=report.policy_source,
            responsible=report.responsible,
            signer=report.signer,
            signed_on=facts.on(report.signed_at),
        ),
        known,
        officials,
    )
    lines = []
    for number, (title, text) in enumerate(
        ((title, text) for title, text in found.sections if text.strip()), 0
    ):
        lines += [f"{NUMERALS[number]}、{title}", *text.strip().splitlines()]
    end = [f"结案方式：{found.close_method}。"]
    if found.policy:
        end.append(f"政策依据：{found.policy}。")
    end.append(f"经办人：{found.responsible}；审签：{found.signer}（{found.signed_on}）。")
    words = Words(
        title=f"关于“{found.case.title}”诉求的调查处理报告",
        text="\n".join([f"诉求编号：{found.case.number}。", *lines, *end]),
        copies=2,
    )
    return Draft(asdict(found), words)
