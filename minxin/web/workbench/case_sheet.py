"""What the case page shows: texts, clocks, people, papers, and what can be done next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import g, request, url_for

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.calendars.words import due_text, remaining
from minxin.cases import (
    clocks,
    contacts,
    differences,
    dossier,
    messages,
    pausing,
    timeline,
    veiling,
    workflow,
)
from minxin.cases.dossier import Dossier, Record
from minxin.cases.handling import may_attach
from minxin.cases.models import FAR, Case, CaseEvent, Clock
from minxin.cases.states import CloseMethod, Kind, State, Tag
from minxin.cases.transitions import SUPERVISED
from minxin.cases.veiling import Veil
from minxin.papers import opening
from minxin.people.actor import Actor
from minxin.web import files
from minxin.web.life import desks, me
from minxin.web.marks import full_moment, moment
from minxin.web.workbench.acts import ACTS, ATTACHMENTS, awaited, offered
from minxin.web.workbench.case_asked import asked
from minxin.web.workbench.case_led import led
from minxin.web.workbench.case_supervised import supervised
from minxin.web.workbench.case_verified import verified

TEXTS = {"wording": "规范内容", "body": "原文", "public_text": "公示信息"}

TONES = {
    State.UNCLAIMED: "open",
    State.CLAIMED: "work",
    State.TO_ANSWER: "wait",
    State.ANSWERED: "work",
    State.DISPATCHED: "wait",
    State.RETURNING: "wait",
    State.DISPUTED: "wait",
    State.CONSULTING: "wait",
    State.JUDGED: "done",
    State.MERGED: "stop",
    State.ACCEPTED: "work",
    State.HANDLING: "work",
    State.SIGNING: "wait",
    State.REPORTED: "wait",
    State.FOLLOW_UP: "work",
    State.TO_RATE: "work",
    State.RATED: "work",
    State.CLOSED: "done",
    State.REFUSED: "stop",
    State.WITHDRAWN: "stop",
}

OUTCOMES = {
    "signing": "待审签",
    "unsigned": "审签退回修改",
    "reported": "待审核",
    "sent_back": "审核退回重办",
    "accepted": "审核通过",
}
"""How an edition of the report stands."""


def sheet(case: Case, **more: Any) -> dict[str, Any]:
    """Everything that templates/workbench/case.html needs of a case that was loaded by reach."""
    by = me()
    folder, veil = veiling.opened(case, by, dossier.read(case, by))
    acts = offered(workflow.available(case, by, co_handles=folder.co_handles), case, folder)
    if not by.at_city_desk and all(each["what"] != "station_review" for each in folder.pending):
        acts = [act for act in acts if act.name != "supervision_review"]  # the city's to read
    first = awaited(case, by, acts, folder)
    others = [act for act in acts if act is not first]
    if may_attach(case, by, co_handles=folder.co_handles):
        others.append(ATTACHMENTS)
    if pausing.may(case, by):
        others.append(ACTS["pause"])
    if workflow.permitted(case, by, ("settle_message",)) and case.state not in messages.OVER:
        others.append(ACTS["message_entry"])
    if case.state == State.FOLLOW_UP and check.covers(by, P.CASE_FOLLOW_UP, case):
        others.append(ACTS["phone"])
    if case.screened_at and check.covers(by, P.PUBLIC_REVIEW, case):
        others.append(ACTS["publication"])
    if case.unit_id and workflow.permitted(case, by, ("track",)):
        others.append(ACTS["reminder_letter"])
    if check.covers(by, P.SUPERVISION_WRITE, case) and supervising_of(case, folder, by):
        others.append(ACTS["case_supervision"])
    if check.covers(by, P.PAPER_WRITE, case) and opening.kinds(by):
        others.append(ACTS["paper_start"])
    running, life = clocks.of(case), timeline.events(case)
    drafts = check.covers(by, P.SUPERVISION_WRITE, case) and case.unit_id != by.unit_id
    return {
        "case": case,
        "dossier": folder,
        "tags": [Tag(each["tag"]).label for each in folder.tags],
        "title": veil(case.summary or case.subject),
        "tone": TONES[State(case.state)],
        "state_label": state_label(case),
        "texts": texts(case, veil),
        "clocks": [_clock(each) for each in running],
        "entries": _entries(case, folder, timeline.told(life, by), veil),
        "files": [_file(case, each) for each in folder.attachments],
        "facts": facts(case, folder),
        "contact": contact(case, folder, by),
        "reports": [_report(each) for each in folder.reports],
        "first_act": first,
        "other_acts": others,
        "waiting": _waiting(case, folder) if first is None else "",
        **led(folder, by, veil),
        **asked(case, folder, life, running, veil),
        **verified(folder, veil),
        **supervised(case, life, running, veil, drafts=drafts),
        **more,
    }


def supervising_of(case: Case, folder: Dossier, by: Actor) -> bool:
    """Is it with a unit other than the person's own, and not over: can it be supervised?"""
    promised = any(each["outcome"] == "open" for each in folder.promises)
    asked = any(each["what"] == "reply" for each in folder.pending)
    over = case.state == State.CLOSED and not (promised or asked)
    return case.unit_id not in (None, by.unit_id) and case.state in SUPERVISED and not over


