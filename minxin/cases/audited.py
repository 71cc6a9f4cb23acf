"""What is written into the audit log about a case: one way to say it, for every act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from minxin.audit import log
from minxin.cases.models import Case
from minxin.people.actor import Actor


def note(
    act: str,
    case: Case,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Append an act on a case (`contact.reveal`, `public.publish`, `attachment.view`). facts hold
    no personal data."""
    log.record(
        act,
        tenant_id=case.tenant_id,
        by=by,
        at=at,
        object_kind="case",
        object_id=case.id,
        reason=reason.strip() or None,
        payload=facts,
    )
