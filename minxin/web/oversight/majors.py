"""重大紧急件: what waits for a leader's 批示, and all of them followed to the end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission
from minxin.calendars.words import due_text
from minxin.cases import feedback, flagging, majors
from minxin.cases.instructions import Instruction
from minxin.cases.majors import Major
from minxin.cases.models import FAR, Case, Clock
from minxin.cases.states import State, Urgency
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.privacy.veil import veiled
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.marks import moment, remaining, tone
from minxin.web.oversight import pages


@pages.get("/instructions")
@permitted(Permission.CASE_INSTRUCT, Permission.INSTRUCTION_REQUEST)
def instructions() -> str:
    """A leader's: what waits for him, what was reported, what he has said; made for a phone. The
    office's: every 批示 that is not closed."""
    if not check.has(me(), Permission.CASE_INSTRUCT):
        return _open_instructions()
    user_id = me().user_id or 0
    return render_template(
        "oversight/instructions.html",
        reported=[_open(*row) for row in feedback.open_ones(user_id)[0]],
        waiting=[
            {**_row(each), "text": veiled(asked.text), "asked_at": asked.asked_at}
            for each, asked in majors.asked_of(user_id)
        ],
        given=[
            {
                "number": number,
                "text": veiled(each.text),
                "at": each.entered_at,
                "state": _stage(each),
            }
            for number, each in majors.led_by(user_id)
        ],
    )


@pages.get("/major-cases")
@permitted(Permission.BOARD_VIEW)
def major_cases() -> str:
    """Every 重大紧急件 with its steps: 请示, 批示, first word of the unit, due."""
    return render_template(
        "oversight/major_cases.html",
        open_ones=[_row(each) for each in majors.open_ones()],
        ended_ones=[_row(each) for each in majors.ended_ones()],
        limits=flagging.limits(),
    )


@pages.post("/instructions/<int:instruction_id>/reading")
@permitted(Permission.CASE_INSTRUCT)
def instruction_read(instruction_id: int) -> Response:
    """已阅: the leader has read what was reported."""
    given = db.session.get(Instruction, instruction_id) if instruction_id < 2**63 else None
    if given is None or given.leader_id != me().user_id:
        abort(404)
    try:
        case = db.session.get_one(Case, given.case_id)
        feedback.read(case, given.id, by=me(), at=clock.now())
        db.session.commit()
        flash("已阅，该批示办结。", "done")
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "info" if isinstance(refusal, Conflict) else "warn")
    return redirect(url_for("oversight.instructions"), 303)


def _open_instructions() -> str:
    after = request.args.get("after", "")
    key = int(after) if after.isdecimal() and len(after) < 19 else 0
    rows, more = feedback.open_ones(after=key)
    here = url_for("oversight.instructions")
    return render_template(
        "oversight/open_instructions.html",
        rows=[_open(*row) for row in rows],
        next_url=f"{here}?after={rows[-1][0].id}" if more else None,
        first_url=here if key else None,
    )


def _open(
    each: Instruction, number: str, title: str, due_at: datetime | None, reads_himself: bool
) -> dict[str, Any]:
    due_at = due_at if each.feedback_at is None else None
    return {
        "id": each.id,
        "left": remaining(due_at, None) if due_at else None,
        "due": due_text(due_at) if due_at else "",
        "paper": each.paper,
        "number": number,
        "title": veiled(title),
        "leader": f"{each.leader}（{each.leader_title}）",
        "day": f"{each.given_on.month}月{each.given_on.day}日",
        "text": veiled(each.text) or "见扫描件",
        "feedback": veiled(each.feedback),
        "feedback_at": each.feedback_at,
        "feedback_by": each.feedback_by,
        "state": _stage(each),
        "reads_himself": reads_himself,
    }


def _stage(each: Instruction) -> str:
    if each.feedback_at is None:
        return "待反馈"
    return "已办结" if each.read_at is not None else "反馈待阅"


def _row(each: Major) -> dict[str, Any]:
    return {
        "number": each.number,
        "title": veiled(each.title),
        "urgency": Urgency(each.urgency).label,
        "state": State(each.state).label,
        "tone": tone(each.state),
        "unit": each.unit,
        "tenant": each.tenant if each.unit else "",
        "flagged": moment(each.flagged_at),
        "asked": _asked(each),
        "led": moment(each.led.entered_at) if each.led else "",
        "led_by": each.led.leader if each.led else "",
        "feedback": _feedback(each.feedback),
        "left": remaining(each.due_at, each.yellow_at) if each.due_at < FAR else None,
        "closed": moment(each.closed_at) if each.closed_at else "",
    }


def _asked(each: Major) -> dict[str, str]:
    """When and before whom; how late it is where nobody was told yet."""
    if each.asked is None:
        late = each.asking is not None and each.asking.due_at <= clock.now() and not each.ended
        return {"words": "还没有请示", "who": "", "level": "late" if late else "soon"}
    return {"words": moment(each.asked.asked_at), "who": each.asked.leader, "level": ""}


def _feedback(asked: Clock | None) -> dict[str, str]:
    if asked is None:
        return {"words": "", "level": ""}
    if asked.stopped_at is None:
        left = remaining(asked.due_at, asked.yellow_at)
        return {"words": left.words, "level": left.level} if left else {"words": "", "level": ""}
    late = asked.stopped_at >= asked.due_at
    return {
        "words": moment(asked.stopped_at) + ("（超时）" if late else ""),
        "level": "late" if late else "",
    }
