"""THE MASKER's finding half: every piece of personal data in a text, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from minxin.privacy import dwellings, names, numbers, persons, tagger
from minxin.privacy.hits import Hit, union
from minxin.privacy.view import View, view

VERSION = "2026.1"
"""Of rules and model together; what was published under an older one is looked through again."""


def find(text: str, known: Mapping[str, str] | None = None) -> list[Hit]:
    """The personal data in one text, in order, without overlap. known: the case's own fields."""
    return find_all([(text, known or {})])[0]


def find_all(texts: Sequence[tuple[str, Mapping[str, str]]]) -> list[list[Hit]]:
    """The same for many texts, which the tagger reads together."""
    views = [view(text) for text, _ in texts]
    marks = tagger.marks([each.text for each in views])
    return [
        weigh(seen, each, known) for seen, each, (_, known) in zip(views, marks, texts, strict=True)
    ]


def weigh(seen: View, marks: tagger.Marks, known: Mapping[str, str]) -> list[Hit]:
    """The hits in a text, given the tagger's marks of it; with marks of nothing but zeros, what
    the rules find alone."""
    found = list(numbers.find(seen.text))
    rest = numbers.blotted(seen.text, sorted(found))
    homes = list(dwellings.find(rest))
    people = list(names.find(numbers.blotted(rest, sorted(homes)), marks, found))
    own = list(persons.find(seen.text, known))
    return [
        Hit(*seen.original(hit.start, hit.end), hit.kind, hit.sure)
        for hit in union([*own, *found, *homes, *people])
    ]
