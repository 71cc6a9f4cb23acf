"""What became of a case since a form was opened: who did what, and when."""

from __future__ import annotations

from sqlalchemy import or_, select

from minxin.cases import deeds
from minxin.cases.models import Case, CaseEvent
from minxin.clock import SHANGHAI
from minxin.extensions import db

MOST = 3


def told(case: Case, version: int | None) -> str:
    """The moves since that version of the case, the oldest first, as the beginning of a sentence.

    Each move counts the version up by one and leaves one event, so as many of the last ones are
    news as the version has grown. The last move alone where no version is known. Empty where
    nothing is told: the case is as it came.
    """
    grown = 1 if version is None else case.version - version
    events = db.session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id == case.id)
        .where(or_(CaseEvent.to_state.is_not(None), CaseEvent.name == "succeed"))
        .order_by(CaseEvent.id.desc())
        .limit(max(grown, 1))
    ).all()
    news = list(reversed(events))
    more = f"此前另有{len(news) - MOST}步；" if len(news) > MOST else ""
    return more + "；".join(map(_said, news[-MOST:]))


def _said(event: CaseEvent) -> str:
    when = event.at.astimezone(SHANGHAI)
    return f"{event.actor_name}已于{when:%m月%d日 %H:%M}{deeds.did(event)}"
