"""Posts, names of units over time, mergers, and accounts that wait for their role."""

import sqlalchemy as sa
from alembic import op

from migrations.wall import wall

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables, then draw their walls. What stands is kept as it is."""
    op.add_column("units", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_units_merged_into", "units", "units", ["merged_into"], ["id"])
    op.add_column(
        "users", sa.Column("waiting", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.alter_column("users", "waiting", server_default=None)
    op.add_column("users", sa.Column("made_by_id", sa.BigInteger(), nullable=True))
    op.create_table(
        "unit_names",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        *_of_tenant(),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_unit_names_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit_names"),
    )
    op.create_index("ix_unit_names_unit_id", "unit_names", ["unit_id"])
    op.create_table(
        "posts",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *_of_tenant(),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_posts_unit_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_posts_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
    )
    op.create_index("ix_posts_unit_id", "posts", ["unit_id"])
    wall("unit_names")
    wall("posts")


def _of_tenant() -> tuple[sa.Column, sa.Column]:
    return (
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    )
