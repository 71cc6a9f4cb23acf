"""同类诉求: what is shown of cases that are like one, beside it or before it is sent on."""

from __future__ import annotations

from typing import Any

from flask import g

from minxin.cases import lists, merging, search
from minxin.cases.models import Case
from minxin.cases.screening import same_contact
from minxin.web.life import me


def similar(case: Case) -> dict[str, Any]:
    """Rows of cases from the same phone, and of others whose words are alike."""
    by = me()
    same = list(same_contact(case, by=by))
    found = search.similar(case, tenant_id=_tenant(), limit=20)
    rows = lists.by_ids(by, list(dict.fromkeys([*same, *found])))
    title = case.summary or case.subject
    others = (row for row in rows if row.id not in same)
    alike = [r for r in others if search.alikeness(title, r.title) >= search.RESEMBLES]
    return {"same": [row for row in rows if row.id in same], "alike": alike[:8]}


def alike(case: Case) -> list[Any]:
    """Rows of running cases that could be handled as one with this one."""
    return merging.group(case, me(), tenant_id=_tenant())


def _tenant() -> int | None:
    return None if g.desk.is_city else g.desk.tenant_id
