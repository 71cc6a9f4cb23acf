"""The masker over the facts of a paper, before anybody writes a word of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import select

from minxin.extensions import db
from minxin.people.models import Post, User
from minxin.privacy import covering, finding
from minxin.privacy.hits import Hit, Kind

Record = TypeVar("Record")


def masked(record: Record, known: Mapping[str, str], officials: Collection[str]) -> Record:
    """The record with every text in it covered where the masker is sure. officials: names of
    those who act in public. What it is unsure of is found again in the words (documents.checking);
    tables are looked through there as well."""
    texts: list[str] = []

    def told(text: str) -> str:
        texts.append(text)
        return text

    _walk(record, told)
    found = finding.find_all([(text, known) for text in texts])
    own = {str(value) for value in known.values()}

    def kept(text: str, hit: Hit) -> bool:
        said = text[hit.start : hit.end]
        return hit.sure and not (hit.kind is Kind.NAME and said in officials and said not in own)

    covered = iter(
        covering.cover(text, [hit for hit in hits if kept(text, hit)])
        for text, hits in zip(texts, found, strict=True)
    )
    result: Record = _walk(record, lambda _: next(covered))
    return result


def officials() -> frozenset[str]:
    """The names of staff and leaders within the login's reach."""
    names = [*db.session.scalars(select(User.name)), *db.session.scalars(select(Post.name))]
    return frozenset(names)


def _walk(value: Any, change: Any) -> Any:
    """The value with every text within it changed, in one order."""
    if isinstance(value, str):
        return change(value) if value else value
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{each.name: _walk(getattr(value, each.name), change) for each in fields(value)}
        )
    if isinstance(value, tuple | list):
        return type(value)(_walk(each, change) for each in value)
    return value
