"""What the branches of a case's life share: tags, and what waits beside a state."""

import sqlalchemy as sa
from alembic import op

from migrations.wall import wall

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Columns first, then the tables with their walls."""
    major = sa.Column("major", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("cases", major)
    op.add_column("cases", sa.Column("reporter_id", sa.BigInteger(), nullable=True))
    _make_tags()
    _make_pendings()


def _make_tags() -> None:
    op.create_table(
        "case_tags",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        *_of_tenant(),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_tags_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_tags"),
        sa.UniqueConstraint("case_id", "tag", name="uq_case_tags_case_id_tag"),
    )
    op.create_index(
        "ix_case_tags_tenant_id_tag_case_id", "case_tags", ["tenant_id", "tag", "case_id"]
    )
    wall("case_tags")


def _make_pendings() -> None:
    op.create_table(
        "pendings",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        *_of_tenant(),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_pendings_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pendings"),
        sa.UniqueConstraint(
            "case_id", "what", "subject_id", name="uq_pendings_case_id_what_subject_id"
        ),
    )
    op.create_index("ix_pendings_tenant_id_what", "pendings", ["tenant_id", "what"])
    wall("pendings")


def _of_tenant() -> tuple[sa.Column, sa.Column]:
    return (
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    )
