"""A case as somebody reads it who may not see the contact: every text veiled, and no exception."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from minxin.cases import contacts
from minxin.cases.dossier import Dossier
from minxin.cases.models import Case
from minxin.people.actor import Actor
from minxin.privacy.veil import veiled

Veil = Callable[[str], str]
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]?[0-9:.+]*$")
SHORTEST = 2
"""A single sign names nobody."""


def veil(case: Case, by: Actor) -> Veil:
    """What a text of the case looks like to this person: itself for who may see the contact."""
    if contacts.may_reveal(case, by):
        return lambda text: text
    known = contacts.known(case)
    return lambda text: veiled(text, known)


def opened(case: Case, by: Actor, read: Dossier) -> tuple[Dossier, Veil]:
    """A dossier that was read with what it knows of the citizen: its veil, and itself behind it.
    No statement more."""
    if contacts.may_reveal(case, by):
        return read, lambda text: text
    known = contacts.read_of(read.sealed, case.number)

    def veil(text: str) -> str:
        return veiled(text, known)

    return _folder(read, veil), veil


def over(value: Any, veil: Veil) -> Any:
    """Every text within lists and records, veiled; instants and short words stay."""
    if isinstance(value, str):
        plain = len(value) < SHORTEST or _INSTANT.match(value)
        return value if plain else veil(value)
    if isinstance(value, list):
        return [over(each, veil) for each in value]
    if isinstance(value, dict):
        return {key: over(each, veil) for key, each in value.items()}
    return value


def _folder(read: Dossier, veil: Veil) -> Dossier:
    """The dossier with its lists of records veiled."""
    lists = {
        field.name: over(getattr(read, field.name), veil)
        for field in fields(read)
        if isinstance(getattr(read, field.name), list) and field.name != "attachments"
    }
    return replace(read, **lists)
