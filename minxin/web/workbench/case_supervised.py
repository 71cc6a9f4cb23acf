"""督办 on the case page: the chain of rungs with their answers, and 约谈."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, url_for

from minxin.calendars.words import due_text
from minxin.cases.models import FAR, Case, CaseEvent, Clock
from minxin.cases.veiling import Veil
from minxin.supervision import answering, chain, urging
from minxin.supervision.answering import Verdict
from minxin.supervision.ladder import Ground, Rung
from minxin.supervision.models import Supervision, SupervisionReply
from minxin.web import files
from minxin.web.marks import day, remaining

TOLD = frozenset(("supervise", "supervise_again", "supervise_bulletin", "talk"))
"""Events of a case that has something to show here; the others are asked for nothing."""
STATES = {
    "drafted": ("拟办中", "open"),
    "open": ("待回复", "wait"),
    "answered": ("待审核", "work"),
    "accepted": ("已办结", "done"),
    "false": ("失实", "stop"),
    "not_done": ("不落实", "stop"),
    "unanswered": ("逾期未回复", "stop"),
    "ended": ("随件终止", "done"),
    "void": ("未下发", "done"),
}
"""State → (word, tone)."""


def supervised(
    case: Case,
    life: Sequence[CaseEvent],
    running: Sequence[Clock],
    veil: Veil,
    *,
    drafts: bool,
) -> dict[str, Any]:
    """Values of workbench/_supervisions.html: the rungs of a case, the newest first, and 约谈.

    No statement for a case that has none. drafts: for who writes them, but not those against
    himself.
    """
    if not any(each.name in TOLD for each in life):
        return {}
    hidden = ("void",) if drafts else ("void", "drafted")
    rungs = [each for each in chain.of(case) if each.state not in hidden]
    answers = answering.replies_of(case)
    hung = _hung(case, [each for some in answers.values() for each in some])
    waits = {each.subject_id: each for each in running if chain.waits_for_answer(each)}
    return {
        "rungs": [_rung(each, answers, veil, hung, waits.get(each.id)) for each in rungs],
        "talks": [
            {
                "on": day(each.held_on),
                "with_whom": each.with_whom,
                "chaired_by": each.chaired_by,
                "said": veil(each.said),
                "agreed": veil(each.agreed),
            }
            for each in urging.talks(case)
        ],
    }


Files = Mapping[int, dict[str, Any]]


def _hung(case: Case, answers: Sequence[SupervisionReply]) -> Files:
    """The files that came with answers, as the page shows them, by id."""

    def url(key: int) -> str:
        at = {"desk": g.desk.slug, "number": case.number}
        return url_for("workbench.attachment", attachment_id=key, **at)

    return {
        key: files.shown(each.name, each.mime, each.size, url(key))
        for key, each in answering.files_of(answers).items()
    }


def _rung(
    each: Supervision,
    found: Mapping[int, Sequence[SupervisionReply]],
    veil: Veil,
    hung: Files,
    clock: Clock | None,
) -> dict[str, Any]:
    word, tone = STATES[each.state]
    live = each.state in chain.LIVE
    return {
        "label": Rung(each.rung).label,
        "number": each.number,
        "ground": Ground(each.ground).label,
        "grave": each.grave,
        "state": word,
        "tone": tone,
        "unit": each.unit,
        "demand": veil(each.demand),
        "opened_at": each.opened_at,
        **until(each, clock),
        "live": live,
        "result": veil(each.result),
        "paper_id": each.paper_id,
        "answers": [
            {
                "edition": answer.edition,
                "text": veil(answer.text),
                "responsible": answer.responsible,
                "by": answer.by_name,
                "unit": answer.unit,
                "at": answer.at,
                "late": answer.late,
                "verdict": Verdict(answer.outcome).label if answer.outcome != "waiting" else "",
                "verified": veil(answer.verified),
                "opinion": veil(answer.opinion),
                "files": [hung[key] for key in answer.attachment_ids if key in hung],
            }
            for answer in found.get(each.id, ())
        ],
    }


def asked(case: Case, rung: Supervision | None, veil: Veil) -> dict[str, Any] | None:
    """One rung with its answers, above the form that it asks for."""
    if rung is None:
        return None
    answers = answering.replies(rung)
    hung = _hung(case, answers)
    return _rung(rung, {rung.id: answers}, veil, hung, chain.running(rung))


def until(each: Supervision, clock: Clock | None) -> dict[str, Any]:
    """due, left: by when a rung is to be answered, as its running clock says; of one whose clock
    was stopped as it said then."""
    if clock is None:
        return {"due": due_text(each.due_at) if each.due_at else "", "left": None}
    if clock.due_at >= FAR:
        return {"due": "暂停计时", "left": None}
    provisional = "（暂定）" if clock.provisional else ""
    return {"due": due_text(clock.due_at) + provisional, "left": remaining(clock.due_at, None)}
