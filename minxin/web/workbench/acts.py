"""What can be done with a case, as nouns: each is a page, a form and one or two moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from minxin.cases.models import Case
from minxin.cases.states import State
from minxin.cases.transitions import Move
from minxin.people.actor import Actor


@dataclass(frozen=True)
class Act:
    """An act: its endpoint and template name, its word, its icon, the moves that it offers."""

    name: str
    label: str
    icon: str
    moves: tuple[str, ...]


_ROWS = (
    Act("claim", "认领", "hand-index", ("claim",)),
    Act("screening", "规范定性", "pencil-square", ("screen",)),
    Act("dispatch", "转办", "send", ("dispatch",)),
    Act("assignment", "分派", "diagram-3", ("assign",)),
    Act("acceptance", "签收", "inbox", ("accept",)),
    Act("log", "记录办理", "journal-text", ("enter_log", "enter_co_log")),
    Act("report", "报结", "file-earmark-check", ("report",)),
    Act("signature", "审签", "pen", ("sign", "unsign")),
    Act("review", "审核", "clipboard-check", ("approve", "send_back")),
    Act("follow_up", "回访", "telephone", ("attempt", "follow_up")),
    Act("rating", "初审评星", "star", ("rate",)),
    Act("closing", "结案", "check2-square", ("close",)),
    Act("refusal", "不予受理", "x-octagon", ("refuse",)),
    Act("release", "退回待认领", "arrow-counterclockwise", ("release",)),
    Act("withdrawal", "登记撤回", "arrow-return-left", ("withdraw",)),
)
ACTS = {act.name: act for act in _ROWS}
ATTACHMENTS = Act("attachments", "补充附件", "paperclip", ())

_NEXT = {
    State.UNCLAIMED: "claim",
    State.DISPATCHED: "acceptance",
    State.ACCEPTED: "log",
    State.HANDLING: "report",
    State.SIGNING: "signature",
    State.REPORTED: "review",
    State.FOLLOW_UP: "follow_up",
    State.TO_RATE: "rating",
    State.RATED: "closing",
}
"""The one act that a state waits for; the filled button where the person may do it."""


def offered(moves: Iterable[Move]) -> list[Act]:
    """The acts that some moves make possible, in the order of a case's life."""
    names = {move.name for move in moves}
    return [act for act in _ROWS if names.intersection(act.moves)]


def awaited(case: Case, by: Actor, acts: list[Act]) -> Act | None:
    """The act that the case waits for from this person, if it is among those offered."""
    name = _NEXT.get(State(case.state))
    if case.state == State.CLAIMED:
        name = "dispatch" if case.screened_at else "screening"
    if case.unit_id == by.unit_id and ACTS["assignment"] in acts:
        name = "assignment"  # a station passes on what came to itself
    return next((act for act in acts if act.name == name), None)
