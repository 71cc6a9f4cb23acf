"""省转件、领导交办: number, day and stars from outside beside ours; who ordered it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from minxin.calendars.counting import midnight
from minxin.cases import workflow
from minxin.cases.models import Case
from minxin.cases.rating import MOST
from minxin.clock import local
from minxin.errors import Refused
from minxin.people.actor import Actor

ORDER_LIMIT = 500


@dataclass(frozen=True)
class Mandate:
    """Who ordered it, and the first instant that is late for whoever set it from outside."""

    leader: str = ""
    due_at: datetime | None = None


def due_at(day: date | None, received_at: datetime) -> datetime | None:
    """The first instant after a day that was set from outside. Raises Refused for a day before
    the case came."""
    if day is None:
        return None
    if day < local(received_at).date():
        raise Refused("要求完成日期不能早于收到日期", "due_on")
    return midnight(day) + timedelta(days=1)


def enter_stars(
    case: Case, stars: int | None, *, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """登记省评星, as the province gave it; beside ours, which stays (1.8 A9)."""
    if stars is not None and not 0 <= stars <= MOST:
        raise Refused(f"星级须为0至{MOST}的整数", "stars")
    made = workflow.move(
        case.id,
        "enter_provincial_stars",
        by=by,
        at=at,
        version=version,
        facts={"provincial": case.provincial_no, "stars": stars},
        payload={"stars": stars, "stars_before": case.provincial_stars},
    )
    made.case.provincial_stars = stars
    return made.case
