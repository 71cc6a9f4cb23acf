"""Who may begin which paper, and about what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.cases import reach
from minxin.cases.models import Case
from minxin.cases.states import Kind
from minxin.comparison.summaries import Summary
from minxin.documents import drafting
from minxin.documents.drafting import About
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.roles import Role

OFFICE = (Role.OFFICE_CLERK, Role.OFFICE_HEAD)
AUTHORS: dict[PaperKind, tuple[Role, ...]] = {
    PaperKind.REMINDER: OFFICE,
    PaperKind.REQUEST: OFFICE,
    PaperKind.INVESTIGATION: (Role.RESPONDER, Role.UNIT_HEAD, Role.STATION),
    PaperKind.CASE_SHEET: (*OFFICE, Role.STATION, Role.RESPONDER, Role.UNIT_HEAD),
    PaperKind.WEEKLY_SUMMARY: (Role.STATION,),
}
"""Kind → who writes it from a page. 督办 papers begin with their 督办件 (supervision.opening)."""
MOST_CASES = 50


def kinds(by: Actor) -> list[PaperKind]:
    """What this person may begin from a case."""
    if not check.has(by, P.PAPER_WRITE):
        return []
    return [
        kind
        for kind, roles in AUTHORS.items()
        if by.role in roles and kind is not PaperKind.WEEKLY_SUMMARY
    ]


def of_case(
    kind: PaperKind,
    case: Case,
    *,
    by: Actor,
    at: datetime,
    numbers: Sequence[str] = (),
    token: str | None = None,
) -> Paper:
    """Begin a paper about a case. numbers: of the other cases that a 问题提醒函 rests on.

    Raises Refused for who may not, and for a number that he does not see.
    """
    if kind not in kinds(by) or not check.covers(by, P.PAPER_WRITE, case):
        raise Refused("您没有出具这种文书的权限")
    if kind is PaperKind.REMINDER and case.unit_id is None:
        raise Refused("该件还没有承办单位，不能发问题提醒函")
    brief = {"case_ids": _ids(numbers, case, by)} if numbers else {}
    return drafting.begin(kind, About(case.id, case.number, None, brief), by=by, at=at, token=token)


def of_week(summary: Summary, *, by: Actor, at: datetime, token: str | None = None) -> Paper:
    """Begin the paper of a week's summary. Raises Refused for who may not."""
    if by.role not in AUTHORS[PaperKind.WEEKLY_SUMMARY] or summary.unit_id != by.unit_id:
        raise Refused("周总结由本工作站出具")
    about = About(subject_id=summary.id)
    return drafting.begin(PaperKind.WEEKLY_SUMMARY, about, by=by, at=at, token=token)


def dropped(summary: Summary) -> int:
    """How many papers of a week were given up."""
    query = select(func.count()).where(
        Paper.kind == PaperKind.WEEKLY_SUMMARY,
        Paper.subject_id == summary.id,
        Paper.state == "void",
    )
    return db.session.scalar(query) or 0


def _ids(numbers: Sequence[str], case: Case, by: Actor) -> list[int]:
    """The cases with these numbers: of the same unit, which reads them all, and no 举报."""
    wanted = list(dict.fromkeys(number.strip() for number in numbers if number.strip()))
    if len(wanted) > MOST_CASES:
        raise Refused(f"一次最多列{MOST_CASES}件", "numbers")
    query = select(Case.id, Case.number, Case.unit_id, Case.kind).where(
        reach.condition(by), Case.number.in_(wanted)
    )
    found = {row.number: row for row in db.session.execute(query)}
    missing = [number for number in wanted if number not in found]
    if missing:
        raise Refused(f"没有找到{'、'.join(missing[:3])}，请核对编号", "numbers")
    others = [number for number in wanted if found[number].unit_id != case.unit_id]
    if others:
        raise Refused(f"{'、'.join(others[:3])}不由该单位承办，不能列入本函", "numbers")
    secret = [number for number in wanted if found[number].kind == Kind.REPORT]
    if secret:
        raise Refused(f"{'、'.join(secret[:3])}是举报件，不能列入本函", "numbers")
    return [found[number].id for number in wanted]
