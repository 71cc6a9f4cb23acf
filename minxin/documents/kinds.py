"""The kinds of paper that the office issues, and how each goes out (第九条（三）, 第十、十一条)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PaperKind(StrEnum):
    """One kind; its traits stand in `TRAITS`."""

    SUPERVISION_REPORT = "supervision_report"
    SUPERVISION_NOTICE = "supervision_notice"
    REMINDER = "reminder"
    REQUEST = "request"
    INVESTIGATION = "investigation"
    CASE_SHEET = "case_sheet"
    WEEKLY_SUMMARY = "weekly_summary"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return TRAITS[self].label

    @property
    def traits(self) -> Traits:
        """How this kind looks and goes out."""
        return TRAITS[self]


@dataclass(frozen=True)
class Traits:
    """How a kind looks and goes out.

    layout: briefing (masthead, 期号, 版记) | form (a table on one page) | letter (信函格式) |
    upward (上行文, with 签发人) | report (title and text) · unit: 期 or 号, what its number counts
    reviewed: is it read by a second person and signed off · boxed: has it a 领导批示栏.
    supervises: does its issue send out a 督办件
    """

    label: str
    layout: str
    unit: str
    reviewed: bool = True
    boxed: bool = False
    supervises: bool = False


TRAITS = {
    PaperKind.SUPERVISION_REPORT: Traits("督办专报", "briefing", "期", boxed=True, supervises=True),
    PaperKind.SUPERVISION_NOTICE: Traits("督办通知单", "form", "号", supervises=True),
    PaperKind.REMINDER: Traits("问题提醒函", "letter", "号"),
    PaperKind.REQUEST: Traits("请示件", "upward", "号", boxed=True),
    PaperKind.INVESTIGATION: Traits("调查处理报告", "report", "号"),
    PaperKind.CASE_SHEET: Traits("办件单", "form", "号", reviewed=False),
    PaperKind.WEEKLY_SUMMARY: Traits("周总结", "briefing", "期", reviewed=False),
}
