"""What can be done with a case, as nouns: each is a page, a form and one or two moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from minxin import clock
from minxin.cases import reachability
from minxin.cases.dossier import Dossier
from minxin.cases.models import Case
from minxin.cases.pendings import What
from minxin.cases.states import State, Tag, Track
from minxin.cases.transitions import Move
from minxin.people.actor import Actor


@dataclass(frozen=True)
class Act:
    """An act: its endpoint and template name, its word, its icon, the moves that it offers.

    fits: whether there is something to do beside the state (a request that waits); else the
    button is not shown, though the page would say why not.
    """

    name: str
    label: str
    icon: str
    moves: tuple[str, ...]
    fits: Callable[[Case, Dossier], bool] = lambda case, folder: True


def _asks_time(case: Case, folder: Dossier) -> bool:
    return any(each["outcome"] == "pending" for each in folder.extensions)


def _asks_no_time(case: Case, folder: Dossier) -> bool:
    return not _asks_time(case, folder)


def _is_major(case: Case, folder: Dossier) -> bool:
    return case.major


def _judged_no_more(case: Case, folder: Dossier) -> bool:
    return case.clock_key != "judgement" or clock.now() >= case.due_at


def _gives_back(case: Case, folder: Dossier) -> bool:
    return case.ruled_at is None


def _was_refused(case: Case, folder: Dossier) -> bool:
    """The unit's newest return was refused: only then is there something to rule on."""
    newest = folder.returns[0] if folder.returns else None
    return newest is not None and newest["outcome"] == "refused"


def _has_message(outcome: str) -> Callable[[Case, Dossier], bool]:
    return lambda case, folder: any(each["outcome"] == outcome for each in folder.messages)


def _asks_again(case: Case, folder: Dossier) -> bool:
    return any(each["outcome"] == "pending" for each in folder.reopenings)


def _asks_no_more(case: Case, folder: Dossier) -> bool:
    return not _asks_again(case, folder)


_MESSAGE = ("pass_message", "settle_message")
_REOPENING = ("reopen", "refuse_reopening")


def _is_tracked(case: Case, folder: Dossier) -> bool:
    return any(each["outcome"] == "open" for each in folder.promises)


def _is(tag: Tag) -> Callable[[Case, Dossier], bool]:
    return lambda case, folder: any(each["tag"] == tag for each in folder.tags)


def _is_not(tag: Tag) -> Callable[[Case, Dossier], bool]:
    return lambda case, folder: not _is(tag)(case, folder)


def _is_provincial(case: Case, folder: Dossier) -> bool:
    return bool(case.provincial_no)


_TAKE_BACK = ("take_back", "take_back_here", "refuse_return")


def _out_of_reach(case: Case, folder: Dossier) -> bool:
    calls = [(datetime.fromisoformat(each["at"]), each["outcome"]) for each in folder.follow_ups]
    failed = reachability.failed(calls, folder.calling_since)
    return reachability.unreachable(case.has_phone, failed)


def _unjudged(case: Case, folder: Dossier) -> bool:
    return any(each["waiting"] for each in folder.consultations[:1])


_VERDICTS = ("accept_supervision", "return_supervision", "reject_supervision")


def _waits(what: What) -> Callable[[Case, Dossier], bool]:
    return lambda case, folder: any(each["what"] == what for each in folder.pending)


def _answered(case: Case, folder: Dossier) -> bool:
    return any(
        each["what"] in (What.SUPERVISION_REVIEW, What.STATION_REVIEW) for each in folder.pending
    )


def _led(*, read: bool) -> Callable[[Case, Dossier], bool]:
    """Is there a 批示 without feedback, or with one that its leader cannot read here himself?"""

    def fits(case: Case, folder: Dossier) -> bool:
        return any(
            bool(each["feedback_at"]) == read
            and not each["read_at"]
            and (not read or not each["reads_himself"])
            for each in folder.instructions
        )

    return fits


