"""What a citizen asked for on the progress page, carried out by the same verbs as staff's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from minxin.cases import appraising, closing, consulting, judging, messages, reopening
from minxin.cases.models import Case, CitizenAct
from minxin.errors import Refused
from minxin.people.actor import CITIZEN

Verb = Callable[[Case, CitizenAct, datetime], object]


def _withdraw(case: Case, act: CitizenAct, at: datetime) -> None:
    closing.withdraw(case, reason=act.text, by=CITIZEN, at=at)


def _judge(case: Case, act: CitizenAct, at: datetime) -> None:
    judging.judge(case, act.facts.get("satisfaction"), act.text, by=CITIZEN, at=at)


def _appraise(case: Case, act: CitizenAct, at: datetime) -> None:
    view = appraising.View(
        act.facts.get("satisfaction"),
        act.facts.get("contacted"),
        act.facts.get("solved"),
        act.text,
    )
    appraising.appraise(case, view, by=CITIZEN, at=at)


def _give_opinion(case: Case, act: CitizenAct, at: datetime) -> None:
    consulting.take_opinion(case, act)


def _write(case: Case, act: CitizenAct, at: datetime) -> None:
    messages.take(case, act, at)


def _reopen(case: Case, act: CitizenAct, at: datetime) -> None:
    reopening.ask(case, act.text, by=CITIZEN, at=at)


VERBS: Mapping[str, tuple[Verb, str]] = {
    "withdraw": (_withdraw, "已撤回"),
    "judge": (_judge, "评价已登记"),
    "appraise": (_appraise, appraising.DONE),
    "message": (_write, messages.DONE),
    "reopen": (_reopen, reopening.DONE),
    "opinion": (_give_opinion, "意见已登记"),
}
"""Act → its verb, and what the citizen is answered."""


def carry_out(act: CitizenAct, case: Case | None, *, at: datetime) -> None:
    """Do what the citizen asked for; what cannot be done is answered. Once, run twice."""
    if act.done_at is not None:
        return
    act.done_at = at
    if case is None:
        act.answer = "诉求正在登记，请稍后再试"
        return
    verb, done = VERBS[act.act]
    try:
        verb(case, act, at)
        act.answer = done
    except Refused as refusal:
        act.answer = refusal.message
