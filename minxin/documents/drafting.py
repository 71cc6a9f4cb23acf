"""A paper as a draft: begun by a person, filled by the worker, edited, read, sent back, dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from minxin.audit import log
from minxin.background import later, promised
from minxin.documents import recipients, waiting, words
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.documents.recipients import Recipient
from minxin.documents.sheet import Table
from minxin.documents.words import Words
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import SYSTEM, Actor
from minxin.people.models import Unit

NOTE_LIMIT = 1_000
STATES = {
    "gathering": "正在采集",
    "failed": "采集失败",
    "draft": "起草中",
    "review": "待审核",
    "reviewed": "待签发",
    "issued": "已签发",
    "void": "已作废",
}
OPEN = frozenset({"gathering", "failed", "draft", "review", "reviewed"})


@dataclass(frozen=True)
class About:
    """What a paper is about: a case, something of it, and what its drafter asked for."""

    case_id: int | None = None
    case_number: str = ""
    subject_id: int | None = None
    brief: Mapping[str, Any] | None = None
    due_rule: str = ""


@dataclass(frozen=True)
class Draft:
    """What the worker gathered, masked: the facts, first words, tables, who it goes to."""

    facts: Mapping[str, Any]
    words: Words
    tables: Sequence[Table] = ()
    recipients: Sequence[Recipient] = ()


def begin(
    kind: PaperKind, about: About, *, by: Actor, at: datetime, token: str | None = None
) -> Paper:
    """Begin a paper of the person's unit; the worker gathers its facts.

    token: the form's own key, so that a form that is sent twice begins one paper.
    Raises Refused for who has no unit.
    """
    unit = db.session.get(Unit, by.unit_id or 0)
    if unit is None:
        raise Refused("您不能以单位名义起草文书")
    row = insert(Paper).values(
        tenant_id=unit.tenant_id,
        unit_id=unit.id,
        unit=unit.name,
        kind=kind,
        state="gathering",
        case_id=about.case_id,
        case_number=about.case_number,
        subject_id=about.subject_id,
        brief=dict(about.brief or {}),
        due_rule=about.due_rule,
        drafted_by_id=by.user_id,
        drafted_by=by.name,
        drafted_at=at,
        token=token,
        history=[_act("起草", by, at)],
        **_EMPTY,
    )
    made = db.session.scalar(
        row.on_conflict_do_nothing(index_elements=["tenant_id", "token"]).returning(Paper.id)
    )
    if made is None:
        query = select(Paper).where(Paper.tenant_id == unit.tenant_id, Paper.token == token)
        return db.session.scalars(query).one()
    paper = db.session.get_one(Paper, made)
    regather(paper)
    return paper


_EMPTY: dict[str, Any] = {
    **{name: {} for name in ("facts", "words")},
    **{name: [] for name in ("tables", "recipients", "findings", "kept")},
    **{"version": 0, "checked": -1, "pages": 0, "proof_version": -1},
    **dict.fromkeys(("reviewed_by", "issued_by", "masker", "signed_as"), ""),
}


def fill(paper: Paper, draft: Draft) -> None:
    """Write what was gathered, once: what a person has edited since is left alone."""
    if paper.state not in ("gathering", "failed"):
        return
    paper.facts = dict(draft.facts)
    paper.words = draft.words.stored()
    paper.tables = [asdict(each) for each in draft.tables]
    paper.recipients = recipients.stored(draft.recipients)
    paper.state, paper.version = "draft", paper.version + 1
    later("papers.check", paper_id=paper.id)


def regather(paper: Paper) -> None:
    """Let the worker gather once more."""
    later("papers.gather", paper_id=paper.id)


def edit(
    paper: Paper, new: Words, *, version: int, by: Actor, at: datetime, covers: bool = False
) -> bool:
    """Save the words; whether they were under review and have to be sent there again.

    covers: nothing but personal data is covered. Raises Conflict where somebody has saved since
    the form was made.
    """
    lock(paper)
    if paper.state not in ("draft", "review", "reviewed"):
        raise Conflict(f"该文书现为“{STATES[paper.state]}”，不能再修改。您填写的内容仍在下方")
    if version != paper.version:
        raise Conflict(
            f"{_last(paper)}刚刚改过这份文书。您填写的内容仍在下方，请核对后再保存", "version"
        )
    kept = words.checked(new)
    if kept == words.trimmed(words.read(paper.words)):
        return False
    paper.words, paper.version = kept.stored(), paper.version + 1
    again = paper.state != "draft"
    if again:  # what was read is not what it says now
        paper.state, paper.reviewed_by = "draft", ""
    if not covers:
        paper.edited_by_id = by.user_id
    _note(paper, "遮盖个人信息" if covers else "修改", by, at)
    later("papers.check", paper_id=paper.id)
    return again


def submit(paper: Paper, *, by: Actor, at: datetime) -> None:
    """送审."""
    _from(paper, "draft", "送审")
    paper.state = "review"
    _note(paper, "送审", by, at)
    waiting.tell(paper, "review", at=at)


def send_back(paper: Paper, opinion: str, *, by: Actor, at: datetime) -> None:
    """退回修改, saying what is wrong."""
    _from(paper, "review", "退回", "reviewed")
    paper.state, paper.reviewed_by = "draft", ""
    _note(paper, "退回修改", by, at, _said(opinion, "请写明需要修改的地方"))
    waiting.tell(paper, "mend", at=at)


def approve(paper: Paper, opinion: str = "", *, by: Actor, at: datetime) -> None:
    """审核通过: read by somebody who did not write it. Raises Refused for who wrote it last."""
    _from(paper, "review", "审核")
    if by.user_id == paper.writer_id:
        raise Refused("不能审核自己起草或者修改的文书，请由他人审核")
    paper.state, paper.reviewed_by = "reviewed", by.name
    _note(paper, "审核通过", by, at, opinion.strip()[:NOTE_LIMIT])
    waiting.tell(paper, "sign", at=at)


def void(paper: Paper, reason: str, *, by: Actor, at: datetime) -> None:
    """作废 a draft; what was issued is corrected by a new paper instead."""
    lock(paper)
    if paper.state not in OPEN:
        raise Conflict(f"该文书现为“{STATES[paper.state]}”，不能作废")
    paper.state = "void"
    _note(paper, "作废", by, at, _said(reason, "请写明作废理由"))
    record("paper.void", paper, by=by, at=at)


def lapse(paper: Paper, why: str, *, at: datetime) -> None:
    """A draft, locked by the caller, has become idle by what happened to its case; its drafter is
    told."""
    if paper.state not in OPEN:
        return
    paper.state = "void"
    _note(paper, "作废", SYSTEM, at, why)
    record("paper.void", paper, by=SYSTEM, at=at)
    waiting.tell(paper, "lapsed", at=at)


def correct(paper: Paper, *, by: Actor, at: datetime, token: str | None = None) -> Paper:
    """更正: a new draft with the words of an issued paper, which it names. Raises Refused for
    another unit than the one that issued it."""
    if by.unit_id != paper.unit_id:
        raise Refused(f"该文书由{paper.unit}签发，由该单位更正")
    if paper.state != "issued":
        raise Refused("只有已签发的文书才需要更正，草稿可以直接修改")
    begun = select(Paper).where(Paper.corrects_id == paper.id, Paper.state.in_(OPEN)).limit(1)
    lock(paper)
    if (known := db.session.scalar(begun)) is not None:
        return known
    about = About(paper.case_id, paper.case_number, None, paper.brief)
    made = begin(PaperKind(paper.kind), about, by=by, at=at, token=token)
    if made.state == "gathering":
        made.corrects_id = paper.id
        made.facts, made.words, made.tables = paper.facts, paper.words, paper.tables
        made.recipients, made.kept, made.state, made.version = (
            *(paper.recipients, paper.kept, "draft"),
            1,
        )
        later("papers.check", paper_id=made.id)
    return made


def ask_proof(paper: Paper) -> None:
    """Ask the worker for the draft as pages (校样)."""
    if paper.state in OPEN and paper.proof_version != paper.version and not proving(paper):
        later("papers.prove", queue="papers", paper_id=paper.id)


def proving(paper: Paper) -> bool:
    """Is the worker asked for the pages of this draft, and has not made them yet?"""
    wanted = paper.state in OPEN and paper.proof_version != paper.version
    return wanted and promised("papers.prove", paper_id=paper.id)


def keep(paper: Paper, number: int, reason: str, *, by: Actor, at: datetime) -> None:
    """A finding of the masker is no personal data, or has to stand: say why."""
    said = _finding(paper, number)
    why = _said(reason, "请写明保留的理由")
    paper.kept = [*paper.kept, {"said": said, "reason": why, "by": by.name}]
    record("paper.keep", paper, by=by, at=at, facts={"finding": number})


def lock(paper: Paper) -> None:
    """Hold the row until the transaction ends, as it stands now."""
    db.session.flush()  # what this transaction has changed already is no news
    db.session.refresh(paper, with_for_update=True)


def record(
    act: str, paper: Paper, *, by: Actor, at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Append an act on a paper to the audit log."""
    log.record(
        act,
        tenant_id=paper.tenant_id,
        by=by,
        at=at,
        object_kind="paper",
        object_id=paper.id,
        payload=facts,
    )


