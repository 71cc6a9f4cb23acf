"""Promises on cases that go on after closing, and who ordered a case."""

import sqlalchemy as sa
from alembic import op

from migrations.wall import wall

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """One table that follows its case."""
    op.add_column("cases", sa.Column("ordered_by", sa.String(), nullable=True))
    op.create_table(
        "promises",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_promises_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_promises"),
    )
    op.create_index("ix_promises_case_id", "promises", ["case_id"])
    _partial("uq_promises_open", "case_id", "outcome = 'open'", unique=True)
    _partial("ix_promises_review_on", "review_on", "outcome = 'open' AND review_on IS NOT NULL")
    wall("promises")


def _partial(name: str, column: str, where: str, *, unique: bool = False) -> None:
    op.create_index(name, "promises", [column], unique=unique, postgresql_where=sa.text(where))
