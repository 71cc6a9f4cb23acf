"""移交: custody with its counters. A case and what was merged into it go to a tenant together."""

from __future__ import annotations

from minxin.cases import joined, tallies, workflow
from minxin.cases.models import Case
from minxin.cases.states import State
from minxin.extensions import db
from minxin.tenancy.custody import hand_over


def to_tenant(case: Case, tenant_id: int) -> Case:
    """Let a tenant hold the case from now on; nothing is done where it does already.

    Runs by the city's login (`tenancy.custody`). Answers the case, locked and read anew.
    """
    before, unit_id, state = case.tenant_id, case.unit_id or 0, case.state
    if before == tenant_id:
        return case
    db.session.flush()
    along = len(joined.to(case))
    hand_over(case.id, tenant_id)
    tallies.change({(before, unit_id, state): -1, (tenant_id, unit_id, state): +1})
    tallies.change({(before, 0, State.MERGED): -along, (tenant_id, 0, State.MERGED): +along})
    return workflow.lock(case.id)
