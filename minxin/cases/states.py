"""The states of a case and the fixed words of its life (regulation 1.7, 2.3, 2.5)."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A code with the word that people read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make the member `value` and give it its word."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class State(Labelled):
    """Where a case is."""

    UNCLAIMED = "unclaimed", "待认领"
    CLAIMED = "claimed", "已认领"
    TO_ANSWER = "to_answer", "待答复"
    ANSWERED = "answered", "已答复"
    DISPATCHED = "dispatched", "待签收"
    ACCEPTED = "accepted", "已签收"
    HANDLING = "handling", "办理中"
    RETURNING = "returning", "退件待审"
    DISPUTED = "disputed", "待裁定"
    SIGNING = "signing", "待审签"
    REPORTED = "reported", "待审核"
    FOLLOW_UP = "follow_up", "待回访"
    CONSULTING = "consulting", "征求意见中"
    TO_RATE = "to_rate", "待评星"
    RATED = "rated", "待结案"
    CLOSED = "closed", "已结案"
    REFUSED = "refused", "不予受理"
    WITHDRAWN = "withdrawn", "已撤回"
    JUDGED = "judged", "已评价"
    MERGED = "merged", "已并案"


ENDED = frozenset({State.CLOSED, State.REFUSED, State.WITHDRAWN, State.JUDGED, State.MERGED})
POOL = frozenset({State.UNCLAIMED, State.CLAIMED})
"""With the city's office, before dispatch."""
ON_HAND = frozenset({State.DISPATCHED, State.ACCEPTED, State.HANDLING})
"""The unit has it and works on it."""
RETURNED = frozenset({State.RETURNING, State.DISPUTED})
"""The unit does not want it, and who sent it or the office above decides; its clock runs on."""
WITH_UNIT = ON_HAND | RETURNED | {State.SIGNING, State.TO_ANSWER}
AFTER_UNIT = frozenset(
    {
        State.REPORTED,
        State.FOLLOW_UP,
        State.CONSULTING,
        State.TO_RATE,
        State.RATED,
        State.ANSWERED,
    }
)
"""Reported: with who reviews, calls back, consults the public, rates and closes; or answered."""
UNHURRIED = frozenset({State.CONSULTING})
"""The public has its days: nobody is late meanwhile, and nothing is soon due."""


class Track(Labelled):
    """Which of the two courses a case takes (第八条（一）, 1.7)."""

    APPEAL = "appeal", "诉求件"
    QUESTION = "question", "网络回应人诉求问题"


class Kind(Labelled):
    """定性: what sort of appeal it is. The value is also its deadline rule."""

    CONSULT = "consult", "咨询"
    HELP = "help", "求助"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "举报"
    SUGGEST = "suggest", "建议"
    THANKS = "thanks", "表扬"
    OTHER = "other", "其他"


class Urgency(Labelled):
    """How pressing it is."""

    NORMAL = "normal", "一般"
    URGENT = "urgent", "紧急"
    CRITICAL = "critical", "特急"


class Source(Labelled):
    """The channel that an appeal came by."""

    WEB = "web", "网上"
    PHONE = "phone", "来电"
    LETTER = "letter", "来信"
    VISIT = "visit", "来访"
    PROVINCE = "province", "省转"
    LEADER = "leader", "领导交办"
    IMPORT = "import", "批量导入"


class CloseMethod(Labelled):
    """结案方式 (2.5)."""

    SOLVED = "solved", "已解决"
    PARTLY = "partly", "部分解决"
    PLANNED = "planned", "列入计划"
    EXPLAINED = "explained", "解释说明"
    UNTRUE = "untrue", "反映不实"
    LEGAL_ROUTE = "legal_route", "引导法定途径"
    UNVERIFIABLE = "unverifiable", "无法核查"


class Tag(Labelled):
    """What a case is beside its course (1.7)."""

    CARING = "caring", "爱心件"
    TRACKED = "tracked", "跟踪件"
    CHOSEN = "chosen", "自选件"
    REMINDER = "reminder", "问题提醒件"


class RefusalGround(Labelled):
    """Why an appeal is not accepted (2.3)."""

    EMERGENCY = "emergency", "属110、119、120、122等紧急服务事项"
    JUDICIAL = "judicial", "已进入诉讼、仲裁、行政复议程序"
    PETITION = "petition", "属信访、纪检监察受理渠道"
    SECRET = "secret", "涉及国家秘密"
    REPEATED = "repeated", "重复反映且无新的事实和理由"
    UNCLEAR = "unclear", "诉求不明确且无法联系补充"
    OUTSIDE = "outside", "不属于本市行政管辖"


class CallOutcome(Labelled):
    """How an attempt to reach the citizen went."""

    REACHED = "reached", "已接通"
    NO_ANSWER = "no_answer", "无人接听"
    WRONG_NUMBER = "wrong_number", "空号错号"
    REFUSED = "refused", "拒绝回访"
    SUBSTITUTE = "substitute", "以其他方式核实"


SATISFACTION = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
