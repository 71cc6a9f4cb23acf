"""Papers from their draft to their issue, the recipients' copies, the public's proofs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.wall import public, shared, wall

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Papers stay with who issued them; a copy lies with its recipient; a proof is the city's."""
    _make(
        "papers",
        _number("unit_id", to="units"),
        *map(_text, ("unit", "kind", "state")),
        _number("case_id", to="cases", nullable=True),
        _text("case_number"),
        _number("subject_id", nullable=True),
        *map(_json, ("brief", "facts", "words", "tables", "recipients")),
        _small("version"),
        _small("checked"),
        *map(_json, ("findings", "kept", "history")),
        _text("due_rule"),
        _instant("due_at", nullable=True),
        _number("drafted_by_id", nullable=True),
        _text("drafted_by"),
        _instant("drafted_at"),
        *map(_text, ("reviewed_by", "issued_by")),
        _instant("issued_at", nullable=True),
        _small("year", nullable=True),
        _small("serial", nullable=True),
        _text("code", nullable=True),
        _number("corrects_id", to="papers", nullable=True),
        _text("masker"),
        _text("sha256", nullable=True),
        _small("pages"),
        _text("signed_as"),
        _instant("rendered_at", nullable=True),
        _text("proof_sha256", nullable=True),
        _small("proof_version"),
        _text("token", nullable=True),
        sa.UniqueConstraint(
            "unit_id", "kind", "year", "serial", name="uq_papers_unit_id_kind_year_serial"
        ),
        sa.UniqueConstraint("tenant_id", "token", name="uq_papers_tenant_id_token"),
        sa.UniqueConstraint("code", name="uq_papers_code"),
    )
    op.create_index("ix_papers_tenant_id_id", "papers", ["tenant_id", "id"])
    op.create_index("ix_papers_case_id", "papers", ["case_id"])
    _make(
        "paper_series",
        _number("unit_id", to="units"),
        _text("kind"),
        _small("year"),
        _small("last"),
        sa.UniqueConstraint("unit_id", "kind", "year", name="uq_paper_series_unit_id_kind_year"),
    )
    _make(
        "paper_copies",
        _number("paper_id", to="papers"),
        _text("part"),
        _number("unit_id", to="units"),
        _text("unit"),
        _number("user_id", nullable=True),
        *map(_text, ("name", "post", "kind", "number", "title", "issuer")),
        _number("case_id", to="cases", nullable=True),
        _text("case_number"),
        _number("subject_id", nullable=True),
        _instant("issued_at"),
        _instant("due_at", nullable=True),
        _text("sha256"),
        _small("pages"),
        _instant("delivered_at"),
        _instant("read_at", nullable=True),
        _instant("signed_at", nullable=True),
        *map(_text, ("signed_by", "entered_by")),
        sa.UniqueConstraint(
            "paper_id", "unit_id", "name", name="uq_paper_copies_paper_id_unit_id_name"
        ),
    )
    op.create_index(
        "ix_paper_copies_tenant_id_unit_id_id", "paper_copies", ["tenant_id", "unit_id", "id"]
    )
    op.create_index("ix_paper_copies_user_id_id", "paper_copies", ["user_id", "id"])
    op.create_table(
        "paper_proofs",
        *map(_text, ("code", "kind", "number", "issuer")),
        sa.Column("issued_on", sa.Date(), nullable=False),
        _text("digest"),
        _small("pages"),
        *map(_text, ("signed_as", "corrected_by")),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_paper_proofs"),
        sa.UniqueConstraint("code", name="uq_paper_proofs_code"),
    )
    shared("paper_proofs")
    op.execute("GRANT INSERT, UPDATE ON paper_proofs TO minxin_city")
    public("paper_proofs", "SELECT")


def _make(table: str, *parts: sa.Column | sa.UniqueConstraint) -> None:
    targets = {
        part.name: part.info["to"]
        for part in parts
        if isinstance(part, sa.Column) and "to" in part.info
    }
    op.create_table(
        table,
        *parts,
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}")
            for name, to in targets.items()
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    wall(table)


def _number(name: str, *, to: str = "", nullable: bool = False) -> sa.Column:
    info = {"to": to} if to else {}
    return sa.Column(name, sa.BigInteger(), nullable=nullable, info=info)


def _small(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable)


def _json(name: str) -> sa.Column:
    return sa.Column(name, JSONB(), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
