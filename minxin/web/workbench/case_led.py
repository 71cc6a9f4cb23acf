"""What stands beside a case's course on its page: 批示, 请示 and 延期, from its dossier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import g, url_for

from minxin.access.matrix import Reach, reach_of
from minxin.access.permissions import Permission as P
from minxin.calendars.words import due_text
from minxin.cases.dossier import Dossier, Record
from minxin.cases.messages import Kind as MessageKind
from minxin.cases.returns import Ground
from minxin.cases.states import SATISFACTION
from minxin.people.actor import Actor
from minxin.web.marks import day as day_words
from minxin.web.marks import moment

OUTCOMES = {"pending": "待批", "granted": "已批准", "refused": "未批准", "lapsed": "已失效"}


Hide = Callable[[str], str]
"""A text as the person may read it."""


def led(folder: Dossier, by: Actor, hide: Hide) -> dict[str, Any]:
    """Values of workbench/_instructions.html, _returns.html, _co_answers.html, _joined.html,
    _case_led.html."""
    return {
        "instructions": [_instruction(each, hide) for each in folder.instructions],
        # a 请示件 is between the office and its leaders; units read what came of it
        "requests": [_request(each) for each in folder.requests] if by.at_city_desk else [],
        "returned": [_returned(each, hide) for each in folder.returns],
        "promises": [_promise(each, hide) for each in folder.promises],
        "messages": [_message(each, hide) for each in folder.messages],
        "reopenings": [_reopening(each, hide) for each in folder.reopenings],
        "co_answers": [{**each, "text": hide(each["text"])} for each in folder.co_answers],
        "joined": [_joined(each, by, hide) for each in folder.joined],
        "extensions": [_extension(each, hide) for each in folder.extensions],
    }


MESSAGES = {
    "pending": "待处理",
    "passed": "已转承办单位，待答复",
    "answered": "承办单位已答复",
    "replied": "已直接答复",
    "invalid": "无效",
}
REOPENINGS = {"pending": "待审核", "granted": "已同意", "refused": "未同意"}


PROMISES = {"open": "跟踪中", "replaced": "已改变", "fulfilled": "已落实"}


def _promise(each: Record, hide: Hide) -> Record:
    review = each["review_on"]
    return {
        **each,
        "label": PROMISES[each["outcome"]],
        "day": day_words(date.fromisoformat(each["promised_on"])),
        "review": day_words(date.fromisoformat(review)) if review else "",
        **{name: hide(each[name]) for name in ("text", "result")},
    }


def _message(each: Record, hide: Hide) -> Record:
    return {
        **each,
        "kind_label": MessageKind(each["kind"]).label,
        "level": SATISFACTION.get(each["satisfaction"] or 0, ""),
        "state": MESSAGES[each["outcome"]],
        **{name: hide(each[name]) for name in ("text", "opinion", "reply")},
    }


def _reopening(each: Record, hide: Hide) -> Record:
    return {
        **each,
        "label": REOPENINGS[each["outcome"]],
        **{name: hide(each[name]) for name in ("reason", "opinion")},
    }


RETURNS = {
    "pending": "待审核",
    "accepted": "已同意",
    "refused": "未同意",
    "disputed": "待裁定",
    "ruled": "已裁定",
    "lapsed": "已失效",
}


def _returned(each: Record, hide: Hide) -> Record:
    return {
        **each,
        "label": RETURNS[each["outcome"]],
        "ground": Ground(each["ground"]).label,
        **{name: hide(each[name]) for name in ("reason", "dispute", "opinion")},
    }


def _joined(each: Record, by: Actor, hide: Hide) -> Record:
    """A unit reads what others asked for where it handles it; only offices open their pages."""
    opens = reach_of(by.role, P.CASE_VIEW) in (Reach.CITY, Reach.TENANT)
    here = url_for("workbench.case", desk=g.desk.slug, number=each["number"])
    return {
        **each,
        "url": here if opens else "",
        "subject": hide(each["subject"]),
        "body": hide(each["body"]),
        "satisfaction": SATISFACTION.get(each["satisfaction"], ""),
    }


def _instruction(each: Record, hide: Hide) -> Record:
    day = date.fromisoformat(each["given_on"])
    state = "待反馈" if not each["feedback_at"] else "已办结" if each["read_at"] else "反馈待阅"
    return {
        **each,
        "text": hide(each["text"]),
        "feedback": hide(each["feedback"]),
        "day": f"{day.month}月{day.day}日",
        "state": state,
        "tone": {"待反馈": "wait", "反馈待阅": "work"}.get(state, "done"),
    }


def _request(each: Record) -> Record:
    state = "待批示"
    if each["answered_at"]:
        state = f"{moment(each['answered_at'])}已批示"
    elif each["withdrawn_at"]:
        state = "已撤回"
    return {**each, "state": state}


def _extension(each: Record, hide: Hide) -> Record:
    days = each["granted"] or each["workdays"]
    after = each["due_after"]
    return {
        **each,
        "label": OUTCOMES[each["outcome"]],
        "days": days,
        "reason": hide(each["reason"]),
        "opinion": hide(each["opinion"]),
        "before": due_text(datetime.fromisoformat(each["due_before"])),
        "after": due_text(datetime.fromisoformat(after)) if after else "",
    }
