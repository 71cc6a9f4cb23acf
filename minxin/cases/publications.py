"""公开稿: what is to be published of a case, looked through by the masker and by a person.

The worker reads every change of it; a person decides every hit; only then does the public read it
(第二条, 第八条（一）（三）, privacy.md). A masker that fails publishes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from minxin.cases import audited, contacts, workflow
from minxin.cases.models import Case
from minxin.cases.public_texts import FIELDS, digest, proposed
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.privacy import covering, finding, sensitive, surnames
from minxin.privacy.hits import Hit, Kind, union
from minxin.tenancy.models import MOVES, OfTenant

REASON_LIMIT = 200
Span = dict[str, Any]
"""field, start, end, kind, sure, act ("" until decided, "mask" or "lift"), reason, by."""


_DECIDED = ("act", "reason", "by", "added")


class PublicDraft(OfTenant):
    """What would be published, and what was found in it. state: to_review | approved | failed."""

    __tablename__ = "public_drafts"
    __table_args__ = (
        UniqueConstraint("case_id"),
        Index("ix_public_drafts_state_id", "state", "id"),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    texts: Mapped[dict[str, Any]]
    spans: Mapped[list[Any]]
    state: Mapped[str]
    source_hash: Mapped[str]
    masker: Mapped[str]
    scanned_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(default="")
    approved_hash: Mapped[str] = mapped_column(default="")


class Publication(OfTenant):
    """What the public reads of a case: written for its login, gone where it is taken down."""

    __tablename__ = "publications"
    __table_args__ = (
        UniqueConstraint("case_id"),
        Index("ix_publications_published_at_id", "published_at", "id"),
        Index("ix_publications_tenant_id_published_at_id", "tenant_id", "published_at", "id"),
        Index("ix_publications_category_published_at_id", "category", "published_at", "id"),
        Index("ix_publications_words", "words", postgresql_using="gin"),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    title: Mapped[str]
    text: Mapped[str]
    result: Mapped[str]
    district: Mapped[str]
    unit: Mapped[str]
    category: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    done: Mapped[bool]
    received_on: Mapped[date] = mapped_column(Date)
    closed_on: Mapped[date | None] = mapped_column(Date)
    satisfaction: Mapped[str]
    course: Mapped[list[Any]]
    words: Mapped[str] = mapped_column(TSVECTOR)
    content_hash: Mapped[str]
    masker: Mapped[str]
    approved_by: Mapped[str]
    published_at: Mapped[datetime]
    updated_at: Mapped[datetime]


@dataclass(frozen=True)
class Choice:
    """What a person decided of one hit: mask it, or lift it and say why."""

    act: str
    reason: str = ""


def scan(case: Case, *, at: datetime) -> PublicDraft | None:
    """Look through what would be published now. What was decided of the same words in the same
    field stands; the draft waits for a person where anything changed. None before 规范."""
    texts = proposed(case)
    if not texts["title"]:
        return None
    draft = of(case) or _empty(case)
    source = digest(texts)
    if draft.source_hash == source and draft.masker == finding.VERSION and draft.state != "failed":
        return draft
    before = {_words(span, draft.texts): span for span in draft.spans}
    known = contacts.known(case)
    found = finding.find_all([(texts[field], known) for field in FIELDS])
    spans: list[Span] = []
    for field, seen in zip(FIELDS, found, strict=True):
        hits = union([*seen, *sensitive.find(texts[field])])
        for hit in [*hits, *_added_before(field, texts[field], before.values(), draft.texts, hits)]:
            span = _span(field, hit)
            told = before.get(_words(span, texts), {})
            spans.append(span | {key: told[key] for key in _DECIDED if key in told})
    changed = draft.source_hash != source or any(not span["act"] for span in spans)
    draft.texts, draft.spans = texts, _in_order(spans)
    draft.source_hash, draft.masker, draft.scanned_at = source, finding.VERSION, at
    if changed or draft.state == "failed":
        draft.state = "to_review"
    db.session.flush()
    return draft


def fail(case: Case) -> None:
    """The masker failed: whatever the draft said before, nothing of it may be published."""
    draft = of(case) or _empty(case)
    draft.state, draft.source_hash = "failed", ""


def of(case: Case) -> PublicDraft | None:
    """The draft of a case."""
    return db.session.scalar(select(PublicDraft).where(PublicDraft.case_id == case.id))


def undecided(draft: PublicDraft) -> int:
    """How many hits nobody has decided."""
    return sum(1 for span in draft.spans if not span["act"])


def public(draft: PublicDraft) -> dict[str, str]:
    """The texts as the public would read them now: what is not lifted is covered."""
    return {
        field: covering.cover(
            draft.texts[field],
            union(_hit(s) for s in draft.spans if s["field"] == field and s["act"] != "lift"),
        )
        for field in FIELDS
    }


def decide(
    case: Case,
    choices: Mapping[int, Choice],
    more: Mapping[str, str],
    *,
    by: Actor,
    at: datetime,
) -> PublicDraft:
    """Decide hits by their place in the list, and cover words that the masker did not find.

    more: field → words, one a line; each is covered wherever it stands in that field. Raises
    Refused for a lifting without a reason or words that are not there. Each lifting is logged.
    """
    draft = _reviewed(case)
    spans = [dict(span) for span in draft.spans]
    for number, choice in choices.items():
        if not 0 <= number < len(spans) or choice.act not in ("mask", "lift"):
            raise Refused("请重新打开页面，内容已有变化")
        if choice.act == "lift" and not choice.reason.strip():
            raise Refused("保留不遮的，请写明理由", f"reason-{number}")
        if len(choice.reason) > REASON_LIMIT:
            raise Refused(f"理由不能超过{REASON_LIMIT}个字", f"reason-{number}")
        if choice.act == "lift" and spans[number]["act"] != "lift":
            facts = {"field": spans[number]["field"], "kind": spans[number]["kind"]}
            audited.note("public.lift", case, by=by, at=at, reason=choice.reason, facts=facts)
        spans[number] |= {"act": choice.act, "reason": choice.reason.strip(), "by": by.name}
    for field, said in more.items():
        for words in filter(None, map(str.strip, said.splitlines())):
            spans += _covered_too(draft, field, words, by)
    draft.spans = _in_order(_apart(spans))
    draft.state = "to_review"
    workflow.note(case, "review_public", by=by, at=at, payload={"hits": len(draft.spans)})
    return draft


def check(case: Case) -> PublicDraft:
    """The draft, where it may be published now. Raises Refused where anything is left to do."""
    draft = _reviewed(case)
    if digest(proposed(case)) != draft.source_hash:
        raise Refused("公示内容刚刚有了变化，正在重新检查，请稍后再试")
    if draft.masker != finding.VERSION:
        raise Refused("脱敏规则已更新，正在重新检查，请稍后再试")
    left = undecided(draft)
    if left:
        raise Refused(f"还有{left}处个人信息没有确认遮盖或保留")
    return draft


def remaining(case: Case, text: str) -> list[str]:
    """Labels of the personal data that still stands in a text that a person wrote for the public,
    what was lifted in the draft of the case left out."""
    draft = of(case)
    lifted = set()
    if draft is not None:
        lifted = {_words(span, draft.texts)[1] for span in draft.spans if span["act"] == "lift"}
    hits = finding.find(text, contacts.known(case))
    return [hit.kind.label for hit in hits if text[hit.start : hit.end] not in lifted]


def covered(case: Case) -> dict[str, str]:
    """The texts for the public as they were reviewed or, where nobody has yet, with everything
    covered that the masker finds."""
    draft = of(case)
    if draft is not None and draft.source_hash:
        return public(draft)
    known = contacts.known(case)
    return {
        field: covering.cover(text, finding.find(text, known))
        for field, text in proposed(case).items()
    }


def _reviewed(case: Case) -> PublicDraft:
    draft = of(case)
    if draft is None or draft.state == "failed" or draft.scanned_at is None:
        raise Refused("个人信息还没有检查完，请稍后刷新。一直没有结果的，请联系系统管理员")
    return draft


def _empty(case: Case) -> PublicDraft:
    draft = PublicDraft(
        tenant_id=case.tenant_id,
        case_id=case.id,
        texts=dict.fromkeys(FIELDS, ""),
        spans=[],
        state="to_review",
        source_hash="",
        masker="",
        approved_by="",
        approved_hash="",
    )
    db.session.add(draft)
    return draft


def _span(field: str, hit: Hit) -> Span:
    place = {"field": field, "start": hit.start, "end": hit.end}
    return {**place, "kind": str(hit.kind), "sure": hit.sure, "act": "", "reason": "", "by": ""}


def _hit(span: Span) -> Hit:
    return Hit(span["start"], span["end"], Kind(span["kind"]))


def _words(span: Span, texts: Mapping[str, str]) -> tuple[str, str]:
    return span["field"], texts.get(span["field"], "")[span["start"] : span["end"]]


def _added_before(
    field: str, text: str, before: Iterable[Span], texts: Mapping[str, str], hits: Sequence[Hit]
) -> list[Hit]:
    """What a person had covered beside the masker's hits is covered in the new wording too."""
    taken = [(hit.start, hit.end) for hit in hits]
    found = []
    for span in before:
        words = _words(span, texts)[1]
        if span["field"] != field or not span.get("added") or not words:
            continue
        place = text.find(words)
        while place >= 0:
            end = place + len(words)
            if all(end <= start or place >= stop for start, stop in taken):
                found.append(Hit(place, end, Kind(span["kind"])))
            place = text.find(words, end)
    return found