def state_label(case: Case) -> str:
    """Where the case is; an answer that nobody judged was archived."""
    if case.state == State.JUDGED and case.satisfaction is None:
        return "已归档（未评价）"
    return State(case.state).label


def plain(text: str, case: Case, by: Actor) -> str:
    """One text of a case as this person may read it."""
    return veiling.veil(case, by)(text)


def texts(case: Case, veil: Veil) -> dict[str, Any]:
    """The tabs of texts and the one that is open, with its differences from 原文."""
    wanted = request.args.get("text", "")
    shown = wanted if wanted in TEXTS else ("wording" if case.wording else "body")
    here = url_for("workbench.case", desk=g.desk.slug, number=case.number)
    text = veil(getattr(case, shown))
    original = veil(case.body)
    marked = bool(text) and shown != "body" and text != original
    return {
        "tabs": [
            {"label": label, "url": f"{here}?text={key}", "current": key == shown}
            for key, label in TEXTS.items()
        ],
        "shown": shown,
        "label": TEXTS[shown],
        "text": text,
        "subject": veil(case.subject),
        "segments": differences.between(original, text) if marked else [],
    }


def facts(case: Case, folder: Dossier) -> list[tuple[str, str]]:
    """What the case is about, as terms and values."""
    rows = [
        ("分类", folder.category),
        ("地点", case.place),
        ("登记时间", moment(case.received_at)),
        ("认领人", folder.holder),
        ("属地", _district(case, folder)),
    ]
    if case.ordered_by:
        rows.append(("交办领导", case.ordered_by))
    if case.provincial_due_at:
        rows.append(("要求完成", _set_from_outside(case)))
    if case.provincial_stars is not None:
        rows.append(("省评星", f"{case.provincial_stars}星"))
    if case.close_method:
        rows.append(("结案方式", CloseMethod(case.close_method).label))
    return [(term, value) for term, value in rows if value]


def _set_from_outside(case: Case) -> str:
    """The day that the province or a leader set, and whether ours is later."""
    assert case.provincial_due_at is not None
    later = case.closed_at is None and FAR > case.due_at > case.provincial_due_at
    missed = clock.now() >= case.provincial_due_at and case.closed_at is None
    tail = "（已超过）" if missed else "（早于本市时限）" if later else ""
    return f"{due_text(case.provincial_due_at)}{tail}"


def _district(case: Case, folder: Dossier) -> str:
    """Where the matter is, as staff said; else whose unit handles it."""
    named = {desk.slug: desk.name for desk in desks(g.city)}
    return named.get(case.district or "", folder.tenant if case.unit_id else "")


def contact(case: Case, folder: Dossier, by: Actor) -> dict[str, Any]:
    """Masked contact fields; `hidden` says why somebody does not see them at all."""
    if not contacts.may_reveal(case, by):
        return {"hidden": _hidden(case, by), "fields": []}
    if folder.contact is None:
        return {"hidden": "诉求人没有留下联系方式。", "fields": []}
    masks = folder.contact
    return {
        "hidden": "",
        "fields": [
            (part, label, masks[f"{part}_mask"])
            for part, label in contacts.PARTS.items()
            if masks[f"{part}_mask"]
        ],
    }


