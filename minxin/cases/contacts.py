"""How to reach the citizen: sealed, shown as masks, revealed with a reason (第八条（七）)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minxin.access.check import covers
from minxin.access.permissions import Permission
from minxin.cases import audited, workflow
from minxin.cases.models import Case, Contact
from minxin.cases.states import Kind
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.roles import Role
from minxin.privacy import masks, numbers, phones
from minxin.privacy.addresses import mask_address
from minxin.privacy.hits import Kind as HitKind
from minxin.privacy.plain import halfwidth
from minxin.privacy.ring import vault
from minxin.privacy.view import view

PHONE = "phone"
PARTS = {"name": "姓名", "phone": "电话", "address": "住址"}
"""What a citizen may leave, and what pages call it."""


@dataclass(frozen=True)
class Person:
    """What the citizen left of himself, in the clear; lives in memory only."""

    name: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True)
class Sealed:
    """The same as it is stored; the context of sealing is the case's number."""

    name: bytes | None
    phone: bytes | None
    address: bytes | None


def seal(person: Person, number: str, tenant_id: int = 0) -> Sealed:
    """Encrypt what was left with the tenant's key (the installation's, while no tenant has the
    case); empty fields stay empty."""
    return Sealed(*(vault().seal(v, number, tenant_id) if v else None for v in _fields(person)))


def unseal(sealed: Sealed, number: str) -> Person:
    """Decrypt. Raises VaultError where a value was tampered with."""
    values = (sealed.name, sealed.phone, sealed.address)
    return Person(*(vault().open(blob, number) if blob else "" for blob in values))


def keep(case: Case, person: Person) -> Contact | None:
    """Store the contact of a new case; None where nothing was left."""
    contact = drawn(case, person)
    if contact is not None:
        db.session.add(contact)
    return contact


def drawn(case: Case, person: Person) -> Contact | None:
    """The contact of a new case, sealed but not stored yet; None where nothing was left."""
    phone = phones.normalise(person.phone)
    case.has_phone = phone is not None
    if not any(_fields(person)):
        return None
    sealed = seal(person, case.number, case.tenant_id)
    return Contact(
        tenant_id=case.tenant_id,
        case_id=case.id,
        name_sealed=sealed.name,
        phone_sealed=sealed.phone,
        address_sealed=sealed.address,
        name_mask=masks.mask_name(person.name) if person.name else "",
        phone_mask=masks.mask_phone(person.phone) if person.phone else "",
        address_mask=mask_address(person.address) if person.address else "",
        phone_index=phone_index(phone) if phone else None,
    )


def leave_phone(case: Case, phone: str, *, by: Actor, at: datetime) -> None:
    """The citizen leaves a phone later on, or another one: it takes the place of the old one.

    Raises Refused where it is none.
    """
    number = phones.normalise(phone)
    if number is None:
        said = "请检查电话号码：手机号是11位数字，固定电话要带区号"
        raise Refused(said, "phone")
    contact = db.session.scalar(select(Contact).where(Contact.case_id == case.id))
    if contact is None:
        contact = Contact(tenant_id=case.tenant_id, case_id=case.id)
        db.session.add(contact)
    contact.phone_sealed = vault().seal(number, case.number, case.tenant_id)
    contact.phone_mask, contact.phone_index = masks.mask_phone(number), phone_index(number)
    case.has_phone = True
    workflow.note(case, "leave_phone", by=by, at=at)


def in_text(case: Case) -> int:
    """How many telephone numbers stand in what the citizen wrote, where he left none in the field:
    one of them may be his own, and a person decides whether it is to be his contact."""
    if case.has_phone:
        return 0
    words = view(f"{case.subject}\n{case.body}").text
    return sum(1 for hit in numbers.find(words) if hit.kind is HitKind.PHONE)


def within(case: Case, text: str) -> list[str]:
    """Which of the parts that the citizen left stand in a text that is to leave the house."""
    contact = db.session.scalar(select(Contact).where(Contact.case_id == case.id))
    if contact is None:
        return []
    sealed = Sealed(contact.name_sealed, contact.phone_sealed, contact.address_sealed)
    person = unseal(sealed, case.number)
    bare = "".join(halfwidth(text).split())
    left = {part: "".join(halfwidth(getattr(person, part)).split()) for part in PARTS}
    return [PARTS[part] for part, value in left.items() if len(value) > 1 and value in bare]


def read_of(sealed: Mapping[str, str | None], number: str) -> dict[str, str]:
    """What the masker must know, from the sealed fields as JSON gives them (`\\x0102…`)."""
    blobs = {key: bytes.fromhex(said[2:]) for key, said in sealed.items() if said}
    parts = Sealed(*(blobs.get(f"{part}_sealed") for part in PARTS))
    person = unseal(parts, number)
    return {part: getattr(person, part) for part in PARTS}


def known(case: Case) -> dict[str, str]:
    """What the masker must know of a case: what its citizen left, and those whose cases were
    merged into it. In the clear: it lives in memory only."""
    query = (
        select(Contact, Case.number)
        .join(Case, Case.id == Contact.case_id)
        .where((Case.id == case.id) | (Case.master_id == case.id))
    )
    found: dict[str, str] = {}
    for contact, number in db.session.execute(query):
        sealed = Sealed(contact.name_sealed, contact.phone_sealed, contact.address_sealed)
        person = unseal(sealed, number)
        for part in PARTS:
            found[f"{part}{contact.id}"] = getattr(person, part)
    return found


def phone_index(phone: str) -> bytes:
    """The blind index of a normalised phone: equal phones, equal index."""
    return vault().blind_index(phone, PHONE)


def may_reveal(case: Case, by: Actor) -> bool:
    """Units never see who reported them: contact of a 举报 is for the office and stations."""
    if not covers(by, Permission.CONTACT_REVEAL, case):
        return False
    return not (case.kind == Kind.REPORT and by.role is Role.RESPONDER)


def mask(case: Case, part: str) -> str:
    """One field as screens show it; empty where it was not left, or is no field."""
    if part not in PARTS:
        return ""
    column = getattr(Contact, f"{part}_mask")
    return db.session.scalar(select(column).where(Contact.case_id == case.id)) or ""


def reveal(case: Case, *, reason: str, by: Actor, at: datetime, part: str = "") -> Person:
    """Show the contact in the clear, once, with a reason that is logged.

    part: the one field that is looked at (name, phone, address); the rest then stays empty.
    Raises Refused where it is not permitted, no reason was given, or nothing was left.
    """
    if part and part not in PARTS:
        raise Refused("请选择要查看的内容")
    if not may_reveal(case, by):
        raise Refused("您没有查看该件诉求人联系方式的权限")
    if len(reason.strip()) < 4:
        raise Refused("请写明查看理由（不少于4个字），理由会记入日志", "reason")
    contact = db.session.scalar(select(Contact).where(Contact.case_id == case.id))
    if contact is None:
        raise Refused("诉求人没有留下联系方式")
    audited.note("contact.reveal", case, by=by, at=at, reason=reason, facts={"part": part})
    workflow.note(case, "reveal", by=by, at=at, payload={"reason": reason.strip(), "part": part})
    sealed = Sealed(contact.name_sealed, contact.phone_sealed, contact.address_sealed)
    person = unseal(sealed, case.number)
    return Person(**{part: getattr(person, part)}) if part else person


def _fields(person: Person) -> tuple[str, str, str]:
    return person.name.strip(), person.phone.strip(), person.address.strip()
