"""分发 and 签收: each recipient's copy of an issued paper, and who signed for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from minxin.clock import local
from minxin.documents import numbering, recipients, words
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper, PaperCopy, PaperProof
from minxin.documents.recipients import Recipient
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people import given
from minxin.people.actor import Actor
from minxin.people.models import User
from minxin.people.roles import Role

READERS = (Role.RESPONDER, Role.UNIT_HEAD, Role.STATION)


def distribute(paper: Paper, *, at: datetime) -> None:
    """Write the copies and the public proof of a paper whose file is made, and tell people of it.

    By the city's login: it alone reaches every recipient. The second time there is nothing left.
    """
    assert paper.sha256 is not None
    assert paper.issued_at is not None
    number, label = numbering.number(paper), PaperKind(paper.kind).label
    _prove(paper, number)
    for each in recipients.read(paper.recipients):
        copy_id = _copy(paper, each, number, at)
        if copy_id is not None:
            inbox.tell(
                _readers(each),
                f"收到{paper.unit}{label}{number}，请签收",
                key=f"paper:{paper.id}",
                page=f"received-papers/{copy_id}",
                number=paper.case_number,
                at=at,
            )


def sign(copy: PaperCopy, *, by: Actor, at: datetime) -> None:
    """签收, once. Raises Refused for anybody else, Conflict where a colleague was faster."""
    if not addressed(copy, by):
        raise Refused("只有收件人可以签收这份文书")
    _open(copy)
    copy.signed_at, copy.signed_by = at, by.name


def enter_receipt(copy: PaperCopy, name: str, *, by: Actor, at: datetime) -> None:
    """登记签收 of what was handed over on paper, by who issued it."""
    if copy.id not in on_paper([copy]):
        raise Refused("收件人有账号，由收件人本人或者收件单位签收", "name")
    signed_by = given.name(name, "签收人", field="name", limit=30)
    _open(copy)
    copy.signed_at, copy.signed_by, copy.entered_by = at, signed_by, by.name


def on_paper(copies_: Iterable[PaperCopy]) -> set[int]:
    """The ids of copies to persons who cannot open them here: without an account in use."""
    named = [each for each in copies_ if each.name]
    wanted = {each.user_id for each in named if each.user_id is not None}
    query = select(User.id).where(User.id.in_(wanted), User.active)
    able = set(db.session.scalars(query)) if wanted else set()
    return {each.id for each in named if each.user_id not in able}


def read(copy: PaperCopy, *, by: Actor, at: datetime) -> None:
    """The first time that a recipient opened it."""
    if copy.read_at is None and addressed(copy, by):
        copy.read_at = at


def addressed(copy: PaperCopy, by: Actor) -> bool:
    """Is this person the recipient, or of the unit that is?"""
    if copy.user_id is not None:
        return copy.user_id == by.user_id
    return not copy.name and copy.unit_id == by.unit_id


def received(by: Actor) -> ColumnElement[bool]:
    """The copies that came to a person, or to his unit."""
    return or_(PaperCopy.user_id == by.user_id, _of_units([by.unit_id or 0]))


def unsigned(by: Actor) -> ScalarSelect[int]:
    """How many of them wait for 签收 (counted to 99), as a column."""
    found = select(PaperCopy.id).where(received(by), PaperCopy.signed_at.is_(None)).limit(99)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def readable(by: Actor) -> ColumnElement[bool]:
    """The copies that a person may open: those, and what came to a unit below his own."""
    return or_(PaperCopy.user_id == by.user_id, _of_units(by.unit_ids))


def _of_units(unit_ids: Collection[int]) -> ColumnElement[bool]:
    """What is for anybody of a unit: a leader's own copy is his alone."""
    return and_(PaperCopy.unit_id.in_(unit_ids), PaperCopy.name == "")


def copies(paper: Paper) -> Sequence[PaperCopy]:
    """Who has it, within the login's reach."""
    query = select(PaperCopy).where(PaperCopy.paper_id == paper.id).order_by(PaperCopy.id)
    return db.session.scalars(query).all()


def _open(copy: PaperCopy) -> None:
    db.session.refresh(copy, with_for_update=True)
    if copy.signed_at is not None:
        raise Conflict(f"这份文书已由{copy.signed_by}签收，不需要再签收")


def _copy(paper: Paper, to: Recipient, number: str, at: datetime) -> int | None:
    """The recipient's copy; None where he has it already."""
    row = insert(PaperCopy).values(
        tenant_id=to.tenant_id,
        paper_id=paper.id,
        part=to.part,
        unit_id=to.unit_id,
        unit=to.unit,
        user_id=to.user_id,
        name=to.name,
        post=to.post,
        kind=paper.kind,
        number=number,
        title=words.read(paper.words).title,
        issuer=paper.unit,
        case_id=paper.case_id,
        case_number=paper.case_number,
        subject_id=paper.subject_id,
        issued_at=paper.issued_at,
        due_at=paper.due_at,
        sha256=paper.sha256,
        pages=paper.pages,
        delivered_at=at,
        signed_by="",
        entered_by="",
    )
    return db.session.scalar(
        row.on_conflict_do_nothing(index_elements=["paper_id", "unit_id", "name"]).returning(
            PaperCopy.id
        )
    )


def _prove(paper: Paper, number: str) -> None:
    assert paper.issued_at is not None
    row = insert(PaperProof).values(
        code=paper.code,
        kind=paper.kind,
        number=number,
        issuer=paper.unit,
        issued_on=local(paper.issued_at).date(),
        digest=paper.sha256,
        pages=paper.pages,
        signed_as=paper.signed_as,
        corrected_by="",
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["code"]))
    if paper.corrects_id is not None:
        before = db.session.get_one(Paper, paper.corrects_id)
        for proof in db.session.scalars(select(PaperProof).where(PaperProof.code == before.code)):
            proof.corrected_by = number


def _readers(to: Recipient) -> Sequence[User]:
    query = select(User).where(User.active)
    if to.user_id is not None:
        return db.session.scalars(query.where(User.id == to.user_id)).all()
    if to.name:
        return ()
    return db.session.scalars(
        query.where(User.unit_id == to.unit_id, User.role.in_(READERS)).order_by(User.id)
    ).all()
