"""What 核实 adds to the case page: the consultation and what the citizen said himself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from minxin import clock
from minxin.calendars.words import due_text
from minxin.cases.dossier import Dossier, Record
from minxin.cases.states import SATISFACTION
from minxin.web.marks import moment

Hide = Callable[[str], str]
"""A text as the person may read it."""


def verified(folder: Dossier, hide: Hide) -> dict[str, Any]:
    """Values of workbench/_consultations.html and workbench/_appraisals.html."""
    return {
        "consultations": [_consultation(each, hide) for each in folder.consultations],
        "appraisals": [_appraisal(each, hide) for each in folder.appraisals],
    }


def _consultation(each: Record, hide: Hide) -> Record:
    first, end = (datetime.fromisoformat(each[key]) for key in ("starts_at", "ends_at"))
    return {
        **each,
        "window": f"{moment(first)} 至 {due_text(end)}",
        "standing": _standing(each, first, end),
        "content_hash": each["content_hash"][:12],
        "conclusion": hide(each["conclusion"]),
    }


def _standing(each: Record, first: datetime, end: datetime) -> str:
    if each["stopped_at"]:
        return f"{moment(each['stopped_at'])} 中止，已从网站撤下"
    if each["concluded_at"]:
        return f"{moment(each['concluded_at'])} 结束"
    if clock.now() < first:
        return "已审定，尚未公开"
    return "正在公开" if clock.now() < end else "已期满，等待小结"


def _appraisal(each: Record, hide: Hide) -> Record:
    by = "诉求人在网上评价" if each["by_kind"] == "citizen" else f"{each['by_name']}登记"
    return {
        **each,
        "satisfaction": SATISFACTION[each["satisfaction"]],
        "words": hide(each["words"]),
        "at": moment(each["at"]),
        "by": by,
    }
