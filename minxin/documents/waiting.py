"""Whose hands a draft waits for: its reviewers, who signs off, its drafter; they are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from minxin.access.matrix import reach_of
from minxin.access.permissions import Permission
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people.models import User
from minxin.people.roles import Role


def tell(paper: Paper, what: str, *, at: datetime) -> None:
    """Say each time that a draft comes to somebody. what: review | sign | mend | issued |
    lapsed."""
    label = PaperKind(paper.kind).label
    words = {
        "review": f"{paper.drafted_by}起草的{label}送审，请审核",
        "sign": f"{paper.drafted_by}起草的{label}已审核，请签发",
        "mend": f"您起草的{label}被退回修改",
        "issued": f"您起草的{label}已签发",
        "lapsed": f"您起草的{label}因诉求件情况变化已作废",
    }
    inbox.tell(
        _people(paper, what),
        words[what],
        key=f"paper:{paper.id}:{what}:{len(paper.history)}",
        page=f"papers/{paper.id}",
        number=paper.case_number,
        at=at,
    )


def _people(paper: Paper, what: str) -> Sequence[User]:
    query = select(User).where(User.active)
    if what in ("mend", "issued", "lapsed"):
        return db.session.scalars(query.where(User.id == paper.drafted_by_id)).all()
    passed = paper.writer_id if what == "review" else paper.drafted_by_id
    needed = Permission.PAPER_WRITE if what == "review" else Permission.PAPER_ISSUE
    able = [role for role in Role if reach_of(role, needed) is not None]
    return db.session.scalars(
        query.where(User.unit_id == paper.unit_id, User.role.in_(able), User.id != passed).order_by(
            User.id
        )
    ).all()