def noted(paper: Paper, act: str, by: Actor, at: datetime, note: str = "") -> None:
    """Add an act to the paper's own history."""
    _note(paper, act, by, at, note)


def _finding(paper: Paper, number: int) -> str:
    lock(paper)
    if paper.state not in OPEN or not 0 <= number < len(paper.findings):
        raise Conflict("这一处已经处理过了，请刷新页面")
    each = paper.findings[number]
    return words.read(paper.words).parts()[each["field"]][each["start"] : each["end"]]


def _from(paper: Paper, state: str, act: str, *others: str) -> None:
    lock(paper)
    if paper.state not in (state, *others):
        raise Conflict(f"该文书现为“{STATES[paper.state]}”，本次{act}没有执行，请核对最新情况")


def _said(text: str, missing: str) -> str:
    if not text.strip():
        raise Refused(missing, "opinion")
    if len(text) > NOTE_LIMIT:
        raise Refused(f"不能超过{NOTE_LIMIT}个字", "opinion")
    return text.strip()


def _act(act: str, by: Actor, at: datetime, note: str = "") -> dict[str, Any]:
    return {"at": at.isoformat(), "by": by.name, "act": act, "note": note}


def _note(paper: Paper, act: str, by: Actor, at: datetime, note: str = "") -> None:
    paper.history = [*paper.history, _act(act, by, at, note)]


def _last(paper: Paper) -> str:
    return str(paper.history[-1]["by"]) if paper.history else "他人"
