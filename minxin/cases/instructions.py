"""批示: what a leader says of a case, by himself or on paper (第八条（六）)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, select, update
from sqlalchemy.orm import Mapped, mapped_column

from minxin.attachments.inspect import Inspected
from minxin.cases import asking, pendings, workflow
from minxin.cases.asking import InstructionRequest
from minxin.cases.leaders import Leader
from minxin.cases.missing import MISSING
from minxin.cases.models import Attachment, Case
from minxin.cases.pendings import What
from minxin.clock import local
from minxin.documents.kinds import PaperKind
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.tenancy.models import MOVES, OfTenant

WORDS_LIMIT = 1000


class Instruction(OfTenant):
    """批示: by the leader himself, or entered by the office from what he wrote on paper."""

    __tablename__ = "instructions"
    __table_args__ = (Index("ix_instructions_case_id", "case_id"), {"info": MOVES})

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    request_id: Mapped[int | None] = mapped_column(BigInteger)
    leader_id: Mapped[int | None] = mapped_column(BigInteger)
    leader: Mapped[str]
    leader_title: Mapped[str]
    text: Mapped[str]
    attachment_id: Mapped[int | None] = mapped_column(BigInteger)  # the scan
    given_on: Mapped[date]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]  # the leader, or who entered it for him
    paper_id: Mapped[int | None] = mapped_column(BigInteger)  # the paper that it was written on
    paper: Mapped[str] = mapped_column(default="")  # what that is called: 督办专报〔2026〕第1期
    supervision_id: Mapped[int | None] = mapped_column(BigInteger)
    feedback: Mapped[str] = mapped_column(default="")
    feedback_at: Mapped[datetime | None]
    feedback_by: Mapped[str] = mapped_column(default="")
    read_at: Mapped[datetime | None]  # the leader has read the feedback: it is closed
    read_how: Mapped[str] = mapped_column(default="")  # how it was shown to one without account


@dataclass(frozen=True)
class Sheet:
    """The paper that a 批示 was written on, and the 督办件 that it opened."""

    paper_id: int
    kind: PaperKind
    number: str  # 〔2026〕第1期
    subject_id: int | None = None

    @property
    def name(self) -> str:
        """What the paper is called."""
        return self.kind.label + self.number

    @property
    def supervision_id(self) -> int | None:
        """The 督办件 of a paper of the ladder."""
        return self.subject_id if self.kind.traits.supervises else None


@dataclass(frozen=True)
class OnPaper:
    """A 批示 as the office enters it: whose, of which day, its words, its scan, or both.

    sheet: the issued paper that it stands on, where it is one of ours.
    """

    leader: Leader | None
    given_on: date | None
    text: str
    scan: Inspected | None = None
    scan_name: str = ""
    sheet: Sheet | None = None


def instruct(
    case: Case,
    text: str,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
    sheet: Sheet | None = None,
) -> Instruction:
    """批示, by the leader himself; it answers what was put before him. sheet: what it is on."""
    leader = Leader(by.name, by.role.label if by.role else "", by.user_id)
    words = _words(text)
    answered = asking.waiting_for(case, leader)
    if answered is not None:
        leader = Leader(by.name, answered.leader_title, by.user_id)
    case = workflow.lock(case.id)
    _answer_feedback(case, by, at)
    kept = _kept(case, leader, words, answered, local(at).date(), None, by, at)
    _on(kept, sheet)
    workflow.move(
        case.id,
        "instruct",
        by=by,
        at=at,
        version=version,
        subject_id=kept.id,
        facts={"instruction": words},
        payload={**asking.whose(leader), "text": words, "instruction_id": kept.id},
    )
    return kept


def enter(
    case: Case, paper: OnPaper, *, by: Actor, at: datetime, version: int | None = None
) -> Instruction:
    """录入批示: what a leader wrote on paper, as text or scan.

    Raises Refused for a scan that is neither picture nor PDF, or a day that cannot be.
    """
    words = _words(paper.text)
    given_on = _day(case, paper.given_on, at)
    if paper.scan is not None:
        check_scan(paper.scan)
    answered = asking.waiting_for(case, paper.leader) if paper.leader else None
    case = workflow.lock(case.id)
    scan = _hung(case, paper, by, at)
    if paper.leader is None:
        raise Refused(MISSING["leader"], "leader")
    kept = _kept(case, paper.leader, words, answered, given_on, scan, by, at)
    _on(kept, paper.sheet)
    workflow.move(
        case.id,
        "enter_instruction",
        by=by,
        at=at,
        version=version,
        subject_id=kept.id,
        facts={"leader": paper.leader, "instruction": words or scan},
        payload={
            **asking.whose(paper.leader),
            "text": words,
            "given_on": given_on.isoformat(),
            "instruction_id": kept.id,
            **({"attachment_id": scan.id} if scan else {}),
        },
    )
    return kept


def carried(case: Case) -> dict[str, Any]:
    """What an order says of the 批示 that it goes out with; nothing where there is none."""
    query = select(Instruction.id).where(Instruction.case_id == case.id).order_by(Instruction.id)
    ids = list(db.session.scalars(query))
    return {"instruction_ids": ids} if ids else {}


def _answer_feedback(case: Case, by: Actor, at: datetime) -> None:
    """再批示: who writes once more on the same case has read what was reported to him on it."""
    query = select(Instruction).where(
        Instruction.case_id == case.id,
        Instruction.leader_id == by.user_id,
        Instruction.feedback_at.is_not(None),
        Instruction.read_at.is_(None),
    )
    for before in db.session.scalars(query.with_for_update()):
        before.read_at, before.read_how = at, "再作批示"
        pendings.done(case, What.READING, subject_id=before.id)


def on_paper(paper_id: int, user_id: int) -> list[Instruction]:
    """What a leader wrote on a paper, the newest first."""
    query = select(Instruction).where(
        Instruction.paper_id == paper_id, Instruction.leader_id == user_id
    )
    return list(db.session.scalars(query.order_by(Instruction.id.desc())))


def _on(kept: Instruction, sheet: Sheet | None) -> None:
    if sheet is not None:
        kept.paper_id, kept.paper = sheet.paper_id, sheet.name
        kept.supervision_id = sheet.supervision_id


def _words(text: str) -> str:
    if len(text) > WORDS_LIMIT:
        raise Refused(f"批示不能超过{WORDS_LIMIT}个字", "text")
    return text.strip()


def _day(case: Case, given_on: date | None, at: datetime) -> date:
    if given_on is None:
        raise Refused("请填写批示日期", "given_on")
    if given_on > local(at).date():
        raise Refused("批示日期不能晚于今天", "given_on")
    if given_on < local(case.received_at).date():
        raise Refused("批示日期不能早于收到诉求的日期", "given_on")
    return given_on


def check_scan(scan: Inspected) -> None:
    """Raises Refused for a file that is neither picture nor PDF."""
    if scan.kind != "photo" and scan.mime != "application/pdf":
        raise Refused("批示扫描件须是图片或PDF，请扫描或拍照后重新选择", "scan")


def _hung(case: Case, paper: OnPaper, by: Actor, at: datetime) -> Attachment | None:
    if paper.scan is None:
        return None
    scan = Attachment(
        tenant_id=case.tenant_id,
        case_id=case.id,
        part="instruction",
        name=paper.scan_name,
        kind=paper.scan.kind,
        mime=paper.scan.mime,
        size=paper.scan.size,
        sha256=paper.scan.sha256,
        added_by=by.unit_name or by.name,
        added_at=at,
    )
    db.session.add(scan)
    db.session.flush()
    return scan


def _kept(
    case: Case,
    leader: Leader,
    words: str,
    answered: InstructionRequest | None,
    given_on: date,
    scan: Attachment | None,
    by: Actor,
    at: datetime,
) -> Instruction:
    made = Instruction(
        tenant_id=case.tenant_id,
        case_id=case.id,
        request_id=answered.id if answered else None,
        leader_id=leader.user_id,
        leader=leader.name,
        leader_title=leader.title,
        text=words,
        attachment_id=scan.id if scan else None,
        given_on=given_on,
        entered_at=at,
        entered_by=by.name,
        feedback="",
        feedback_by="",
        read_how="",
        paper="",
    )
    db.session.add(made)
    db.session.flush()
    pendings.put(case, What.FEEDBACK, at=at, subject_id=made.id)
    if answered is not None:
        pendings.done(case, What.INSTRUCTION, subject_id=answered.id)
        db.session.execute(
            update(InstructionRequest)
            .where(InstructionRequest.id == answered.id)
            .values(answered_at=at)
        )
    db.session.flush()
    return made