def _hidden(case: Case, by: Actor) -> str:
    if case.kind == Kind.REPORT:
        return "举报件的诉求人信息依规定对承办单位保密。"
    return "您的岗位不能查看诉求人联系方式。"


def _waiting(case: Case, folder: Dossier) -> str:
    """Whom the case waits for, where it does not wait for this person."""
    words = {
        State.UNCLAIMED: "等待市民心网办认领。",
        State.CLAIMED: f"{folder.holder or '市民心网办'}正在规范定性。",
        State.TO_ANSWER: f"等待{folder.unit}答复。",
        State.ANSWERED: "已答复，等待诉求人评价。",
        State.DISPATCHED: f"等待{folder.unit}签收。",
        State.ACCEPTED: f"{folder.unit}正在办理。",
        State.HANDLING: f"{folder.unit}正在办理。",
        State.RETURNING: f"{folder.unit}申请退件，等待派出单位审核，办理时限继续计算。",
        State.DISPUTED: "退件有争议，等待裁定，办理时限继续计算。",
        State.SIGNING: f"等待{folder.unit}主管领导审签报告。",
        State.REPORTED: "等待市民心网办或工作站审核报告。",
        State.FOLLOW_UP: "等待回访诉求人。",
        State.CONSULTING: "正在网上公开征求意见，期满后由回访人员填写小结。",
        State.TO_RATE: "等待市民心网办初审评星。",
        State.RATED: "等待市民心网办结案。",
        State.MERGED: "本件随主件办理，主件办结后一并答复。",
    }
    return words.get(State(case.state), "该件已办结，没有待办事项。")


def _clock(each: Clock) -> dict[str, Any]:
    name = clocks.WORDS.get(each.rule_key, each.rule_key)
    made = {
        "name": name,
        "due": due_text(each.due_at) if each.due_at < FAR else "",
        "full": full_moment(each.due_at) if each.due_at < FAR else None,
        "why": clocks.explain(each),
        "provisional": each.provisional,
    }
    if each.stopped_at is not None:
        on_time = each.stopped_at < each.due_at or each.rule_key in clocks.WINDOWS
        words = "按时" if on_time else remaining(each.due_at, each.stopped_at).words
        return {
            **made,
            "words": words,
            "level": "done" if on_time else "missed",
            "stopped": moment(each.stopped_at),
        }
    if each.due_at >= FAR:
        return {**made, "words": "暂停计时", "level": "paused", "stopped": ""}
    if each.rule_key in clocks.WINDOWS:
        over = clock.now() >= each.due_at
        words, level = ("已期满", "soon") if over else ("公开中", "fine")
        return {**made, "words": words, "level": level, "stopped": ""}
    left = remaining(each.due_at, clock.now(), each.yellow_at)
    card = {"soon": "黄牌 · ", "late": "红牌 · "}.get(left.level, "")
    return {**made, "words": card + left.words, "level": left.level, "stopped": ""}


def _entries(
    case: Case, folder: Dossier, life: Sequence[CaseEvent], veil: Veil
) -> list[dict[str, Any]]:
    hung = {each["id"]: each for each in folder.attachments}
    return [
        {
            **vars(line),
            "did": veil(line.did),
            "reason": veil(line.reason),
            "files": [_file(case, hung[key]) for key in line.attachments if key in hung],
        }
        for line in timeline.entries(life)
    ]


def _file(case: Case, each: Record) -> dict[str, Any]:
    url = url_for(
        "workbench.attachment",
        desk=g.desk.slug,
        number=case.number,
        attachment_id=each["id"],
    )
    return {
        **files.shown(each["name"], each["mime"], each["size"], url),
        "by": each["added_by"],
        "at": moment(each["added_at"]),
    }


def _report(each: Record) -> dict[str, Any]:
    return {
        **each,
        "outcome_label": OUTCOMES.get(each["outcome"], each["outcome"]),
        "method": CloseMethod(each["close_method"]).label,
        "submitted_at": datetime.fromisoformat(each["submitted_at"]),
    }
