"""自选件 and 问题提醒件: what the office picks, and what a reminder to a unit rests on (1.7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from minxin.cases import reach, tags, workflow
from minxin.cases.models import Case
from minxin.cases.states import Tag
from minxin.cases.tags import CaseTag
from minxin.errors import Refused
from minxin.exchange import letters
from minxin.exchange.letters import LetterKind
from minxin.exchange.models import Letter
from minxin.extensions import db
from minxin.people.actor import Actor

REASON_LIMIT = 500
MOST_CASES = 50


def choose(case: Case, reason: str, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """列为自选件: the office follows it itself."""
    made = workflow.move(
        case.id, "choose", by=by, at=at, version=version, reason=reason.strip(),
        facts={"unchosen": not chosen(case)},
    )  # fmt: skip
    tags.give(made.case, Tag.CHOSEN, by=by, at=at)
    return made.case


def drop(case: Case, reason: str, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """取消自选件."""
    made = workflow.move(
        case.id, "unchoose", by=by, at=at, version=version, reason=reason.strip(),
        facts={"chosen": chosen(case)},
    )  # fmt: skip
    tags.take(made.case, Tag.CHOSEN)
    return made.case


def chosen(case: Case) -> bool:
    """Is it a 自选件?"""
    query = select(CaseTag.id).where(CaseTag.case_id == case.id, CaseTag.tag == Tag.CHOSEN)
    return db.session.scalar(query) is not None


def remind(
    unit_id: int,
    title: str,
    text: str,
    numbers: Sequence[str],
    *,
    by: Actor,
    at: datetime,
    token: str | None = None,
) -> Letter:
    """问题提醒函 to a unit on a recurring problem; the cases that it rests on are 问题提醒件.

    token: the form's own key: sent twice, it is one letter and marks the cases once. Raises
    Refused for a number that the person does not see, or without any.
    """
    wanted = list(dict.fromkeys(number.strip() for number in numbers if number.strip()))
    if not wanted:
        raise Refused("请至少填写一件诉求的编号", "numbers")
    if len(wanted) > MOST_CASES:
        raise Refused(f"一次最多列{MOST_CASES}件", "numbers")
    found = list(db.session.scalars(reach.cases(by).where(Case.number.in_(wanted))))
    missing = [number for number in wanted if number not in {case.number for case in found}]
    if missing:
        raise Refused(f"没有找到{'、'.join(missing[:3])}，请核对编号", "numbers")
    if known := letters.sent_before(by, token):
        return known
    letter = letters.send(
        [unit_id],
        title,
        text,
        by=by,
        at=at,
        kind=LetterKind.REMINDER,
        case_ids=[case.id for case in found],
        token=token,
    )
    for case in found:
        tags.give(case, Tag.REMINDER, by=by, at=at)
        workflow.note(case, "remind", by=by, at=at, payload={"letter": title})
    return letter
