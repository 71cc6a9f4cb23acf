"""THE TABLE: every move of a case. Buttons, the API, tests and documents come from it.

A row says who may do what from where, what must be present, what it does to the clocks and which
article it rests on. `workflow.move` carries a row out; nothing else writes a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from minxin.access.permissions import Permission as P
from minxin.cases.states import AFTER_UNIT, ON_HAND, POOL, WITH_UNIT, State


@dataclass(frozen=True)
class Move:
    """One row. `to` is None where the state stays as it is.

    needs: names of facts that must not be empty · holder_only: only who claimed the case
    starts: rule keys ("handling" stands for the kind's own rule, "feedback" for the urgency's);
    one that runs already runs on · stops: rule keys, "*" for all of the case's own course
    other_hands: never by who handled it · part: whose turn, main or co-handling unit
    citizen: may the citizen do it too · words: what the citizen's progress page calls it.
    """

    name: str
    label: str
    sources: frozenset[State]
    to: State | None
    permission: P
    article: str
    needs: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    holder_only: bool = False
    other_hands: bool = False
    part: str = "main"
    citizen: bool = False
    internal: bool = False
    words: str = ""
    consequence: str = ""


RUNNING = POOL | WITH_UNIT | AFTER_UNIT


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


_ROWS = (
    Move("receive", "登记", _from(), State.UNCLAIMED, P.CASE_ENTER, "第五条",
         starts=("claim",), citizen=True, words="诉求已登记"),
    Move("claim", "认领", _from(State.UNCLAIMED), State.CLAIMED, P.CASE_CLAIM, "第八条（一）",
         stops=("claim",), starts=("dispatch",), words="工作人员已接手核对"),
    Move("release", "退回待认领", _from(State.CLAIMED), State.UNCLAIMED, P.CASE_CLAIM,
         "第八条（一）", needs=("reason",), stops=("dispatch",), starts=("claim",),
         holder_only=True, internal=True),
    Move("screen", "规范定性", _from(State.CLAIMED), None, P.CASE_SCREEN, "第八条（一）",
         needs=("kind", "category", "summary", "wording"), holder_only=True, internal=True),
    Move("refuse", "不予受理", _from(State.CLAIMED), State.REFUSED, P.CASE_REFUSE, "第八条（一）",
         needs=("ground", "reason"), stops=("*",), holder_only=True, words="不予受理",
         consequence="诉求人将看到理由，件即终止"),
    Move("dispatch", "转办", _from(State.CLAIMED), State.DISPATCHED, P.CASE_DISPATCH,
         "第八条（一）", needs=("screened", "unit", "opinion"), stops=("dispatch",),
         starts=("accept", "handling", "feedback"), holder_only=True,
         words="已转交承办单位"),
    Move("assign", "分派", _from(State.DISPATCHED, State.ACCEPTED), State.DISPATCHED,
         P.CASE_ASSIGN, "第六条", needs=("unit", "opinion"), stops=("accept",),
         starts=("accept",), words="已交由承办单位办理", consequence="办理时限继续计算"),
    Move("accept", "签收", _from(State.DISPATCHED), State.ACCEPTED, P.CASE_ACCEPT,
         "第九条（一）", stops=("accept",), words="承办单位已签收"),
    Move("ask_extension", "申请延期", _from(State.ACCEPTED, State.HANDLING), None,
         P.EXTENSION_ASK, "第九条（二）", needs=("running", "workdays", "reason"),
         starts=("extension_decision",), internal=True, consequence="批准前原时限不变"),
    Move("grant_extension", "批准延期", WITH_UNIT, None,
         P.EXTENSION_DECIDE, "第八条（二）",
         needs=("request", "workdays", "opinion", "citizen_reason"),
         stops=("extension_decision",), words="办理时限已延长"),
    Move("refuse_extension", "不予延期", WITH_UNIT, None,
         P.EXTENSION_DECIDE, "第八条（二）", needs=("request", "reason"),
         stops=("extension_decision",), internal=True, consequence="原时限不变"),
    Move("enter_log", "记录办理", _from(State.ACCEPTED, State.HANDLING), State.HANDLING,
         P.CASE_HANDLE, "第九条（二）", needs=("text",), stops=("feedback",), internal=True),
    Move("enter_co_log", "协办记录",
         ON_HAND, None, P.CASE_HANDLE, "第九条（二）", needs=("text",), part="co", internal=True),
    Move("report", "报结", _from(State.ACCEPTED, State.HANDLING), State.SIGNING, P.CASE_REPORT,
         "第九条（一）（三）", internal=True,
         needs=("sections", "close_method", "responsible", "signer")),
    Move("unsign", "退回修改", _from(State.SIGNING), State.HANDLING, P.CASE_SIGN,
         "第九条（二）", needs=("reason",), internal=True, consequence="原时限继续计算"),
    Move("sign", "审签", _from(State.SIGNING), State.REPORTED, P.CASE_SIGN, "第九条（二）",
         stops=("handling", "rework", "feedback", "extension_decision"), starts=("review",),
         words="承办单位已报结果"),
    Move("send_back", "退回重办", _from(State.REPORTED), State.HANDLING, P.CASE_REVIEW,
         "第八条（二）", needs=("reason",), stops=("review",), starts=("rework",), other_hands=True,
         words="审核未通过，承办单位继续办理", consequence="重新计算办理时限"),
    Move("approve", "审核通过", _from(State.REPORTED), State.FOLLOW_UP, P.CASE_REVIEW,
         "第八条（二）", stops=("review",), starts=("followup",), other_hands=True,
         words="审核通过"),
    Move("attempt", "记录回访", _from(State.FOLLOW_UP), None, P.CASE_FOLLOW_UP,
         "第八条（三）", needs=("outcome", "remarks"), other_hands=True, internal=True),
    Move("follow_up", "回访完成", _from(State.FOLLOW_UP), State.TO_RATE, P.CASE_FOLLOW_UP,
         "第八条（三）", needs=("outcome", "remarks"), stops=("followup",), starts=("rating",),
         other_hands=True, words="已回访"),
    Move("rate", "初审评星", _from(State.TO_RATE), State.RATED, P.CASE_RATE, "第八条（四）",
         needs=("stars", "opinion"), stops=("rating",), internal=True),
    Move("close", "结案", _from(State.RATED), State.CLOSED, P.CASE_CLOSE, "第八条（四）",
         needs=("close_method",), stops=("*",), words="已结案"),
    Move("flag", "标为重大紧急", RUNNING, None, P.CASE_FLAG, "第八条（六）", needs=("reason",),
         starts=("instruction_request", "feedback"), internal=True,
         consequence="须立即向分管领导请示"),
    Move("unflag", "取消重大紧急", RUNNING, None, P.INSTRUCTION_REQUEST, "第八条（六）",
         needs=("flagged", "reason"), stops=("instruction_request",), internal=True),
    Move("request_instruction", "呈报请示", RUNNING, None, P.INSTRUCTION_REQUEST, "第八条（六）",
         needs=("leader", "text"), stops=("instruction_request",), internal=True),
    Move("instruct", "批示", RUNNING | {State.CLOSED}, None, P.CASE_INSTRUCT, "第八条（六）",
         needs=("instruction",), internal=True),
    Move("enter_instruction", "录入批示", RUNNING | {State.CLOSED}, None, P.INSTRUCTION_REQUEST,
         "第八条（六）", needs=("leader", "instruction"), internal=True),
    Move("withdraw", "撤回", POOL | WITH_UNIT, State.WITHDRAWN,
         P.CASE_WITHDRAW, "第八条（一）", needs=("reason",), stops=("*",), citizen=True,
         words="诉求人已撤回", consequence="撤回后不再办理"),
)  # fmt: skip

MOVES: Mapping[str, Move] = {row.name: row for row in _ROWS}


def from_state(state: State) -> tuple[Move, ...]:
    """The moves that leave (or stay in) a state, in the order of the table."""
    return tuple(move for move in _ROWS if state in move.sources)
