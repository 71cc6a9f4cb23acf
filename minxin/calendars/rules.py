"""Deadline rules as data: how much time, counted how, by which article (1.8, 1.10, 2.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Literal, get_args

Unit = Literal["workday", "day", "hour", "minute", "week"]

UNIT_ZH: Mapping[Unit, str] = MappingProxyType(
    {"workday": "个工作日", "day": "日", "hour": "小时", "minute": "分钟", "week": "周"}
)


@dataclass(frozen=True)
class Rule:
    """A deadline rule.

    ``amount`` counts ``unit``: workdays, calendar days, hours or minutes; a ``week`` rule is
    due on the ``amount``-th workday after the week (Monday to Sunday) that holds the start.
    ``begins`` is what starts the clock, in Chinese (转办, 报结 …). ``from_due`` marks a rule
    whose start is another clock's due instant, so that 24:00 belongs to the day it ends.
    """

    key: str
    name_zh: str
    unit: Unit
    amount: int
    article: str
    version: int = 1
    begins: str = "起算"
    from_due: bool = False

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise ValueError(f"rule {self.key}: no unit {self.unit!r}")
        if not 1 <= self.amount <= 9999:
            raise ValueError(f"rule {self.key}: amount {self.amount} is not within 1..9999")

    @property
    def elapsed(self) -> timedelta | None:
        """The plain elapsed time of an hour or minute rule; None for those that count days."""
        if self.unit == "hour":
            return timedelta(hours=self.amount)
        if self.unit == "minute":
            return timedelta(minutes=self.amount)
        return None

    @property
    def limit_zh(self) -> str:
        """The limit in words: 10个工作日, 4日, 30分钟."""
        if self.unit == "week":
            return f"周日24:00后第{self.amount}个工作日"
        return f"{self.amount}{UNIT_ZH[self.unit]}"


# The regulation names the duty but not the limit; the number is the city's default setting.
DEFAULT = "时限按系统默认值"

_ROWS = (
    Rule("claim", "认领", "workday", 1, f"第八条（一），{DEFAULT}", begins="进入待认领"),
    Rule("dispatch", "转办", "workday", 1, f"第八条（一），{DEFAULT}", begins="认领"),
    Rule("accept", "签收", "workday", 1, f"第九条（二），{DEFAULT}", begins="转办"),
    Rule("question", "网络回应人答复或分转", "day", 4, "第九条（一）", begins="到达本单位"),
    Rule("judgement", "诉求人评价", "day", 15, f"第九条（一），{DEFAULT}", begins="答复"),
    Rule("consult", "咨询办理", "workday", 5, f"第九条（二），{DEFAULT}", begins="转办"),
    Rule("suggest", "建议办理", "workday", 5, f"第九条（二），{DEFAULT}", begins="转办"),
    Rule("help", "求助办理", "workday", 5, f"第九条（二），{DEFAULT}", begins="转办"),
    Rule("complaint", "投诉办理", "workday", 10, f"第九条（二），{DEFAULT}", begins="转办"),
    Rule("report", "举报办理", "workday", 15, f"第九条（二），{DEFAULT}", begins="转办"),
    Rule("thanks", "表扬办理", "workday", 5, f"第九条（二），{DEFAULT}", begins="转办"),
    Rule("other", "其他办理", "workday", 5, f"第九条（二），{DEFAULT}", begins="转办"),
    Rule("rework", "退回重办", "workday", 3, f"第八条（二），{DEFAULT}", begins="审核退回"),
    Rule("return", "退件", "workday", 2, f"第九条（五），{DEFAULT}", begins="收件"),
    Rule(
        "return_decision", "退件审核", "workday", 1, f"第九条（五），{DEFAULT}", begins="申请退件"
    ),
    Rule("ruling", "责任裁定", "workday", 2, f"第九条（五），{DEFAULT}", begins="提请裁定"),
    Rule(
        "extension",
        "延期",
        "workday",
        5,
        f"第九条（二），{DEFAULT}",
        begins="原到期",
        from_due=True,
    ),
    Rule(
        "extension_decision",
        "延期审批",
        "workday",
        1,
        f"第八条（二），{DEFAULT}",
        begins="提出延期申请",
    ),
    Rule("review", "报结审核", "workday", 2, f"第八条（二），{DEFAULT}", begins="报结"),
    Rule("followup", "回访", "workday", 5, f"第八条（三），{DEFAULT}", begins="报结审核通过"),
    Rule(
        "consultation",
        "网上公开征求意见",
        "day",
        7,
        f"第八条（三），{DEFAULT}",
        begins="决定征求意见",
    ),
    Rule("rating", "初审评星", "workday", 2, f"第八条（四），{DEFAULT}", begins="核实完毕"),
    Rule("message", "不满意留言答复", "day", 4, f"第八条（五），{DEFAULT}", begins="留言转办"),
    Rule("reopening", "申请重办", "day", 15, f"第八条（五），{DEFAULT}", begins="结案"),
    Rule(
        "reopening_decision",
        "重办审核",
        "workday",
        2,
        f"第八条（五），{DEFAULT}",
        begins="申请重办",
    ),
    Rule("promise", "跟踪件承诺", "day", 30, f"第八条（二），{DEFAULT}", begins="列为跟踪件"),
    Rule("supervision", "督办答复", "workday", 5, f"第十一条，{DEFAULT}", begins="督办单下发"),
    Rule(
        "supervision2",
        "二次督办答复",
        "workday",
        3,
        f"第十一条，{DEFAULT}",
        begins="二次督办单下发",
    ),
    Rule(
        "supervision3", "督办专报反馈", "workday", 5, f"第十一条，{DEFAULT}", begins="督办专报下发"
    ),
    Rule(
        "supervision_again", "督办回复补充", "workday", 2, f"第十一条，{DEFAULT}", begins="退回补充"
    ),
    Rule(
        "instruction_request",
        "重大紧急请示",
        "minute",
        30,
        f"第八条（六），{DEFAULT}",
        begins="标记重大紧急",
    ),
    Rule(
        "instruction_feedback", "批示反馈", "workday", 5, f"第八条（六），{DEFAULT}", begins="批示"
    ),
    Rule(
        "urgent_feedback", "紧急件首次反馈", "hour", 24, f"第八条（六），{DEFAULT}", begins="转办"
    ),
    Rule(
        "critical_feedback", "特急件首次反馈", "hour", 2, f"第八条（六），{DEFAULT}", begins="转办"
    ),
    Rule("summary", "周总结", "week", 1, f"第十三条（八），{DEFAULT}", begins="本周"),
)

DEFAULT_RULES: Mapping[str, Rule] = MappingProxyType({rule.key: rule for rule in _ROWS})
"""The default deadline table, by key, in the order of a case's life."""
