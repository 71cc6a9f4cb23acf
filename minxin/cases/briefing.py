"""The first wording of a 请示件: what is known of a case and what was done so far, masked."""

from __future__ import annotations

from datetime import datetime

from minxin.cases import contacts, deeds, timeline
from minxin.cases.models import Case
from minxin.cases.states import Kind, Source, Urgency
from minxin.clock import local
from minxin.privacy.veil import veiled

LATEST = 8
"""Steps of the course that a leader reads; the older ones are in the case."""
NOT_TOLD = frozenset({"reveal", "attach", "recomputed", "screen", "score_fact"})


def draft(case: Case, unit: str, at: datetime) -> str:
    """What the clerk starts from: number, title, place, course. Numbers in it are masked."""
    kind = Kind(case.kind).label if case.kind else "未定性"
    source = Source(case.source).label if case.source in set(Source) else case.source
    lines = [
        f"{case.summary or case.subject}（{case.number}）",
        f"紧急程度：{Urgency(case.urgency).label}；类型：{kind}；来源：{source}",
        f"地点：{case.place or '未写明'}",
        f"反映情况：{(case.wording or case.body).strip()}",
        f"承办单位：{unit or '尚未转办'}",
        "办理经过：",
        *course(case),
        "以上情况，请批示。",
    ]
    return veiled("\n".join(lines), contacts.known(case))


def course(case: Case) -> list[str]:
    """The latest steps in a line each, the oldest first: 11月23日 09:10 林静 认领."""
    steps = [event for event in timeline.events(case) if event.name not in NOT_TOLD]
    return [
        f"{local(event.at).month}月{local(event.at).day}日 {local(event.at):%H:%M} "
        f"{event.actor_unit or event.actor_name} {deeds.did(event)}"
        for event in steps[-LATEST:]
    ]
