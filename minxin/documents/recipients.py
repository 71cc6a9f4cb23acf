"""Who a paper goes to: a unit, or a person by post."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

PARTS = {"to": "主送", "report": "报", "send": "送"}


@dataclass(frozen=True)
class Recipient:
    """One recipient; name: empty for anybody of the unit · user_id: none where he has no account
    and gets it on paper · part: to | report | send."""

    part: str
    tenant_id: int
    unit_id: int
    unit: str
    user_id: int | None = None
    name: str = ""
    post: str = ""

    @property
    def label(self) -> str:
        """How the paper and its pages call him: 某某（某局局长）."""
        if not self.name:
            return self.unit
        place = self.unit + self.post
        return f"{self.name}（{place}）" if place else self.name


def stored(recipients: Iterable[Recipient]) -> list[dict[str, Any]]:
    """As JSON."""
    return [asdict(each) for each in recipients]


def read(records: Iterable[Mapping[str, Any]]) -> list[Recipient]:
    """What was stored."""
    return [Recipient(**record) for record in records]
