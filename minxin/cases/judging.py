"""评价: the citizen judges an answer in five levels, once; never judged, the office archives it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from minxin.background import later
from minxin.calendars.words import due_text
from minxin.cases import clocks, messages, orders, questions, workflow
from minxin.cases.models import Case, CitizenAct, Clock, Tracking
from minxin.cases.states import SATISFACTION, State
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor

WORDS_LIMIT = 500
FIVE_STARS = {5: 5, 4: 5, 3: 5, 2: 4, 1: 3}
"""五星记分 (A7): what a citizen's level gives; derived, never stored."""

RULE = "judgement"


def judge(
    case: Case,
    satisfaction: int | None,
    words: str,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """评价 by the citizen himself, or as staff took it down by phone; the case is over."""
    if satisfaction is not None and satisfaction not in SATISFACTION:
        raise Refused("请从五档中选择满意程度", "satisfaction")
    if by.kind == "person" and satisfaction is not None and not words.strip():
        raise Refused("请写明诉求人何时、以什么方式作出评价，怎么说的", "words")
    if len(words) > WORDS_LIMIT:
        raise Refused(f"不能超过{WORDS_LIMIT}个字，请删减", "words")
    given = questions.latest(case)
    made = workflow.move(
        case.id,
        "judge",
        by=by,
        at=at,
        version=version,
        facts={"satisfaction": satisfaction},
        payload={
            "satisfaction": satisfaction,
            "five_stars": FIVE_STARS[satisfaction] if satisfaction else None,
            "hops": case.hops,
            "answered_by_id": given.unit_id if given else None,
            "answered_by": given.unit if given else "",
        },
    )
    assert given is not None
    given.satisfaction, given.words = satisfaction, words.strip()
    given.judged_at, given.judged_by = at, by.name
    made.case.satisfaction, made.case.closed_at = satisfaction, at
    orders.end(made.case, "done", at)
    messages.unhappy(made.case, satisfaction, words, origin="appraisal", by=by, at=at)
    return made.case


def archive(
    case: Case, reason: str, *, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """归档 without a judgement, once the citizen's time for it is over."""
    if version in (None, case.version) and workflow.hindrance(case, by, "archive") is None:
        too_early = hindrance(case, at)
        if too_early:
            raise Refused(too_early)
    made = workflow.move(case.id, "archive", by=by, at=at, version=version, reason=reason.strip())
    made.case.closed_at = at
    orders.end(made.case, "done", at)
    return made.case


def hindrance(case: Case, at: datetime) -> str:
    """Why an answered case cannot be archived yet; empty where it can."""
    clock = _clock(case)
    if clock is None or at >= clock.due_at:
        return ""
    return f"诉求人评价期至{due_text(clock.due_at, at)}，期满没有评价的才能归档"


def ask_judgement(
    tracking: Tracking, satisfaction: int | None, words: str, *, at: datetime
) -> None:
    """Keep what the citizen chose on the progress page; a worker registers it. Once."""
    if tracking.state != State.ANSWERED:
        raise Refused("这件诉求现在不能评价")
    if satisfaction not in SATISFACTION:
        raise Refused("请选择满意程度", "satisfaction")
    if len(words) > WORDS_LIMIT:
        raise Refused(f"不能超过{WORDS_LIMIT}个字，请删减", "words")
    if asked(tracking.number):
        raise Refused("评价已经收到，正在登记，不用再次提交")
    act_id = db.session.execute(
        insert(CitizenAct)
        .values(
            number=tracking.number,
            act="judge",
            text=words.strip(),
            facts={"satisfaction": satisfaction},
            at=at,
        )
        .returning(CitizenAct.id)
    ).scalar_one()
    later("intake.act", act_id=act_id)


def asked(number: str) -> bool:
    """Is there a judgement of the citizen's that waits for the worker?"""
    query = select(CitizenAct.id).where(
        CitizenAct.number == number, CitizenAct.act == "judge", CitizenAct.done_at.is_(None)
    )
    return db.session.scalar(query.limit(1)) is not None


def _clock(case: Case) -> Clock | None:
    return next((each for each in clocks.running(case) if each.rule_key == RULE), None)
