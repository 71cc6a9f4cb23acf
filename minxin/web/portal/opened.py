"""Which cases this session may see the progress of: those whose number and code it has shown."""

from __future__ import annotations

from flask import g, session

MOST = 20


def remember(number: str) -> None:
    """Number and code were right, or the case was sent from here."""
    kept = [key for key in session.get("opened", []) if key != _key(number)]
    session["opened"] = [*kept, _key(number)][-MOST:]


def may_see(number: str) -> bool:
    """Has this session opened the case?"""
    return _key(number) in session.get("opened", [])


def forget() -> None:
    """Close what this session has opened."""
    session.pop("opened", None)


def _key(number: str) -> str:
    """With the city: numbers repeat across the cities of an installation."""
    return f"{g.city.slug}:{number}"