_DECISIONS = ("grant_extension", "refuse_extension")
_ROWS = (
    Act("claim", "认领", "hand-index", ("claim",)),
    Act("screening", "规范定性", "pencil-square", ("screen",)),
    Act("dispatch", "转办", "send", ("dispatch",)),
    Act("question", "转网络回应人", "chat-dots", ("ask",)),
    Act("answer", "答复", "chat-left-text", ("answer",)),
    Act("forward", "分转", "shuffle", ("forward",)),
    Act("judgement", "登记评价", "hand-thumbs-up", ("judge",)),
    Act("archiving", "归档", "archive", ("archive",), _judged_no_more),
    Act("assignment", "分派", "diagram-3", ("assign",)),
    Act("acceptance", "签收", "inbox", ("accept",)),
    Act("log", "记录办理", "journal-text", ("enter_log", "enter_co_log")),
    Act("co_answer", "协办反馈", "reply", ("answer_co",)),
    Act("return", "申请退件", "arrow-90deg-left", ("ask_return",), _gives_back),
    Act("return_decision", "审核退件", "clipboard-check", _TAKE_BACK),
    Act("dispute", "提请裁定", "bank", ("dispute",), _was_refused),
    Act("ruling", "裁定", "hammer", ("rule",)),
    Act("pause", "暂停或恢复计时", "pause-circle", ()),
    Act("extension", "申请延期", "calendar-plus", ("ask_extension",), _asks_no_time),
    Act("extension_decision", "审批延期", "calendar-check", _DECISIONS, _asks_time),
    Act("instruction_request", "呈报请示", "envelope-paper", ("request_instruction",), _is_major),
    Act("instruction", "批示", "pen", ("instruct",)),
    Act("instruction_feedback", "反馈批示", "reply", ("report_back",), _led(read=False)),
    Act("instruction_reading", "登记送阅", "eye", ("enter_reading",), _led(read=True)),
    Act("paper_instruction", "录入批示", "file-arrow-up", ("enter_instruction",)),
    Act("flag", "标为重大紧急", "exclamation-triangle", ("flag",)),
    Act("flag_removal", "取消重大紧急", "slash-circle", ("unflag",), _is_major),
    Act(
        "supervision_answer",
        "督办回复",
        "reply-fill",
        ("answer_supervision",),
        _waits(What.SUPERVISION),
    ),
    Act(
        "supervision_review",
        "审核督办回复",
        "clipboard2-check",
        _VERDICTS,
        _answered,
    ),
    Act("urging", "催办", "bell", ("urge",)),
    Act("case_supervision", "督办", "megaphone", ()),
    Act("talk", "登记约谈", "people", ("talk",)),
    Act("paper_start", "出具文书", "file-earmark-text", ()),
    Act("report", "报结", "file-earmark-check", ("report",)),
    Act("signature", "审签", "pen", ("sign", "unsign")),
    Act("review", "审核", "clipboard-check", ("approve", "send_back")),
    Act("follow_up", "回访", "telephone", ("attempt", "follow_up")),
    Act("phone", "登记联系电话", "telephone-plus", ()),
    Act("consultation", "网上征求意见", "megaphone", ("consult",), _out_of_reach),
    Act("opinions", "判定意见", "chat-square-text", ("end_consultation",), _unjudged),
    Act("consultation_end", "征求意见情况", "chat-left-text", ("end_consultation",)),
    Act("consultation_stop", "中止征求意见", "stop-circle", ("stop_consultation",)),
    Act("appraisal", "登记诉求人评价", "emoji-smile", ("appraise",)),
    Act("waiver", "免予核实", "skip-forward", ("waive",)),
    Act("message", "处理留言", "chat-right-text", _MESSAGE, _has_message("pending")),
    Act("message_answer", "答复留言", "reply-all", ("answer_message",), _has_message("passed")),
    Act("message_entry", "登记留言", "chat-right-dots", ()),
    Act("reopening", "审核重办", "arrow-repeat", _REOPENING, _asks_again),
    Act("reopening_request", "登记重办申请", "arrow-clockwise", ("ask_reopening",), _asks_no_more),
    Act("promise", "列为跟踪件", "bookmark-star", ("track",)),
    Act("promise_review", "记录跟踪情况", "bookmark-check", ("review_promise",), _is_tracked),
    Act("fulfilment", "跟踪办结", "bookmark-heart", ("fulfil",), _is_tracked),
    Act("choice", "列为自选件", "hand-thumbs-up", ("choose",), _is_not(Tag.CHOSEN)),
    Act("choice_removal", "取消自选件", "x-circle", ("unchoose",), _is(Tag.CHOSEN)),
    Act("reminder_letter", "发问题提醒函", "envelope-exclamation", ()),
    Act("provincial_stars", "登记省评星", "stars", ("enter_provincial_stars",), _is_provincial),
    Act("rating", "初审评星", "star", ("rate",)),
    Act("closing", "结案", "check2-square", ("close",)),
    Act("publication", "公开审核", "globe", ()),
    Act("publication_withdrawal", "撤下公开", "eye-slash", ()),
    Act("refusal", "不予受理", "x-octagon", ("refuse",)),
    Act("merging", "并案", "union", ("merge",)),
    Act("separation", "解除并案", "scissors", ("split",)),
    Act("release", "退回待认领", "arrow-counterclockwise", ("release",)),
    Act("withdrawal", "登记撤回", "arrow-return-left", ("withdraw",)),
)
ACTS = {act.name: act for act in _ROWS}
ATTACHMENTS = Act("attachments", "补充附件", "paperclip", ())

