"""The tables of papers.

Who receives a paper has a copy of his own (a tenant's wall lets nobody read what lies with
another), and the public has a proof of it, which says no more than that it is genuine.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minxin.tenancy.models import STAYS, Key, OfTenant

_OPEN = "state IN ('gathering', 'failed', 'draft', 'review', 'reviewed')"


class Paper(OfTenant):
    """One paper from its draft to its issue; nothing of it changes after that but what became of
    its file.

    state: gathering | failed | draft | review | reviewed | issued | void
    facts: what it rests on, masked, as it stood when it was drafted · words: documents.words.Words
    tables: [{"name", "heads", "rows", "widths"}] · recipients: documents.recipients.Recipient
    findings: personal data in the words of version `checked` · kept: what of it stays, and why
    history: [{"at": iso, "by", "act", "note"}] · due_rule: the rule whose due 【时限】 stands for
    subject_id: what it is about beside the case (a 督办件, a 请示, a report, a week's summary).
    """

    __tablename__ = "papers"
    __table_args__ = (
        UniqueConstraint("unit_id", "kind", "year", "serial"),
        UniqueConstraint("tenant_id", "token"),
        UniqueConstraint("code"),
        Index("ix_papers_tenant_id_id", "tenant_id", "id"),
        Index("ix_papers_case_id", "case_id"),
        Index("ix_papers_open", "state", "unit_id", postgresql_where=text(_OPEN)),
        {"info": STAYS},
    )

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))  # whose paper it is
    unit: Mapped[str]
    kind: Mapped[str]  # documents.kinds.PaperKind
    state: Mapped[str] = mapped_column(default="gathering")
    case_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("cases.id"))
    case_number: Mapped[str] = mapped_column(default="")
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    brief: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the drafter asked for
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    words: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tables: Mapped[list[Any]] = mapped_column(default=list)
    recipients: Mapped[list[Any]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=0)
    checked: Mapped[int] = mapped_column(default=-1)
    findings: Mapped[list[Any]] = mapped_column(default=list)
    kept: Mapped[list[Any]] = mapped_column(default=list)  # [{"said", "reason", "by"}]
    history: Mapped[list[Any]] = mapped_column(default=list)
    due_rule: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime | None]  # what it was when the paper was issued
    drafted_by_id: Mapped[int | None] = mapped_column(BigInteger)
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    edited_by_id: Mapped[int | None] = mapped_column(BigInteger)  # who wrote the words last
    reviewed_by: Mapped[str] = mapped_column(default="")
    issued_by: Mapped[str] = mapped_column(default="")
    issued_at: Mapped[datetime | None]
    year: Mapped[int | None]
    serial: Mapped[int | None]  # within unit, kind and year; without gap
    code: Mapped[str | None]  # of its verification page
    corrects_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("papers.id"))
    masker: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str | None]
    pages: Mapped[int] = mapped_column(default=0)
    signed_as: Mapped[str] = mapped_column(default="")  # of the certificate; empty: not signed
    rendered_at: Mapped[datetime | None]
    proof_sha256: Mapped[str | None]  # 校样: the draft as pages
    proof_version: Mapped[int] = mapped_column(default=-1)
    token: Mapped[str | None]  # the form's own key: sent twice, kept once

    @property
    def writer_id(self) -> int | None:
        """Who wrote the words last: he may not review them."""
        return self.edited_by_id or self.drafted_by_id


class PaperSeries(OfTenant):
    """The last number that a unit has given to a kind of paper in a year."""

    __tablename__ = "paper_series"
    __table_args__ = (UniqueConstraint("unit_id", "kind", "year"),)

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))
    kind: Mapped[str]
    year: Mapped[int]
    last: Mapped[int]


_UNSIGNED = text("signed_at IS NULL")


class PaperCopy(OfTenant):
    """What one recipient has of a paper; part: to (主送) | report (报) | send (送).

    It lies with the recipient's tenant. Who has no account gets it on paper, and the office enters
    who signed for it.
    """

    __tablename__ = "paper_copies"
    __table_args__ = (
        UniqueConstraint("paper_id", "unit_id", "name"),
        Index("ix_paper_copies_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_paper_copies_user_id_id", "user_id", "id"),
        Index("ix_paper_copies_unsigned_unit", "unit_id", postgresql_where=_UNSIGNED),
        Index("ix_paper_copies_unsigned_user", "user_id", postgresql_where=_UNSIGNED),
        {"info": STAYS},
    )

    paper_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("papers.id"))
    part: Mapped[str]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))
    unit: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str]  # of the person; empty: anybody of the unit
    post: Mapped[str]  # 一把手, 副市长
    kind: Mapped[str]
    number: Mapped[str]
    title: Mapped[str]
    issuer: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("cases.id"))
    case_number: Mapped[str]
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    issued_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    sha256: Mapped[str]
    pages: Mapped[int]
    delivered_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str] = mapped_column(default="")
    entered_by: Mapped[str] = mapped_column(default="")  # who entered a receipt on paper


class PaperProof(Key):
    """What the verification page says of a paper, by its code: no title, no content."""

    __tablename__ = "paper_proofs"
    __table_args__ = (Index("ix_paper_proofs_number", "number", "issued_on"),)

    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    number: Mapped[str]
    issuer: Mapped[str]
    issued_on: Mapped[date]
    digest: Mapped[str]  # SHA-256 of the issued file, hexadecimal
    pages: Mapped[int]
    signed_as: Mapped[str]
    corrected_by: Mapped[str] = mapped_column(default="")
