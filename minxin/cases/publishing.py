"""公开: the approved draft becomes what the public reads, follows the case, can be taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from minxin.background import later
from minxin.cases import audited, public_texts, publications, search, workflow
from minxin.cases.models import Case, CaseEvent, Category
from minxin.cases.publications import Publication, PublicDraft
from minxin.cases.states import ENDED, SATISFACTION, Kind, State
from minxin.cases.transitions import MOVES
from minxin.clock import local
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import SYSTEM, Actor
from minxin.people.models import Unit
from minxin.privacy import finding
from minxin.tenancy.models import Tenant

HIDDEN = frozenset((State.REFUSED, State.WITHDRAWN, State.MERGED, State.UNCLAIMED, State.CLAIMED))
"""What is not published, or no more: it was not taken on, or goes on in another case."""
AT_ONCE = 200


def publish(case: Case, *, by: Actor, at: datetime) -> Publication:
    """公开. Raises Refused while a hit is undecided, or for a case that is not published."""
    if State(case.state) in HIDDEN:
        raise Refused(f"该件{State(case.state).label}，不公开")
    draft = publications.check(case)
    texts = publications.public(draft)
    content = public_texts.digest(texts)
    draft.state, draft.approved_at, draft.approved_by = "approved", at, by.name
    draft.approved_hash = content
    row = upsert(Publication).values(
        tenant_id=case.tenant_id,
        case_id=case.id,
        **texts,
        **_course(case),
        words=search.words(search.spelled(texts["title"], texts["text"], texts["result"])),
        content_hash=content,
        masker=draft.masker,
        approved_by=by.name,
        published_at=at,
        updated_at=at,
    )
    kept = ("published_at", "tenant_id", "case_id")
    changed = {c.name: row.excluded[c.name] for c in Publication.__table__.columns
               if c.name not in (*kept, "id")}  # fmt: skip
    found = db.session.execute(
        row.on_conflict_do_update(index_elements=["case_id"], set_=changed).returning(
            Publication.id
        )
    ).scalar_one()
    lifted = sum(1 for span in draft.spans if span["act"] == "lift")
    facts = {"hash": content, "masker": draft.masker, "hits": len(draft.spans), "lifted": lifted}
    workflow.note(case, "publish", by=by, at=at, payload=facts)
    audited.note("public.publish", case, by=by, at=at, facts=facts)
    return db.session.get_one(Publication, found, populate_existing=True)


def take_down(case: Case, reason: str, *, by: Actor, at: datetime) -> None:
    """撤下: gone from the public pages at once. Raises Refused without a reason, or where nothing
    is published."""
    if not reason.strip():
        raise Refused("请写明撤下的理由", "reason")
    if not _gone(case):
        raise Refused("该件没有公开")
    draft = publications.of(case)
    if draft is not None:
        draft.state = "to_review"
    workflow.note(case, "unpublish", by=by, at=at, payload={"reason": reason.strip()})
    audited.note("public.take_down", case, by=by, at=at, reason=reason)


def of(case: Case) -> Publication | None:
    """What is published of a case."""
    return db.session.scalar(select(Publication).where(Publication.case_id == case.id))


def follow(case: Case, *, at: datetime) -> None:
    """Bring what is published to where the case stands; its texts stay as they were approved.

    What is not published any more (withdrawn, merged) goes.
    """
    published = of(case)
    if published is None:
        return
    if State(case.state) in HIDDEN - {State.UNCLAIMED, State.CLAIMED}:
        _gone(case)
        workflow.note(case, "unpublish", by=SYSTEM, at=at, payload={"reason": "该件不再公开"})
        return
    for name, value in _course(case).items():
        setattr(published, name, value)
    published.tenant_id, published.updated_at = case.tenant_id, at


def try_again() -> int:
    """Promise another look at each draft that the masker failed on; how many. By the city login."""
    query = select(PublicDraft.case_id).where(PublicDraft.state == "failed")
    cases = db.session.scalars(query.order_by(PublicDraft.id).limit(AT_ONCE)).all()
    for case_id in cases:
        later("publishing.scan", case_id=case_id)
    return len(cases)


def recheck(at: datetime) -> int:
    """Look again through what an older masker had cleared, some at a time; how many it was.

    What now hits is taken down and waits for a person.
    """
    older = db.session.scalars(
        select(Publication)
        .where(Publication.masker != finding.VERSION)
        .order_by(Publication.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for published in older:
        case = db.session.get_one(Case, published.case_id)
        draft = publications.scan(case, at=at)
        if draft is None or _stands(case, published):
            published.masker = finding.VERSION
            continue
        _gone(case)
        draft.state = "to_review"
        why = "脱敏规则更新后发现需要确认的内容"
        workflow.note(case, "unpublish", by=SYSTEM, at=at, payload={"reason": why})
        facts = {"masker": finding.VERSION}
        audited.note("public.pull_back", case, by=SYSTEM, at=at, reason=why, facts=facts)
    return len(older)


def _stands(case: Case, published: Publication) -> bool:
    texts = (published.title, published.text, published.result)
    return not any(publications.remaining(case, text) for text in texts)


def _gone(case: Case) -> bool:
    made = db.session.execute(
        delete(Publication).where(Publication.case_id == case.id).returning(Publication.id)
    )
    return made.first() is not None


def _course(case: Case) -> dict[str, Any]:
    """Where the case stands and how it came there: dates, moves and units, no person and no
    reason."""
    events = db.session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id == case.id, ~CaseEvent.internal)
        .order_by(CaseEvent.id)
    )
    steps = [
        {
            "on": local(event.at).date().isoformat(),
            "label": MOVES[event.name].words,
            "unit": str(event.payload.get("unit_name", "")),
        }
        for event in events
        if event.name in MOVES and MOVES[event.name].words
    ]
    category = db.session.scalar(select(Category.full_name).where(Category.id == case.category_id))
    ended = State(case.state) in ENDED
    return {
        "district": db.session.get_one(Tenant, case.tenant_id).name,
        "unit": db.session.scalar(select(Unit.name).where(Unit.id == case.unit_id)) or "",
        "category": (category or "").split(" / ")[0],
        "kind": Kind(case.kind).label if case.kind else "",
        "state": "已办结" if ended else "办理中",
        "done": ended,
        "received_on": local(case.received_at).date(),
        "closed_on": local(case.closed_at).date() if case.closed_at else None,
        "satisfaction": SATISFACTION.get(case.satisfaction or 0, "") if ended else "",
        "course": steps,
    }
