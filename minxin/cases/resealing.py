"""Key rotation: contact fields that an older key sealed are sealed again with the one in force."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, LargeBinary, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from minxin.cases import contacts
from minxin.cases.models import Case, Contact, Submission
from minxin.extensions import db
from minxin.privacy import phones
from minxin.privacy.ring import vault

AT_ONCE = 500
PARTS = ("name_sealed", "phone_sealed", "address_sealed")


def reseal() -> Iterator[int]:
    """Seal again, some at a time; yields how many each time, and the caller commits. By the city's
    login. Killed in the middle it goes on where it stood."""
    while rows := _old_contacts():
        for contact, number, tenant_id in rows:
            sealed = contacts.Sealed(*(getattr(contact, part) for part in PARTS))
            person = contacts.unseal(sealed, number)
            again = contacts.seal(person, number, tenant_id)
            contact.name_sealed, contact.phone_sealed = again.name, again.phone
            contact.address_sealed = again.address
            phone = phones.normalise(person.phone)
            contact.phone_index = contacts.phone_index(phone) if phone else None
        yield len(rows)
    while submissions := _old_submissions():
        for sent in submissions:
            sealed = contacts.Sealed(*(getattr(sent, part) for part in PARTS))
            again = contacts.seal(contacts.unseal(sealed, sent.number), sent.number)
            sent.name_sealed, sent.phone_sealed = again.name, again.phone
            sent.address_sealed = again.address
        yield len(submissions)


def left() -> int:
    """How many rows an older key still holds."""
    number = 0
    for model in (Contact, Submission):
        query = select(func.count()).select_from(model).where(_is_old(model))
        number += db.session.scalar(query) or 0
    return number


def _old_contacts() -> list[tuple[Contact, str, int]]:
    query = (
        select(Contact, Case.number, Case.tenant_id)
        .join(Case, Case.id == Contact.case_id)
        .where(_is_old(Contact))
        .order_by(Contact.id)
        .limit(AT_ONCE)
        .with_for_update(of=Contact, skip_locked=True)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(query)]


def _old_submissions() -> list[Submission]:
    query = select(Submission).where(_is_old(Submission)).order_by(Submission.id).limit(AT_ONCE)
    return list(db.session.scalars(query.with_for_update(skip_locked=True)))


def _is_old(model: type[Contact] | type[Submission]) -> ColumnElement[bool]:
    return or_(*(_by_another_key(getattr(model, part)) for part in PARTS))


def _by_another_key(sealed: InstrumentedAttribute[bytes | None]) -> ColumnElement[bool]:
    """The number of the key stands in the second and third byte of what it sealed."""
    now = vault().current.to_bytes(2, "big")
    return sealed.is_not(None) & (func.substring(sealed, 2, 2) != cast(now, LargeBinary))
