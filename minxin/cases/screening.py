"""Screening: claim, put into words, say what it is, or refuse (第八条（一）)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, or_, select

from minxin.cases import contacts, joined, search, workflow
from minxin.cases.models import Case, Category, Contact
from minxin.cases.states import Kind, RefusalGround, State, Track, Urgency
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.roles import Role
from minxin.tenancy.models import Tenant

SAID = ("track", "kind", "category_id", "urgency", "summary", "wording", "public_text", "place",
        "district")  # fmt: skip
"""What a screening says of a case, column by column; its event names those that it changed."""


@dataclass(frozen=True)
class Finding:
    """What the clerk decided. The citizen's own words are not among it: they never change."""

    kind: str
    category_id: int | None
    summary: str
    wording: str
    public_text: str
    urgency: str = Urgency.NORMAL
    place: str = ""
    district: str | None = None
    track: str = Track.APPEAL


def claim(case: Case, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """认领: take a case from the pool. Of two who try, the second raises Conflict."""
    made = workflow.move(case.id, "claim", by=by, at=at, version=version)
    made.case.holder_id = by.user_id
    return made.case


def release(
    case: Case, *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Give a claimed case back to the pool, with a reason."""
    made = workflow.move(case.id, "release", by=by, at=at, reason=reason, version=version)
    made.case.holder_id = None
    return made.case


def screen(
    case: Case, finding: Finding, *, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """规范、定性: write the finding beside the original. The event keeps what changed."""
    _check(finding)
    workflow.lock(case.id)  # that nothing is merged into it meanwhile
    if finding.track == Track.QUESTION and not joined.alone(case):
        raise Refused("已有其他件并入该件，不能作为网络回应人诉求问题", "track")
    changed = {
        name: [getattr(case, name) or "", getattr(finding, name) or ""]
        for name in SAID
        if (getattr(case, name) or "") != (getattr(finding, name) or "")
    }
    made = workflow.move(
        case.id,
        "screen",
        by=by,
        at=at,
        version=version,
        facts={
            "kind": finding.kind,
            "category": finding.category_id,
            "summary": finding.summary.strip(),
            "wording": finding.wording.strip(),
        },
        payload={
            "changed": sorted(changed),
            "kind": finding.kind,
            "urgency": finding.urgency,
            "track": finding.track,
        },
    )
    case = made.case
    case.kind, case.urgency, case.track = finding.kind, finding.urgency, finding.track
    case.category_id = finding.category_id
    case.summary, case.wording = finding.summary.strip(), finding.wording.strip()
    case.public_text = finding.public_text.strip()
    case.place, case.district = finding.place.strip(), finding.district
    case.screened_at = at
    search.index(case)
    return case


def refuse(
    case: Case,
    *,
    ground: str,
    reason: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """不予受理, with a coded ground and what the citizen is told to do instead."""
    if ground and ground not in set(RefusalGround):
        raise Refused("请选择不予受理的情形", "ground")
    made = workflow.move(
        case.id,
        "refuse",
        by=by,
        at=at,
        version=version,
        reason=reason,
        facts={"ground": ground, "alone": joined.alone(case)},
        payload={"ground": ground},
    )
    made.case.closed_at = at
    return made.case


def next_claimed(by: Actor) -> str | None:
    """The number of the next case that waits for this clerk: his own first, then the pool."""
    mine = select(Case.number).where(
        Case.state == State.CLAIMED, Case.holder_id == by.user_id, Case.screened_at.is_(None)
    )
    number = db.session.scalar(mine.order_by(Case.due_at, Case.id).limit(1))
    pool = select(Case.number).where(Case.state == State.UNCLAIMED)
    return number or db.session.scalar(pool.order_by(Case.due_at, Case.id).limit(1))


def take_next(*, by: Actor, at: datetime) -> str | None:
    """The number of the next case to screen: own ones first, else one claimed from the pool.

    A case that a colleague is just claiming is passed over, not waited for.
    """
    mine = select(Case.number).where(
        Case.state == State.CLAIMED, Case.holder_id == by.user_id, Case.screened_at.is_(None)
    )
    number = db.session.scalar(mine.order_by(Case.due_at, Case.id).limit(1))
    if number is not None:
        return number
    pool = select(Case).where(Case.state == State.UNCLAIMED).order_by(Case.due_at, Case.id)
    case = db.session.scalar(pool.limit(1).with_for_update(skip_locked=True))
    if case is None:
        return None
    return claim(case, by=by, at=at).number


def categories() -> dict[str, list[tuple[int, str, str]]]:
    """The leaves of the category tree to choose from: parent in words → (id, name, whole name)."""
    rows = db.session.execute(
        select(Category.id, Category.name, Category.full_name)
        .where(Category.active, Category.level == 3)
        .order_by(Category.code)
    )
    tree: dict[str, list[tuple[int, str, str]]] = {}
    for category_id, name, full in rows:
        tree.setdefault(full.rpartition(" / ")[0], []).append((category_id, name, full))
    return tree


def districts() -> list[tuple[str, str]]:
    """Where a case may belong: (slug, name) of every active tenant, in the city's order."""
    query = select(Tenant.slug, Tenant.name).where(Tenant.active).order_by(Tenant.rank, Tenant.id)
    return [(slug, name) for slug, name in db.session.execute(query)]


def same_contact(case: Case, *, by: Actor, limit: int = 8) -> Sequence[int]:
    """Ids of other cases from the same phone, newest first, within the login's reach.

    Only for who may see the contact of them all: to know that a 举报 came from the same phone
    as another case is to know who reported.
    """
    if not contacts.may_reveal(case, by):
        return []
    shielded = by.role is Role.RESPONDER
    own = select(Contact.phone_index).where(Contact.case_id == case.id).scalar_subquery()
    return db.session.scalars(
        select(Contact.case_id)
        .join(Case, Case.id == Contact.case_id)
        .where(Contact.phone_index == own, Contact.case_id != case.id)
        .where(or_(literal(not shielded), func.coalesce(Case.kind, "") != Kind.REPORT))
        .order_by(Contact.case_id.desc())
        .limit(limit)
    ).all()


def _check(finding: Finding) -> None:
    if finding.kind and finding.kind not in set(Kind):
        raise Refused("请选择诉求类型", "kind")
    if finding.track not in set(Track):
        raise Refused("请选择办理方式", "track")
    if finding.urgency not in set(Urgency):
        raise Refused("请选择紧急程度", "urgency")
    if len(finding.summary) > 200:
        raise Refused("问题摘要不能超过200个字", "summary")
    if finding.category_id and not db.session.get(Category, finding.category_id):
        raise Refused("请从列表中选择诉求分类", "category_id")
    if finding.district and not db.session.scalar(
        select(Tenant.id).where(Tenant.slug == finding.district)
    ):
        raise Refused("请从列表中选择属地", "district")
