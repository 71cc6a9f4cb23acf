"""周总结 on paper: a station's week as it was handed in (1.8 A22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minxin.calendars.words import day_text
from minxin.cases.states import Kind
from minxin.comparison import summaries
from minxin.comparison.summaries import Summary
from minxin.documents.drafting import Draft
from minxin.documents.models import Paper
from minxin.documents.sheet import MARK, Table
from minxin.documents.words import Words
from minxin.errors import Refused
from minxin.extensions import db
from minxin.papers.masking import masked

FIGURES = "本周数据"
KINDS = "转办件分类"
LABELS = (
    ("received", "收到诉求（件）"),
    ("closed", "办结（件）"),
    ("handled", "报结（件）"),
    ("on_time", "其中按时报结（件）"),
    ("rated", "有评价（件）"),
    ("satisfied", "其中满意（件）"),
    ("returned", "退件（件）"),
    ("overdue", "现有超期（件）"),
)


@dataclass(frozen=True)
class WeekFacts:
    """A week in figures as they stood when it was handed in, and what the station says of it."""

    station: str
    week: str
    year: int
    figures: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    course: str
    problems: str
    plans: str
    submitted_by: str


def gather(paper: Paper, officials: frozenset[str], at: datetime) -> Draft:
    """The summary that the paper is about. Raises Refused before it was handed in."""
    summary = db.session.scalar(select(Summary).where(Summary.id == paper.subject_id))
    if summary is None or summary.submitted_at is None:
        raise Refused("周总结还没有提交，请先提交，再出具文书")
    found = masked(
        WeekFacts(
            station=paper.unit,
            week=summaries.week_zh(summary.monday),
            year=summary.monday.year,
            figures=tuple((label, str(summary.figures.get(key, 0))) for key, label in LABELS),
            kinds=tuple(
                (Kind(kind).label, str(number))
                for kind, number in summary.figures.get("kinds", {}).items()
                if number
            ),
            course=summary.course,
            problems=summary.problems,
            plans=summary.plans,
            submitted_by=summary.submitted_by,
        ),
        {},
        officials,
    )
    text = [
        "一、本周受理办结情况",
        MARK.format(FIGURES),
        *found.course.splitlines(),
        "二、超期、退件和重点件情况",
        *(found.problems.splitlines() or [_none_named(summary.figures)]),
        "三、下周打算",
        *found.plans.splitlines(),
    ]
    tables = [Table(FIGURES, ("项目", "数量"), found.figures, (3, 1))]
    if found.kinds:
        text.insert(2, MARK.format(KINDS))
        tables.append(Table(KINDS, ("类型", "数量（件）"), found.kinds, (3, 1)))
    words = Words(
        title=f"{found.station}周总结\n（{day_text(summary.monday)[:5]}{found.week}）",
        text="\n".join(text),
        send_to="市民心网办",
        copies=2,
    )
    return Draft(asdict(found), words, tables)


def _none_named(figures: Mapping[str, Any]) -> str:
    """Where the station says nothing of problems, what the figures say of them."""
    told = [
        f"{label}{figures[key]}件"
        for key, label in (("returned", "退件"), ("overdue", "现有超期"))
        if figures.get(key)
    ]
    return f"本周{'，'.join(told)}。" if told else "本周无超期、退件和重点件。"