_NEXT = {
    State.UNCLAIMED: "claim",
    State.TO_ANSWER: "answer",
    State.ANSWERED: "judgement",
    State.DISPATCHED: "acceptance",
    State.ACCEPTED: "log",
    State.HANDLING: "report",
    State.RETURNING: "return_decision",
    State.DISPUTED: "ruling",
    State.SIGNING: "signature",
    State.REPORTED: "review",
    State.FOLLOW_UP: "follow_up",
    State.CONSULTING: "consultation_end",
    State.TO_RATE: "rating",
    State.RATED: "closing",
}
"""The one act that a state waits for; the filled button where the person may do it."""


def offered(moves: Iterable[Move], case: Case, folder: Dossier) -> list[Act]:
    """The acts that some moves make possible, in the order of a case's life."""
    names = {move.name for move in moves}
    return [act for act in _ROWS if names.intersection(act.moves) and act.fits(case, folder)]


def awaited(case: Case, by: Actor, acts: list[Act], folder: Dossier) -> Act | None:
    """The act that the case waits for from this person, if it is among those offered."""
    name = _asked_first(case, by, acts, folder) or _NEXT.get(State(case.state))
    if name in _ASKED:
        return ACTS[name]
    if case.state == State.FOLLOW_UP and _out_of_reach(case, folder):
        name = "consultation"
    if case.state == State.CONSULTING and _unjudged(case, folder):
        name = "opinions"
    if case.state == State.CLAIMED:
        sent = "question" if case.track == Track.QUESTION else "dispatch"
        name = sent if case.screened_at else "screening"
    if case.state == State.ANSWERED and ACTS["archiving"] in acts:
        name = "archiving"
    if case.unit_id == by.unit_id and ACTS["assignment"] in acts:
        name = "assignment"  # a station passes on what came to itself
    return next((act for act in acts if act.name == name), None)


_ASKED = (
    *("instruction_request", "instruction", "extension_decision"),
    *("supervision_answer", "supervision_review"),
    *("message_answer", "message", "reopening"),
)


def _asked_first(case: Case, by: Actor, acts: list[Act], folder: Dossier) -> str | None:
    """What waits beside the state and comes before it: a request of minutes, or to this person."""
    told = any(not each["withdrawn_at"] for each in folder.requests)
    waits = {
        "instruction_request": case.major and not told,
        "instruction": any(
            each["leader_id"] == by.user_id and not (each["answered_at"] or each["withdrawn_at"])
            for each in folder.requests
        ),
        # offered only where one waits
        **dict.fromkeys(
            (
                *("extension_decision", "message_answer", "message", "reopening"),
                *("supervision_answer", "supervision_review"),
            ),
            True,
        ),
    }
    names = [act.name for act in acts if waits.get(act.name)]
    return next(iter(names), None)
