"""Many appeals entered at once: what `intake.enter` writes for one, in a few statements.

Each case is drafted by the same functions as a single one. Everything is stored by one prepared
statement a table in a pipeline, which was measured to be faster than multi-row VALUES: those are
compiled anew for each batch. Under row-level security there is no INSERT … SELECT and no COPY.
Nothing is promised for later, because nothing follows: a case of a batch has no tracking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from minxin.cases import clocks, contacts, intake, search, tallies, workflow
from minxin.cases.intake import Appeal
from minxin.cases.models import Case, CaseEvent, CaseText, Clock, Contact
from minxin.cases.numbering import next_numbers
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.tenancy.models import OfTenant


@dataclass(frozen=True)
class Entry:
    """An appeal of a batch, which has an `import_key`.

    spelling: `spell(appeal)`, worked out before anything is locked · reply: what was answered
    before the case came here, {"text": …, "at": instant or None}.
    """

    appeal: Appeal
    received_at: datetime | None
    spelling: str
    reply: Mapping[str, Any] | None = None


def spell(appeal: Appeal) -> str:
    """The words that the appeal will be found by: the slowest part, and it needs no database."""
    return search.spelled(appeal.subject, appeal.body, appeal.place)


def enter(entries: Sequence[Entry], *, by: Actor, at: datetime) -> dict[str, str]:
    """Register appeals in one go: {import key: case number} of those that were new.

    A key that another batch was faster with is left out. Raises Refused as `intake.enter` does.
    """
    tenant_id = intake.municipal().id
    book = clocks.rulebook()
    numbers = next_numbers(at, len(entries))  # also makes batches of one day wait for each other
    drafts = [
        _Draft(entry, tenant_id, number, book, by, at)
        for entry, number in zip(entries, numbers, strict=True)
    ]
    ids = _store_cases([draft.case for draft in drafts])
    made = [draft for draft in drafts if draft.case.number in ids]
    for draft in made:
        draft.belong_to(ids[draft.case.number])
    _store(CaseEvent, (draft.event for draft in made))
    _store(CaseEvent, (draft.reply for draft in made if draft.reply))
    _store(Clock, (clock for draft in made for clock in draft.clocks))
    _store(Contact, (draft.contact for draft in made if draft.contact))
    _store_words(made)
    if made:
        tallies.change({(tenant_id, 0, made[0].case.state): len(made)})
    return {str(draft.case.import_key): draft.case.number for draft in made}


class _Draft:
    """A case and all that hangs off it, before it has an id."""

    def __init__(
        self,
        entry: Entry,
        tenant_id: int,
        number: str,
        book: clocks.Rulebook,
        by: Actor,
        at: datetime,
    ) -> None:
        appeal = entry.appeal
        self.case = intake.draft(
            appeal, tenant_id=tenant_id, number=number, received_at=entry.received_at or at
        )
        self.event, self.clocks = workflow.opening(
            self.case, by=by, at=at, payload=intake.said(appeal), book=book
        )
        self.contact = contacts.drawn(self.case, appeal.person)
        self.reply = (
            workflow.remark(self.case, "earlier_reply", by=by, at=at, payload=entry.reply)
            if entry.reply
            else None
        )
        self.spelling = f"{search.spelled(number)} {entry.spelling}"

    def belong_to(self, case_id: int) -> None:
        """Name the case on everything that hangs off it."""
        self.case.id = case_id
        for part in (self.event, self.contact, self.reply, *self.clocks):
            if part is not None:
                part.case_id = case_id


def _store_cases(cases: Sequence[Case]) -> dict[str, int]:
    """Insert what is new: {number: id}."""
    if not cases:
        return {}
    statement = insert(Case.__table__).on_conflict_do_nothing(  # type: ignore[arg-type]
        index_elements=["import_key"]
    )
    db.session.execute(statement, [_values(case) for case in cases])
    numbers = [case.number for case in cases]  # given out a moment ago: nobody else has them
    stored = db.session.execute(select(Case.number, Case.id).where(Case.number.in_(numbers)))
    return {number: case_id for number, case_id in stored}


def _store_words(made: Sequence[_Draft]) -> None:
    if made:
        statement = insert(CaseText.__table__).values(  # type: ignore[arg-type]
            words=search.words(bindparam("spelling"))
        )
        rows = [
            {
                "tenant_id": draft.case.tenant_id,
                "case_id": draft.case.id,
                "spelling": draft.spelling,
            }
            for draft in made
        ]
        db.session.execute(statement, rows)


def _store(model: type[OfTenant], parts: Iterable[OfTenant]) -> None:
    rows = [_values(part) for part in parts]
    if rows:
        db.session.execute(insert(model.__table__), rows)  # type: ignore[arg-type]


def _values(part: OfTenant) -> dict[str, Any]:
    """The columns that were set; the others take their defaults."""
    return {name: value for name, value in vars(part).items() if not name.startswith("_")}
