"""Answers to questions, how they were judged, and since when the citizen has one."""

import sqlalchemy as sa
from alembic import op

from migrations.wall import wall

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """One table that follows its case; the unique key serves its query."""
    op.create_table(
        "answers",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_by", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_answers_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.UniqueConstraint("case_id", "edition", name="uq_answers_case_id_edition"),
    )
    wall("answers")
    op.add_column("trackings", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