def _covered_too(draft: PublicDraft, field: str, words: str, by: Actor) -> list[Span]:
    text = draft.texts.get(field, "")
    place = text.find(words)
    if place < 0:
        raise Refused(f"{FIELDS.get(field, '')}里没有这几个字，请照原文填写", f"more-{field}")
    spans = []
    while place >= 0:
        hit = Hit(place, place + len(words), _kind_of(words))
        spans.append({**_span(field, hit), "act": "mask", "by": by.name, "added": True})
        place = text.find(words, place + len(words))
    return spans


def _kind_of(words: str) -> Kind:
    """A short word that begins with a surname is a name; anything else is covered whole."""
    named = len(words) <= 4 and words.isalpha() and surnames.length(words)
    return Kind.NAME if named else Kind.SENSITIVE


def _in_order(spans: Iterable[Span]) -> list[Span]:
    return sorted(spans, key=lambda span: (list(FIELDS).index(span["field"]), span["start"]))


def _apart(spans: Sequence[Span]) -> list[Span]:
    """Spans without overlap: a wider one, which a person drew, takes the place of others."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s["field"], s["start"] - s["end"], s["start"])):
        if all(
            span["field"] != other["field"]
            or span["end"] <= other["start"]
            or span["start"] >= other["end"]
            for other in kept
        ):
            kept.append(span)
    return kept
