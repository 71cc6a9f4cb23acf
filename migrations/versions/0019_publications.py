"""What is published of a case: the draft that a person reviews, and what the public reads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from migrations.wall import public, wall

revision = "0019"
down_revision = "0018"

READ = (
    "id, tenant_id, title, text, result, district, unit, category, kind, state, done, received_on,"
    " closed_on, satisfaction, course, published_at, updated_at, words"
)


def upgrade() -> None:
    """Two tables that follow their case; the public login reads the second, and the figures of
    days, which name nobody."""
    _make(
        "public_drafts",
        sa.Column("texts", JSONB(), nullable=False),
        sa.Column("spans", JSONB(), nullable=False),
        *map(_text, ("state", "source_hash", "masker")),
        _instant("scanned_at", nullable=True),
        _instant("approved_at", nullable=True),
        *map(_text, ("approved_by", "approved_hash")),
    )
    op.create_index("ix_public_drafts_state_id", "public_drafts", ["state", "id"])
    _make(
        "publications",
        *map(_text, ("title", "text", "result", "district", "unit", "category", "kind", "state")),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        _text("satisfaction"),
        sa.Column("course", JSONB(), nullable=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        *map(_text, ("content_hash", "masker", "approved_by")),
        _instant("published_at"),
        _instant("updated_at"),
    )
    op.create_index("ix_publications_published_at_id", "publications", ["published_at", "id"])
    op.create_index(
        "ix_publications_tenant_id_published_at_id",
        "publications",
        ["tenant_id", "published_at", "id"],
    )
    op.create_index(
        "ix_publications_category_published_at_id",
        "publications",
        ["category", "published_at", "id"],
    )
    op.create_index("ix_publications_words", "publications", ["words"], postgresql_using="gin")
    public("publications", f"SELECT ({READ})", using="true")
    public("rollups", "SELECT", using="true")


def _make(table: str, *columns: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{table}_case_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("case_id", name=f"uq_{table}_case_id"),
    )
    wall(table)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def _instant(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
