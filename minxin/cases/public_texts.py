"""公开的内容: what of a case is proposed to the public, before anything in it is covered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from minxin.cases import questions, reporting
from minxin.cases.models import Case
from minxin.cases.states import Track

FIELDS = {"title": "标题", "text": "公示内容", "result": "办理结果"}


def proposed(case: Case) -> dict[str, str]:
    """Title, text and result: 摘要, 公示信息 and the accepted result; empty before 规范."""
    if case.screened_at is None:
        return dict.fromkeys(FIELDS, "")
    result = ""
    if case.track == Track.QUESTION:
        answer = questions.latest(case)
        result = answer.text if answer else ""
    elif report := reporting.accepted(case):
        result = reporting.result(report)
    return {
        "title": case.summary or case.subject,
        "text": case.public_text or case.wording,
        "result": result,
    }


def digest(texts: Mapping[str, str]) -> str:
    """SHA-256 of the texts, in the order of `FIELDS`."""
    return hashlib.sha256("\x00".join(texts[field] for field in FIELDS).encode()).hexdigest()
