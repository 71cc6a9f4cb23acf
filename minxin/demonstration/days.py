"""Days in the life of the demonstration city: cases walked by the domain's own verbs."""

from __future__ import annotations

from datetime import datetime


def live(now: datetime) -> None:
    """Let the city have worked for some days before `now`."""
