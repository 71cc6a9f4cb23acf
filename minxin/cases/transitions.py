"""THE TABLE: every move of a case. Buttons, the API, tests and documents come from it.

A row says who may do what from where, what must be present, what it does to the clocks and which
article it rests on. `workflow.move` carries a row out; nothing else writes a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from minxin.access.permissions import Permission as P
from minxin.cases.states import AFTER_UNIT, ON_HAND, POOL, RETURNED, WITH_UNIT, State, Track


@dataclass(frozen=True)
class Move:
    """One row. `to` is None where the state stays as it is.

    needs: names of facts that must not be empty · holder_only: only who claimed the case
    starts: rule keys ("handling" stands for the kind's own rule, "feedback" for the urgency's);
    one that runs already runs on · stops: rule keys, "*" for all of the case's own course
    other_hands: never by who handled it · part: whose turn, main or co-handling unit
    track: only on this course · sender: "same" by whoever sent it to its unit, the office or the
    station; "above" also by the office where a station sent it
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
    track: Track | None = None
    sender: str = ""
    citizen: bool = False
    internal: bool = False
    words: str = ""
    consequence: str = ""


RUNNING = POOL | WITH_UNIT | AFTER_UNIT
SENT = WITH_UNIT | AFTER_UNIT
"""With a unit, or back from one."""
SUPERVISED = SENT | {State.CLOSED}
"""What can be supervised; of closed cases only those whose promise or message waits."""
SUPERVISIONS = ("supervision", "supervision2", "supervision3", "supervision_again")
"""The clocks of 督办, one for each rung and one for what was sent back."""


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
         needs=("alone", "ground", "reason"), stops=("*",), holder_only=True, words="不予受理",
         consequence="诉求人将看到理由，件即终止"),
    Move("dispatch", "转办", _from(State.CLAIMED), State.DISPATCHED, P.CASE_DISPATCH,
         "第八条（一）", needs=("screened", "unit", "opinion"), stops=("dispatch",),
         starts=("accept", "handling", "feedback"), holder_only=True, track=Track.APPEAL,
         words="已转交承办单位"),
    Move("ask", "转网络回应人", _from(State.CLAIMED), State.TO_ANSWER, P.CASE_DISPATCH,
         "第九条（一）", needs=("screened", "unit", "opinion"), stops=("dispatch",),
         starts=("question",), holder_only=True, track=Track.QUESTION,
         words="已转交网络回应人答复"),
    Move("forward", "分转", _from(State.TO_ANSWER), None, P.QUESTION_ANSWER, "第九条（一）",
         needs=("unit", "reason"), stops=("question",), starts=("question",),
         words="已分转至应答复的单位", consequence="新单位重新计算4日"),
    Move("answer", "答复", _from(State.TO_ANSWER), State.ANSWERED, P.QUESTION_ANSWER,
         "第九条（一）", needs=("text",), stops=("question",), starts=("judgement",),
         words="单位已答复"),
    Move("judge", "登记评价", _from(State.ANSWERED), State.JUDGED, P.CASE_FOLLOW_UP,
         "第九条（一）", needs=("satisfaction",), stops=("*",), other_hands=True, citizen=True,
         words="诉求人已评价"),
    Move("archive", "归档", _from(State.ANSWERED), State.JUDGED, P.CASE_CLOSE, "第九条（一）",
         needs=("reason",), stops=("*",), words="已归档"),
    Move("assign", "分派", _from(State.DISPATCHED, State.ACCEPTED), State.DISPATCHED,
         P.CASE_ASSIGN, "第六条", needs=("unit", "opinion"), stops=("accept",),
         starts=("accept",), words="已交由承办单位办理", consequence="办理时限继续计算"),
    Move("accept", "签收", _from(State.DISPATCHED), State.ACCEPTED, P.CASE_ACCEPT,
         "第九条（一）", stops=("accept",), words="承办单位已签收"),
    Move("ask_return", "申请退件", ON_HAND, State.RETURNING, P.CASE_RETURN, "第九条（五）",
         needs=("ground", "basis", "reason"), stops=("accept",), starts=("return_decision",),
         internal=True, consequence="审核期间办理时限继续计算"),
    Move("take_back", "同意退件", _from(State.RETURNING), State.CLAIMED, P.CASE_DISPATCH,
         "第九条（五）", needs=("opinion",), stops=("return_decision", "extension_decision"),
         starts=("dispatch",), sender="same", words="正在重新确定承办单位"),
    Move("take_back_here", "同意退回本站", _from(State.RETURNING), State.DISPATCHED, P.CASE_ASSIGN,
         "第九条（五）", needs=("opinion",), stops=("return_decision", "extension_decision"),
         starts=("accept",), sender="same", words="正在重新确定承办单位"),
    Move("refuse_return", "不同意退件", _from(State.RETURNING), State.ACCEPTED, P.RETURN_DECIDE,
         "第九条（五）", needs=("reason",), stops=("return_decision",), sender="same",
         internal=True, consequence="原时限继续计算"),
    Move("dispute", "提请裁定", _from(State.ACCEPTED, State.HANDLING), State.DISPUTED,
         P.CASE_RETURN, "第九条（五）", needs=("refused_return", "reason"), starts=("ruling",),
         internal=True, consequence="裁定为最终决定，裁定后不得再退件"),
    Move("rule", "裁定", _from(State.DISPUTED), State.DISPATCHED, P.CASE_RULE, "第九条（五）",
         needs=("unit", "ruling"), stops=("ruling", "extension_decision"), starts=("accept",),
         sender="above",
         words="已由上级确定承办单位", consequence="裁定后不得再退件"),
    Move("ask_extension", "申请延期", _from(State.ACCEPTED, State.HANDLING), None,
         P.EXTENSION_ASK, "第九条（二）", needs=("running", "workdays", "reason"),
         starts=("extension_decision",), internal=True, consequence="批准前原时限不变"),
    Move("grant_extension", "批准延期", ON_HAND | RETURNED | {State.SIGNING}, None,
         P.EXTENSION_DECIDE, "第八条（二）",
         needs=("request", "workdays", "opinion", "citizen_reason"),
         stops=("extension_decision",), words="办理时限已延长"),
    Move("refuse_extension", "不予延期", ON_HAND | RETURNED | {State.SIGNING}, None,
         P.EXTENSION_DECIDE, "第八条（二）", needs=("request", "reason"),
         stops=("extension_decision",), internal=True, consequence="原时限不变"),
    Move("enter_log", "记录办理", _from(State.ACCEPTED, State.HANDLING), State.HANDLING,
         P.CASE_HANDLE, "第九条（二）", needs=("text",), stops=("feedback",), internal=True),
    Move("enter_co_log", "协办记录",
         ON_HAND, None, P.CASE_HANDLE, "第九条（二）", needs=("text",), part="co", internal=True),
    Move("answer_co", "协办反馈", ON_HAND, None, P.CASE_HANDLE, "第九条（二）", needs=("text",),
         part="co", internal=True, consequence="反馈后本单位协办完成"),
    Move("report", "报结", _from(State.ACCEPTED, State.HANDLING), State.SIGNING, P.CASE_REPORT,
         "第九条（一）（三）", internal=True,
         needs=("sections", "close_method", "responsible", "signer", "co_reason")),
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
    Move("consult", "网上征求意见", _from(State.FOLLOW_UP), State.CONSULTING, P.CASE_FOLLOW_UP,
         "第八条（三）", needs=("unreachable", "public_text"), stops=("followup",),
         starts=("consultation",), other_hands=True, words="网上公开征求意见",
         consequence="经审定的公示内容将公开7日"),
    Move("stop_consultation", "中止征求意见", _from(State.CONSULTING), State.FOLLOW_UP,
         P.CASE_FOLLOW_UP, "第八条（三）", needs=("reason",), stops=("consultation",),
         starts=("followup",), other_hands=True, internal=True,
         consequence="公示内容立即撤下"),
    Move("end_consultation", "征求意见结束", _from(State.CONSULTING), State.TO_RATE,
         P.CASE_FOLLOW_UP, "第八条（三）", needs=("elapsed", "conclusion"),
         stops=("consultation",), starts=("rating",), other_hands=True, words="征求意见结束"),
    Move("waive", "免予核实", _from(State.FOLLOW_UP, State.CONSULTING), State.TO_RATE,
         P.CASE_WAIVE, "第八条（三）（四）", needs=("reason",),
         stops=("followup", "consultation"), starts=("rating",), other_hands=True, internal=True,
         consequence="没有回访也没有征求意见，记录备查"),
    Move("appraise", "登记诉求人评价", _from(*(AFTER_UNIT - {State.REPORTED, State.ANSWERED}),
         State.CLOSED, State.MERGED), None, P.CASE_FOLLOW_UP, "第八条（三）",
         needs=("satisfaction",), other_hands=True, citizen=True, words="诉求人已评价"),
    Move("rate", "初审评星", _from(State.TO_RATE), State.RATED, P.CASE_RATE, "第八条（四）",
         needs=("stars", "opinion"), stops=("rating",), internal=True),
    Move("close", "结案", _from(State.RATED), State.CLOSED, P.CASE_CLOSE, "第八条（四）",
         needs=("close_method",), stops=("*",), words="已结案"),
    Move("pass_message", "转办留言", SENT | {State.CLOSED, State.JUDGED}, None, P.MESSAGE_PASS,
         "第八条（五）", needs=("message", "opinion"), starts=("message",), internal=True),
    Move("answer_message", "答复留言", SENT | {State.CLOSED, State.JUDGED}, None,
         P.MESSAGE_ANSWER, "第八条（五）", needs=("message", "text"), stops=("message",),
         words="承办单位已答复留言"),
    Move("settle_message", "处理留言", RUNNING | {State.CLOSED, State.JUDGED, State.MERGED}, None,
         P.MESSAGE_PASS, "第八条（五）", needs=("message", "text"), internal=True),
    Move("ask_reopening", "登记重办申请", _from(State.CLOSED), None, P.CASE_REOPEN,
         "第八条（五）", needs=("reason",), starts=("reopening_decision",), citizen=True,
         words="诉求人申请重新办理"),
    Move("reopen", "重新办理", _from(State.CLOSED), State.DISPATCHED, P.CASE_REOPEN,
         "第八条（五）", needs=("request", "unit", "opinion"), stops=("reopening_decision",),
         starts=("accept", "handling", "feedback"), words="同意重新办理",
         consequence="重新计算办理时限，原结案记录保留"),
    Move("refuse_reopening", "不予重办", _from(State.CLOSED), None, P.CASE_REOPEN,
         "第八条（五）", needs=("request", "reason"), stops=("reopening_decision",),
         words="未同意重新办理"),
    Move("track", "列为跟踪件", AFTER_UNIT | {State.CLOSED}, None, P.CASE_TRACK, "第八条（二）",
         needs=("promise", "promised_on"), stops=("promise",), starts=("promise",),
         words="已列为跟踪件"),
    Move("review_promise", "记录跟踪情况", AFTER_UNIT | {State.CLOSED}, None, P.CASE_TRACK,
         "第八条（二）", needs=("tracked", "text"), internal=True),
    Move("fulfil", "跟踪办结", AFTER_UNIT | {State.CLOSED}, None, P.CASE_TRACK, "第八条（二）",
         needs=("tracked", "text"), stops=("promise",), words="承诺事项已落实"),
    Move("choose", "列为自选件", RUNNING | {State.CLOSED}, None, P.CASE_CHOOSE, "第十二条（二）",
         needs=("unchosen", "reason"), internal=True),
    Move("unchoose", "取消自选件", RUNNING | {State.CLOSED}, None, P.CASE_CHOOSE, "第十二条（二）",
         needs=("chosen", "reason"), internal=True),
    Move("enter_provincial_stars", "登记省评星", _from(State.RATED, State.CLOSED), None,
         P.CASE_RATE, "第五条", needs=("provincial", "stars"), internal=True),
    Move("flag", "标为重大紧急", RUNNING, None, P.CASE_FLAG, "第八条（六）", needs=("reason",),
         starts=("instruction_request", "feedback"), internal=True,
         consequence="须立即向分管领导请示"),
    Move("unflag", "取消重大紧急", RUNNING, None, P.INSTRUCTION_REQUEST, "第八条（六）",
         needs=("flagged", "reason"), stops=("instruction_request",), internal=True),
    Move("request_instruction", "呈报请示", RUNNING, None, P.INSTRUCTION_REQUEST, "第八条（六）",
         needs=("leader", "text"), stops=("instruction_request",), internal=True),
    Move("instruct", "批示", RUNNING | {State.CLOSED}, None, P.CASE_INSTRUCT, "第八条（六）",
         needs=("instruction",), starts=("instruction_feedback",), internal=True),
    Move("enter_instruction", "录入批示", RUNNING | {State.CLOSED}, None, P.INSTRUCTION_REQUEST,
         "第八条（六）", needs=("leader", "instruction"), starts=("instruction_feedback",),
         internal=True),
    Move("report_back", "反馈批示", frozenset(State), None, P.INSTRUCTION_REQUEST,
         "第八条（六）", needs=("given", "text"), stops=("instruction_feedback",), internal=True),
    Move("read_feedback", "阅示", frozenset(State), None, P.CASE_INSTRUCT, "第八条（六）",
         needs=("given",), internal=True),
    Move("enter_reading", "登记送阅", frozenset(State), None, P.INSTRUCTION_REQUEST,
         "第八条（六）", needs=("given", "how"), internal=True),
    Move("urge", "催办", WITH_UNIT, None, P.SUPERVISION_WRITE, "第八条（二）", needs=("words",),
         other_hands=True, internal=True),
    Move("supervise", "督办", SUPERVISED, None, P.SUPERVISION_ISSUE, "第十一条",
         needs=("unit", "demand"), starts=("supervision",), other_hands=True, internal=True,
         consequence="承办单位须在时限内回复"),
    Move("supervise_again", "二次督办", SUPERVISED, None, P.SUPERVISION_ISSUE, "第十一条",
         needs=("unit", "demand"), starts=("supervision2",), other_hands=True, internal=True),
    Move("supervise_bulletin", "下发督办专报", SUPERVISED, None, P.SUPERVISION_ISSUE, "第十一条",
         needs=("unit", "demand"), starts=("supervision3",), other_hands=True, internal=True),
    Move("answer_supervision", "督办回复", SUPERVISED, None, P.SUPERVISION_ANSWER, "第十一条",
         needs=("supervised", "text", "responsible"), stops=SUPERVISIONS, internal=True),
    Move("accept_supervision", "督办办结", SUPERVISED, None, P.SUPERVISION_WRITE, "第十一条",
         needs=("supervised", "verified"), other_hands=True, internal=True),
    Move("return_supervision", "退回补充", SUPERVISED, None, P.SUPERVISION_WRITE, "第十一条",
         needs=("supervised", "reason"), starts=("supervision_again",), other_hands=True,
         internal=True, consequence="重新计算回复时限"),
    Move("reject_supervision", "认定失实或不落实", SUPERVISED, None, P.SUPERVISION_WRITE,
         "第十一条", needs=("supervised", "verified", "reason"), other_hands=True, internal=True),
    Move("talk", "登记约谈", SUPERVISED, None, P.SUPERVISION_WRITE, "第十一条",
         needs=("with_whom", "said"), other_hands=True, internal=True),
    Move("merge", "并案", POOL | ON_HAND, State.MERGED, P.CASE_MERGE, "第八条（一）",
         needs=("master", "reason"), stops=("*",), words="已与同类诉求合并办理",
         consequence="本件随主件办理，诉求人仍会收到答复"),
    Move("split", "解除并案", _from(State.MERGED), State.CLAIMED, P.CASE_MERGE, "第八条（一）",
         needs=("reason",), starts=("dispatch",), words="恢复单独办理"),
    Move("withdraw", "撤回", POOL | WITH_UNIT, State.WITHDRAWN,
         P.CASE_WITHDRAW, "第八条（一）", needs=("alone", "reason"), stops=("*",), citizen=True,
         words="诉求人已撤回", consequence="撤回后不再办理"),
)  # fmt: skip

MOVES: Mapping[str, Move] = {row.name: row for row in _ROWS}


def from_state(state: State) -> tuple[Move, ...]:
    """The moves that leave (or stay in) a state, in the order of the table."""
    return tuple(move for move in _ROWS if state in move.sources)
