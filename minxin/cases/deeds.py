"""What was done, in words: one sentence for each kind of event (办理经过)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from minxin.calendars.words import day_text, due_text
from minxin.cases import clocks
from minxin.cases.contacts import PARTS
from minxin.cases.messages import Kind as MessageKind
from minxin.cases.models import CaseEvent
from minxin.cases.returns import Ground
from minxin.cases.states import (
    SATISFACTION,
    CallOutcome,
    CloseMethod,
    Kind,
    Labelled,
    RefusalGround,
    Source,
    Track,
    Urgency,
)
from minxin.cases.transitions import MOVES
from minxin.clock import local

FIELDS = {
    "track": "办理方式",
    "kind": "类型",
    "urgency": "紧急程度",
    "summary": "问题摘要",
    "wording": "规范内容",
    "public_text": "公示信息",
    "place": "地点",
    "district": "属地",
    "category_id": "诉求分类",
}


def did(event: CaseEvent) -> str:
    """What was done, in words: 规范定性为投诉（普通），修改问题摘要."""
    if event.name in DID:
        return DID[event.name](event)
    return MOVES[event.name].label if event.name in MOVES else "更新"


def _label(words: type[Labelled], value: Any) -> str:
    return words(value).label if value in set(words) else str(value or "")


def _receive(event: CaseEvent) -> str:
    source = _label(Source, event.payload.get("source"))
    verb = "提交诉求" if event.actor_kind == "citizen" else "登记诉求"
    return f"{verb}（{source}）" if source else verb


def _screen(event: CaseEvent) -> str:
    kind = _label(Kind, event.payload.get("kind"))
    urgency = _label(Urgency, event.payload.get("urgency"))
    changed = [FIELDS[name] for name in event.payload.get("changed", []) if name in FIELDS]
    tail = f"，修改{'、'.join(changed)}" if changed else ""
    asked = f"，属{Track.QUESTION.label}" if event.payload.get("track") == Track.QUESTION else ""
    return f"规范定性为{kind}（{urgency}）{asked}{tail}"


def _sent(event: CaseEvent) -> str:
    label = MOVES[event.name].label
    others = "、".join(event.payload.get("co_units", []))
    led = "，附领导批示" if event.payload.get("instruction_ids") else ""
    helped = f"，{others}协办" if others else ""
    return f"{label}至{event.payload.get('unit_name', '')}{helped}{led}"


def _forwarded(event: CaseEvent) -> str:
    hop = f"（第{event.payload['hop']}次）" if event.payload.get("hop", 0) > 1 else ""
    return f"分转至{event.payload.get('unit_name', '')}{hop}"


def _judged(event: CaseEvent) -> str:
    level = SATISFACTION.get(event.payload.get("satisfaction", 0), "")
    verb = "评价" if event.actor_kind == "citizen" else "登记诉求人评价"
    return f"{verb}：{level}，五星记分{event.payload.get('five_stars')}星"


def _report(event: CaseEvent) -> str:
    method = _label(CloseMethod, event.payload.get("close_method"))
    return f"提交调查处理报告，拟以“{method}”结案，请{event.payload.get('signer', '')}审签"


def _answers(event: CaseEvent) -> list[str]:
    """The three answers that were given: 已联系, 已解决, 满意."""
    said = []
    for name, yes, no in (("contacted", "已联系", "未联系"), ("solved", "已解决", "未解决")):
        if event.payload.get(name) is not None:
            said.append(yes if event.payload[name] else no)
    satisfaction = event.payload.get("satisfaction")
    if satisfaction in SATISFACTION:
        said.append(SATISFACTION[satisfaction])
    elif event.payload.get("declined"):
        said.append("不愿评价")
    return said


def _call(event: CaseEvent) -> str:
    said = [_label(CallOutcome, event.payload.get("outcome")), *_answers(event)]
    return f"{MOVES[event.name].label}：{'，'.join(said)}"


def _appraised(event: CaseEvent) -> str:
    verb = "评价办理结果" if event.actor_kind == "citizen" else "登记诉求人评价"
    return f"{verb}：{'，'.join(_answers(event))}"


def _concluded(event: CaseEvent) -> str:
    said = event.payload.get("opinions", {})
    agree, against = said.get("agree", 0), said.get("object", 0)
    if not agree and not against:
        return "征求意见结束，没有意见，视为无异议"
    return f"征求意见结束，无异议{agree}条，有异议{against}条"


def _reveal(event: CaseEvent) -> str:
    return f"查看了诉求人{PARTS.get(event.payload.get('part', ''), '联系方式')}"


def _overdue(event: CaseEvent) -> str:
    key = str(event.payload.get("rule", ""))
    if key == "judgement":  # nobody is late: the citizen did not want to judge
        return "诉求人评价期满，没有评价"
    due = event.payload.get("due_at")
    upto = f"，应于{due_text(datetime.fromisoformat(due))}前完成" if due else ""
    return f"记录{clocks.WORDS.get(key, '')}超时限{upto}"


def _succeed(event: CaseEvent) -> str:
    before, after = event.payload.get("from_unit", ""), event.payload.get("unit_name", "")
    return f"{before}并入{after}，由{after}承接办理"


def _ask_extension(event: CaseEvent) -> str:
    again = "再次" if event.payload.get("exception") else ""
    return f"{again}申请延期{event.payload.get('workdays')}个工作日"


def _led(event: CaseEvent) -> str:
    leader = f"{event.payload.get('leader', '')}（{event.payload.get('leader_title', '')}）"
    if event.name == "request_instruction":
        return f"向{leader}呈报请示"
    if event.name == "enter_instruction":
        given_on = event.payload.get("given_on")
        day = date.fromisoformat(given_on) if given_on else local(event.at).date()
        return f"录入{leader}{day.month}月{day.day}日的批示"
    return "作出批示"


def _tracked(event: CaseEvent) -> str:
    promised_on = event.payload.get("promised_on")
    until = f"，承诺{day_text(date.fromisoformat(promised_on))}前完成" if promised_on else ""
    return f"列为跟踪件{until}"


def _supervised(event: CaseEvent) -> str:
    number = event.payload.get("number", "")
    grave = "，情节严重" if event.payload.get("grave") else ""
    return f"{MOVES[event.name].label}{number}{grave}"


def _rejected(event: CaseEvent) -> str:
    found = {"false": "失实", "not_done": "不落实"}.get(str(event.payload.get("verdict")), "")
    return f"认定督办回复{found}"


SCORE_FACTS = {
    "false_report": "记录事实：办理结果失实，进入二次督办",
    "unanswered": "记录事实：多次督办未按时回复",
    "message_late": "记录事实：不满意留言转办后未按时回复",
    "lead": "记录事实：可能属于办结不实，供核查",
}
"""Facts that will score (supervision.facts) → what is said of them."""


def is_lead(event: CaseEvent) -> bool:
    """Is it a 责任追究线索?"""
    return event.name == "score_fact" and event.payload.get("fact") == "lead"


RECOMPUTED = {
    "calendar": "按更新的工作日历重算时限",
    "outage": "因平台停机顺延时限",
    "outage_withdrawn": "撤销停机登记，恢复原时限",
    "pause": "暂停计时",
    "resume": "恢复计时，顺延时限",
    "extension": "按批准的延期重新计算时限",
}
"""Why a due instant moved → what was done."""


DID: dict[str, Callable[[CaseEvent], str]] = {
    "receive": _receive,
    "screen": _screen,
    "refuse": lambda event: f"不予受理：{_label(RefusalGround, event.payload.get('ground'))}",
    "dispatch": _sent,
    "assign": _sent,
    "ask": _sent,
    "forward": _forwarded,
    "answer": lambda event: "答复诉求人",
    "judge": _judged,
    "report": _report,
    "sign": lambda event: "审签报告，报结",
    "attempt": _call,
    "follow_up": _call,
    "rate": lambda event: f"初审评星：{event.payload.get('stars')}星",
    "ask_extension": _ask_extension,
    "grant_extension": lambda event: f"批准延期{event.payload.get('workdays')}个工作日",
    "appraise": _appraised,
    "end_consultation": _concluded,
    "waive": lambda event: "没有回访和征求意见，直接转入评星",
    "judge_opinions": lambda event: "判定征求到的意见",
    "leave_phone": lambda event: "登记诉求人留下的电话",
    "message": lambda event: f"留言（{_label(MessageKind, event.payload.get('kind'))}）",
    "settle_message": lambda event: (
        "直接答复留言" if event.payload.get("valid") else "判定留言无效"
    ),
    "pass_message": lambda event: "留言有效，转承办单位答复",
    "reopen": _sent,
    "track": _tracked,
    "review_public": lambda event: "确认公开内容里的个人信息",
    "publish": lambda event: "公开诉求和办理情况",
    "unpublish": lambda event: "撤下公开内容",
    "enter_provincial_stars": lambda event: f"登记省评星：{event.payload.get('stars')}星",
    "remind": lambda event: "列为问题提醒件，已向承办单位发出问题提醒函",
    "ask_return": lambda event: f"申请退件：{_label(Ground, event.payload.get('ground'))}",
    "take_back": lambda event: f"同意{event.payload.get('from_unit', '')}退件，重新转办",
    "take_back_here": lambda event: f"同意{event.payload.get('from_unit', '')}退件，重新分派",
    "rule": lambda event: f"裁定由{event.payload.get('unit_name', '')}承办，不再退件",
    "flag": lambda event: f"标为重大紧急（{_label(Urgency, event.payload.get('urgency'))}）",
    "request_instruction": _led,
    "instruct": _led,
    "enter_instruction": _led,
    "report_back": lambda event: f"向{event.payload.get('leader', '')}反馈批示办理情况",
    "read_feedback": lambda event: "阅批示办理情况反馈",
    "enter_reading": lambda event: f"登记送{event.payload.get('leader', '')}阅反馈",
    "supervise": _supervised,
    "supervise_again": _supervised,
    "supervise_bulletin": _supervised,
    "accept_supervision": lambda event: "督办回复审核通过，督办办结",
    "return_supervision": lambda event: "督办回复退回补充",
    "reject_supervision": _rejected,
    "talk": lambda event: f"约谈{event.payload.get('with_whom', '')}",
    "score_fact": lambda event: SCORE_FACTS.get(str(event.payload.get("fact")), "记录事实"),
    "close": lambda event: f"结案：{_label(CloseMethod, event.payload.get('close_method'))}",
    "merge": lambda event: f"并入{event.payload.get('master', '')}",
    "join": lambda event: f"{event.payload.get('number', '')}并入本件",
    "part": lambda event: f"{event.payload.get('number', '')}解除并案，单独办理",
    "attach": lambda event: "上传附件",
    "reveal": _reveal,
    "overdue": _overdue,
    "succeed": _succeed,
    "recomputed": lambda event: RECOMPUTED.get(event.payload.get("because", ""), "重新计算时限"),
}
"""Event → what was done. Events that are not here say the label of their move."""
