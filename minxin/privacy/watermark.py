"""Who looked at it, and when: on case pages and on whatever leaves the system (GB/T 35273 7.2).

The one function for it: pages, sheets and papers all carry what it says.
"""

from __future__ import annotations

from datetime import datetime

from minxin.clock import local


def mark(name: str, unit: str, at: datetime) -> str:
    """林静 市民心网办 2026-11-26 09:30: the person, the unit, the local minute."""
    return " ".join(filter(None, (name, unit, f"{local(at):%Y-%m-%d %H:%M}")))
