"""The frozen facts of a paper in words, for who reviews what was written from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

LABELS = {
    "as_of": "采集日期",
    "number": "编号",
    "title": "标题",
    "kind": "类型",
    "category": "分类",
    "source": "来源",
    "urgency": "紧急程度",
    "state": "状态",
    "place": "地点",
    "text": "内容",
    "unit": "承办单位",
    "tenant": "区县",
    "received_on": "收到日期",
    "sent_on": "转办日期",
    "opinion": "意见",
    "due_on": "时限",
    "late": "超期",
    "closed_on": "办结日期",
    "satisfaction": "满意度",
    "steps": "办理经过",
    "calls": "回访",
    "rung": "督办",
    "rungs": "历次督办",
    "label": "督办",
    "paper": "文书",
    "ground": "事由",
    "demand": "督办要求",
    "grave": "情节严重",
    "opened_on": "下发日期",
    "answered_on": "回复日期",
    "answer": "回复",
    "verdict": "审核结论",
    "verified": "核查",
    "leader": "领导",
    "leader_title": "领导职务",
    "asked_on": "请示日期",
    "edition": "报告版次",
    "sections": "报告内容",
    "close_method": "结案方式",
    "policy": "政策依据",
    "responsible": "经办人",
    "signer": "审签人",
    "signed_on": "审签日期",
    "station": "工作站",
    "week": "周次",
    "year": "年度",
    "figures": "数据",
    "kinds": "各类型",
    "course": "办理情况",
    "problems": "超期、退件和重点件",
    "plans": "下周打算",
    "submitted_by": "提交人",
    "cases": "诉求件",
    "case": "诉求件",
}
"""Name of a field of a facts dataclass → its word, in the order that they are read in."""


def rows(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(word, value) of each fact that is known; the case's own first, lists line by line."""
    return list(_rows(facts))


def _rows(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(facts.get("case"), Mapping):
        yield from _rows(facts["case"])
    for name, label in LABELS.items():
        value = facts.get(name)
        if name != "case" and value not in (None, "", [], 0, False):
            yield label, _said(value)


def _said(value: Any) -> str:
    if value is True:
        return "是"
    if isinstance(value, list):
        return "\n".join(_line(each) for each in value)
    return str(value)


def _line(each: Any) -> str:
    """One entry of a list: of a case no more than what it is called by."""
    if isinstance(each, Mapping):
        if "received_on" in each:
            return f"{each['number']} {each['title']}"
        return " ".join(
            str(each[name])
            for name in _order(each)
            if each[name] and not isinstance(each[name], list)
        )
    return "：".join(str(part) for part in each) if isinstance(each, list) else str(each)


def _order(each: Mapping[str, Any]) -> list[str]:
    known = [name for name in ("when", "who", "did", *LABELS) if name in each]
    return [*known, *(name for name in each if name not in known)]
