"""What the masker makes of a text, as a reader sees it."""

from __future__ import annotations

from collections.abc import Mapping

from minxin.privacy import covering, finding


def found(text: str, known: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """(kind, words) of every hit that is sure."""
    hits = finding.find(text, known)
    return [(str(hit.kind), text[hit.start : hit.end]) for hit in hits if hit.sure]


def asked(text: str) -> list[str]:
    """The words of the hits that a person decides."""
    return [text[hit.start : hit.end] for hit in finding.find(text) if not hit.sure]


def covered(text: str, known: Mapping[str, str] | None = None) -> str:
    """The text with its sure hits covered."""
    return covering.cover(text, [hit for hit in finding.find(text, known) if hit.sure])
