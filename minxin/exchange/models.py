"""The tables of letters and bulletins.

A tenant's wall lets nobody read what lies with another, so who receives something has a copy of his
own: the original lies with who wrote it, and `origin_id` of every copy (and its own) is its id.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from minxin.tenancy.models import STAYS, OfTenant


class Letter(OfTenant):
    """函件: one unit's copy of it. Copies are written by the worker, through the city's login."""

    __tablename__ = "letters"
    __table_args__ = (
        UniqueConstraint("origin_id", "unit_id"),
        UniqueConstraint("tenant_id", "token"),
        Index("ix_letters_tenant_id_unit_id_box_id", "tenant_id", "unit_id", "box", "id"),
        Index("ix_letters_thread_id", "thread_id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))  # whose copy
    box: Mapped[str]  # out | in
    origin_id: Mapped[int | None] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)  # the original that began it
    kind: Mapped[str]  # letters.LetterKind
    year: Mapped[int]
    serial: Mapped[int]  # within the year and the sending unit
    sender_unit_id: Mapped[int] = mapped_column(BigInteger)
    sender_unit: Mapped[str]
    sender_tenant: Mapped[str]
    sender: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    addressed: Mapped[list[Any]]  # [{"unit_id": …, "unit": …, "tenant": …}]
    case_numbers: Mapped[list[Any]] = mapped_column(default=list)
    token: Mapped[str | None]  # the form's own key: sent twice, kept once
    sent_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str] = mapped_column(default="")


class LetterReceipt(OfTenant):
    """What the sender knows of one addressee: delivered when, signed for when and by whom."""

    __tablename__ = "letter_receipts"
    __table_args__ = (UniqueConstraint("letter_id", "unit_id"),)

    letter_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("letters.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))
    unit: Mapped[str]
    tenant: Mapped[str]
    delivered_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str] = mapped_column(default="")


class LetterRead(OfTenant):
    """A person has read a letter of his unit."""

    __tablename__ = "letter_reads"
    __table_args__ = (UniqueConstraint("letter_id", "user_id"),)

    letter_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("letters.id"))
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))
    at: Mapped[datetime]


class LetterCase(OfTenant):
    """A case that a letter is about. It stays with the letter, wherever the case goes."""

    __tablename__ = "letter_cases"
    __table_args__ = (
        UniqueConstraint("letter_id", "case_id"),
        Index("ix_letter_cases_case_id", "case_id"),
        {"info": STAYS},
    )

    letter_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("letters.id"))
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))


class Bulletin(OfTenant):
    """What stands in the 互动中心 of one tenant: its own, or its copy of the city office's."""

    __tablename__ = "bulletins"
    __table_args__ = (
        UniqueConstraint("origin_id", "tenant_id"),
        UniqueConstraint("tenant_id", "token"),
        Index("ix_bulletins_tenant_id_id", "tenant_id", "id"),
    )

    origin_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str]  # bulletins.BulletinKind
    title: Mapped[str]
    text: Mapped[str]
    whole_city: Mapped[bool]
    author_unit: Mapped[str]
    author: Mapped[str]
    pinned: Mapped[bool] = mapped_column(default=False)
    token: Mapped[str | None]
    published_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="")


class BulletinRead(OfTenant):
    """A person of a unit has read a bulletin."""

    __tablename__ = "bulletin_reads"
    __table_args__ = (UniqueConstraint("bulletin_id", "user_id"),)

    bulletin_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bulletins.id"))
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]


class _File(OfTenant):
    """A file; its content lies in the store under its hash, once for all copies."""

    __abstract__ = True
    name: Mapped[str]
    kind: Mapped[str]
    mime: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]


class LetterFile(_File):
    """A file of one copy of a letter."""

    __tablename__ = "letter_files"

    letter_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("letters.id"), index=True)


class BulletinFile(_File):
    """A file of one copy of a bulletin."""

    __tablename__ = "bulletin_files"

    bulletin_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bulletins.id"), index=True)
