"""签发: the paper gets its number and can never change again; the worker makes its file."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select

from minxin.background import later
from minxin.clock import local
from minxin.documents import checking, drafting, fonts, numbering, waiting, words
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.actor import Actor

CODE_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 16
"""Eighty bits: nobody guesses the code of a paper that he does not have."""


def hindrances(paper: Paper) -> list[str]:
    """Why this draft cannot be issued as it stands, sentence by sentence; empty where it can."""
    reasons = []
    missing = fonts.lacking()
    if missing:
        reasons.append(f"服务器没有安装{'、'.join(missing)}字体，请系统管理员安装后再签发")
    everything = "".join(words.read(paper.words).parts().values()) + _in_tables(paper)
    strange = fonts.uncovered(everything)
    if strange and not missing:
        signs = "、".join(strange[:10])
        reasons.append(f"已安装的字体缺“{signs}”，请换字或安装字体后再签发")
    if paper.checked != paper.version:
        reasons.append("正在检查个人信息，请稍候再签发")
    elif left := checking.undecided(paper):
        reasons.append(f"还有{len(left)}处疑似个人信息没有处理，请逐处遮盖或写明保留理由")
    return reasons


def issue(paper: Paper, *, by: Actor, at: datetime, due_at: datetime | None = None) -> str:
    """Sign off and number a paper; answers the number. due_at: what 【时限】 stands for henceforth.

    Raises Refused for the drafter of a kind that is reviewed, or for what hinders it; Conflict
    where it was issued meanwhile or is not ready.
    """
    drafting.lock(paper)
    kind = PaperKind(paper.kind)
    ready = "reviewed" if kind.traits.reviewed else "draft"
    if paper.state == "issued":
        raise Conflict(f"该文书已由{paper.issued_by}签发，编号{numbering.number(paper)}")
    if paper.state != ready:
        raise Conflict(f"该文书现为“{drafting.STATES[paper.state]}”，还不能签发")
    if kind.traits.reviewed and by.user_id == paper.drafted_by_id:
        raise Refused("起草人不能签发自己起草的文书，请由他人签发")
    if reasons := hindrances(paper):
        raise Refused("；".join(reasons))
    paper.year = local(at).year
    paper.serial = numbering.next_serial(paper, paper.year)
    paper.state, paper.issued_by, paper.issued_at = "issued", by.name, at
    paper.due_at = due_at
    paper.code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    number = numbering.number(paper)
    drafting.noted(paper, "签发", by, at, number)
    drafting.record("paper.issue", paper, by=by, at=at, facts={"number": number})
    db.session.flush()
    if by.user_id != paper.drafted_by_id:
        waiting.tell(paper, "issued", at=at)
    later("papers.render", queue="papers", paper_id=paper.id)
    return number


def corrected(paper: Paper) -> Paper | None:
    """The paper that this one corrects."""
    if paper.corrects_id is None:
        return None
    return db.session.scalar(select(Paper).where(Paper.id == paper.corrects_id))


def _in_tables(paper: Paper) -> str:
    return "".join(
        "".join([*each["heads"], *(cell for row in each["rows"] for cell in row)])
        for each in paper.tables
    )
