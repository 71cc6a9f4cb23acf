"""Which cases this session may see the progress of: those whose number and code it has shown.

What is remembered names the code too: once the citizen takes a new one, every session that was
opened with the old one is closed.
"""

from __future__ import annotations

from hashlib import sha256

from flask import g, session

from minxin.cases.models import Tracking

MOST = 20


def remember(tracking: Tracking) -> None:
    """Number and code were right, or the case was sent from here."""
    number = f"{_key(tracking.number)}:"
    kept = [key for key in session.get("opened", []) if not key.startswith(number)]
    session["opened"] = [*kept, number + _finger(tracking)][-MOST:]


def may_see(tracking: Tracking) -> bool:
    """Has this session opened the case, with the code that it has now?"""
    return f"{_key(tracking.number)}:{_finger(tracking)}" in session.get("opened", [])


def forget() -> None:
    """Close what this session has opened."""
    session.pop("opened", None)


def _key(number: str) -> str:
    """With the city: numbers repeat across the cities of an installation."""
    return f"{g.city.slug}:{number}"


def _finger(tracking: Tracking) -> str:
    return sha256(bytes(tracking.code_digest)).hexdigest()[:16]
