"""Who is told what of 督办."""

from __future__ import annotations

from datetime import datetime

from minxin import telling
from minxin.calendars.words import due_text
from minxin.cases.models import Case, CaseEvent
from minxin.cases.reminders import AT_OFFICE, AT_UNIT
from minxin.extensions import db
from minxin.people.roles import Role
from minxin.supervision.models import Supervision


def tell_supervised(event: CaseEvent, case: Case, at: datetime) -> None:
    """督办: the unit and its leader, by when an answer is asked."""
    label = SUPERVISED[event.name]
    started = event.payload.get("clocks_started", {})
    until = next((due for key, due in started.items() if key.startswith("supervision")), None)
    upto = f"，请在{due_text(datetime.fromisoformat(until), at)}前回复" if until else "，请尽快回复"
    telling.tell(
        event, case, at, telling.unit(case), (*AT_UNIT, Role.UNIT_HEAD), f"{label}{upto}", "late"
    )


SUPERVISED = {
    "supervise": "收到督办通知单",
    "supervise_again": "收到二次督办通知单",
    "supervise_bulletin": "收到督办专报",
    "return_supervision": "督办回复被退回，须补充",
}
"""What the unit is told of a rung."""


def tell_of_verdict(event: CaseEvent, case: Case, at: datetime) -> None:
    """What was found of the unit's answer."""
    words = "督办回复已审核，督办办结"
    if event.name == "reject_supervision":
        words = "督办回复经核查不予认可，请查看意见"
    telling.tell(event, case, at, telling.unit(case), (*AT_UNIT, Role.UNIT_HEAD), words)


def tell_supervisors(event: CaseEvent, case: Case, at: datetime) -> None:
    """An answer came: whoever opened the rung reads it."""
    words = "收到督办回复，请审核"
    rung = db.session.get(Supervision, event.payload.get("supervision_id", 0))
    if rung is not None and rung.by_station:
        telling.tell(event, case, at, telling.stations(case), (Role.STATION,), words)
    else:
        telling.tell_office(event, case, at, AT_OFFICE, words)


def tell_urged(event: CaseEvent, case: Case, at: datetime) -> None:
    """催办: the words stand in the case, for they may name somebody."""
    words = f"{event.actor_unit}催办，请尽快办理并查看催办内容"
    telling.tell(event, case, at, telling.unit(case), (*AT_UNIT, Role.UNIT_HEAD), words, "late")
