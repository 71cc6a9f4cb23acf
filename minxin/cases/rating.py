"""初审评星: the office judges the handling, 0–10, after the follow-up (第八条（四）, A8)."""

from __future__ import annotations

from datetime import datetime

from minxin.cases import workflow
from minxin.cases.models import Case
from minxin.errors import Refused
from minxin.people.actor import Actor

STANDARD = 5
MOST = 10


def rate(
    case: Case,
    *,
    stars: int | None,
    opinion: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """Give the case its stars and say why. Raises Refused outside 0–10 or without an opinion."""
    if stars is not None and not 0 <= stars <= MOST:
        raise Refused(f"星级须为0至{MOST}的整数", "stars")
    made = workflow.move(
        case.id,
        "rate",
        by=by,
        at=at,
        version=version,
        facts={"stars": stars, "opinion": opinion.strip()},
        payload={"stars": stars, "opinion": opinion.strip()},
    )
    made.case.stars, made.case.rating_opinion = stars, opinion.strip()
    return made.case
