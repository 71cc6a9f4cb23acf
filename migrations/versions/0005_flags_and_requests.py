"""Urgent cases, who handed a report in, what waits."""

import sqlalchemy as sa
from alembic import op

from migrations.wall import wall

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Columns first, then the table with its wall."""
    op.add_column("cases", sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("reporter_id", sa.BigInteger(), nullable=True))
    flagged = sa.text("flagged_at IS NOT NULL")
    op.create_index("ix_cases_flagged_at", "cases", ["flagged_at"], postgresql_where=flagged)
    _make_pendings()


def _make_pendings() -> None:
    op.create_table(
        "pendings",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_pendings_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pendings"),
        sa.UniqueConstraint(
            "case_id", "what", "subject_id", name="uq_pendings_case_id_what_subject_id"
        ),
    )
    op.create_index("ix_pendings_tenant_id_what", "pendings", ["tenant_id", "what"])
    wall("pendings")
