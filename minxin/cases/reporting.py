"""报结: the investigation report, its signing, its review (第九条（三）（四）)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from minxin.cases import cohandling, workflow
from minxin.cases.models import Case, Report, ReportTemplate
from minxin.cases.states import CloseMethod
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import User
from minxin.people.roles import Role

STARTER: list[dict[str, Any]] = [
    {"key": "appeal", "title": "诉求内容", "help": "概述群众反映的问题", "required": True},
    {"key": "inquiry", "title": "调查情况", "help": "何时、何人、如何核实", "required": True},
    {"key": "basis", "title": "处理依据", "help": "适用的法律、政策或规定", "required": False},
    {
        "key": "result",
        "title": "处理结果",
        "help": "已采取的措施和结果，群众可见",
        "required": True,
    },
    {"key": "contact", "title": "与诉求人沟通情况", "help": "沟通时间和意见", "required": True},
]
"""The starter 范文; a tenant edits its own."""


@dataclass(frozen=True)
class Draft:
    """A report as its unit filled it in; texts by section key."""

    texts: Mapping[str, str]
    close_method: str
    responsible: str
    signer: str
    policy_source: str = ""
    policy_explained: str = ""
    co_reason: str = ""


def template() -> list[dict[str, Any]]:
    """The sections of the tenant's newest template, the starter where it has none."""
    newest = db.session.scalar(
        select(ReportTemplate).order_by(ReportTemplate.version.desc()).limit(1)
    )
    return newest.sections if newest else STARTER


def submit(
    case: Case, draft: Draft, *, by: Actor, at: datetime, version: int | None = None
) -> Report:
    """Hand the report to the signing leader.

    Raises Refused where a required section is empty, or where 解释说明 names no policy.
    """
    sections = _sections(draft)
    _check_method(draft)
    made = workflow.move(
        case.id,
        "report",
        by=by,
        at=at,
        version=version,
        facts={
            "sections": sections,
            "close_method": draft.close_method,
            "responsible": draft.responsible.strip(),
            "signer": draft.signer.strip(),
            "co_reason": draft.co_reason.strip() or not cohandling.waiting(case),
        },
        payload={
            "close_method": draft.close_method,
            "signer": draft.signer.strip(),
            "co_reason": draft.co_reason.strip(),
        },
    )
    made.case.reporter_id = by.user_id
    edition = db.session.scalar(
        select(func.coalesce(func.max(Report.edition), 0) + 1).where(Report.case_id == case.id)
    )
    report = Report(
        tenant_id=made.case.tenant_id,
        case_id=case.id,
        edition=edition or 1,
        sections=sections,
        close_method=draft.close_method,
        policy_source=draft.policy_source.strip(),
        policy_explained=draft.policy_explained.strip(),
        responsible=draft.responsible.strip(),
        signer=draft.signer.strip(),
        submitted_by_id=by.user_id,
        submitted_at=at,
    )
    db.session.add(report)
    return report


def sign(case: Case, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """审签: with the leader's signature the case is reported, and its clock stops."""
    report = _latest(case)
    if report.submitted_by_id == by.user_id:
        raise Refused("报告不能由填报人本人审签")
    made = workflow.move(case.id, "sign", by=by, at=at, version=version)
    report.signed_at, report.outcome, report.signer = at, "reported", by.name
    return made.case


def unsign(case: Case, *, reason: str, by: Actor, at: datetime, version: int | None = None) -> Case:
    """The leader gives the report back to be mended; the clock runs on."""
    report = _latest(case)
    made = workflow.move(case.id, "unsign", by=by, at=at, reason=reason, version=version)
    report.outcome, report.opinion = "unsigned", reason
    return made.case


def approve(
    case: Case, *, opinion: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """审核通过: the report stands; the citizen is called next."""
    report = _latest(case)
    made = workflow.move(
        case.id, "approve", by=by, at=at, version=version, payload={"opinion": opinion}
    )
    report.outcome, report.opinion = "accepted", opinion
    return made.case


def send_back(
    case: Case, *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """退回重办: the report does not stand; a new clock starts for the unit."""
    report = _latest(case)
    made = workflow.move(case.id, "send_back", by=by, at=at, reason=reason, version=version)
    report.outcome, report.opinion = "sent_back", reason
    return made.case


def editions(case: Case) -> list[Report]:
    """Every edition of the case's report, the newest first."""
    query = select(Report).where(Report.case_id == case.id).order_by(Report.edition.desc())
    return list(db.session.scalars(query))


def accepted(case: Case) -> Report | None:
    """The report that the review accepted last."""
    query = select(Report).where(Report.case_id == case.id, Report.outcome == "accepted")
    return db.session.scalar(query.order_by(Report.edition.desc()).limit(1))


def result(report: Report) -> str:
    """What a report says was done: its section 处理结果."""
    return next((str(part["text"]) for part in report.sections if part["key"] == "result"), "")


def signers(case: Case) -> list[str]:
    """Names of the leaders who can sign for the case's unit; empty where none was entered."""
    query = select(User.name).where(
        User.active, User.unit_id == case.unit_id, User.role == Role.UNIT_HEAD
    )
    return list(db.session.scalars(query.order_by(User.id)))


def _latest(case: Case) -> Report:
    every = editions(case)
    if not every:
        raise Refused("该件还没有调查处理报告")
    return every[0]


def _sections(draft: Draft) -> list[dict[str, str]]:
    sections = []
    for section in template():
        text = draft.texts.get(section["key"], "").strip()
        if section["required"] and not text:
            raise Refused(f"请填写“{section['title']}”", section["key"])
        if len(text) > 10_000:
            raise Refused(f"“{section['title']}”不能超过10000个字", section["key"])
        sections.append({"key": section["key"], "title": section["title"], "text": text})
    return sections


def _check_method(draft: Draft) -> None:
    if draft.close_method and draft.close_method not in set(CloseMethod):
        raise Refused("请选择结案方式", "close_method")
    if draft.close_method == CloseMethod.EXPLAINED:
        if not draft.policy_source.strip():
            raise Refused("解释说明须注明政策依据（文号和条款）", "policy_source")
        if not draft.policy_explained.strip():
            raise Refused("请写明是如何向诉求人解释的", "policy_explained")
