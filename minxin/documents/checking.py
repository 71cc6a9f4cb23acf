"""Personal data in the words of a draft: found by the masker, decided by a person, one by one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from minxin.documents import drafting, words
from minxin.documents.models import Paper
from minxin.errors import Conflict
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.privacy import covering, finding
from minxin.privacy.hits import Hit, Kind


def check(paper: Paper, known: Mapping[str, str], officials: Collection[str]) -> None:
    """Look through the words as they stand; run by the worker after every change.

    known: the citizen's own data · officials: the names of staff and leaders, who act in public
    and are named in papers.
    """
    version, parts = paper.version, words.read(paper.words).parts()
    _cover_tables(paper, known, officials)
    asked = [(field, text) for field, text in parts.items() if text]
    found = finding.find_all([(text, known) for _, text in asked])
    own = [str(value) for value in known.values() if value]
    paper.findings = [
        {"field": field, "start": hit.start, "end": hit.end, "kind": hit.kind, "sure": hit.sure}
        for (field, text), hits in zip(asked, found, strict=True)
        for hit in hits
        if not _official(text[hit.start : hit.end], hit, officials, own)
    ]
    paper.checked, paper.masker = version, finding.VERSION


def _cover_tables(paper: Paper, known: Mapping[str, str], officials: Collection[str]) -> None:
    """Tables are facts that nobody edits or decides on: what might be personal is covered."""
    own = [str(value) for value in known.values() if value]
    cells = [cell for table in paper.tables for row in table["rows"] for cell in row]
    hits = finding.find_all([(cell, known) for cell in cells])
    covered = iter(
        covering.cover(
            cell,
            [h for h in found if not _official(cell[h.start : h.end], h, officials, own)],
        )
        for cell, found in zip(cells, hits, strict=True)
    )
    paper.tables = [
        {**table, "rows": [[next(covered) for _ in row] for row in table["rows"]]}
        for table in paper.tables
    ]


def _official(said: str, hit: Hit, officials: Collection[str], own: Collection[str]) -> bool:
    return hit.kind is Kind.NAME and said in officials and said not in own


def undecided(paper: Paper) -> list[tuple[int, dict[str, Any], str]]:
    """(number, finding, what it says) of what nobody has decided yet."""
    parts = words.read(paper.words).parts()
    kept = {each["said"] for each in paper.kept}
    said = [parts.get(each["field"], "")[each["start"] : each["end"]] for each in paper.findings]
    return [
        (number, each, said[number])
        for number, each in enumerate(paper.findings)
        if said[number] not in kept
    ]


def mask(paper: Paper, numbers: Collection[int], *, by: Actor, at: datetime) -> bool:
    """Cover findings by the masks of their kinds; whether the paper has to be reviewed again.

    Raises Conflict where the words changed.
    """
    drafting.lock(paper)
    if paper.state not in drafting.OPEN or paper.checked != paper.version:
        raise Conflict("文书刚刚修改过，正在重新检查个人信息，请稍后再试")
    chosen = [each for n, each in enumerate(paper.findings) if n in numbers]

    def covered(name: str, text: str) -> str:
        hits = [
            Hit(each["start"], each["end"], Kind(each["kind"]), each["sure"])
            for each in chosen
            if each["field"] == name
        ]
        return covering.cover(text, hits)

    new = words.read(paper.words).each(covered)
    again = drafting.edit(paper, new, version=paper.version, by=by, at=at, covers=True)
    db.session.flush()
    return again
