"""Outages, when a clock is looked at next, and due dates that a calendar may still move."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.wall import shared

revision = "0003"
down_revision = "0002"

RUNNING = sa.text("stopped_at IS NULL")


def upgrade() -> None:
    """Every clock that runs is looked at once by the next sweep, which sets its next instant."""
    _add("clocks", sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.func.now()))
    op.create_index("ix_clocks_next_at", "clocks", ["next_at"], postgresql_where=RUNNING)
    op.create_index(
        "ix_clocks_provisional",
        "clocks",
        ["tenant_id"],
        postgresql_where=sa.text("stopped_at IS NULL AND provisional"),
    )
    _add("cases", sa.Column("due_provisional", sa.Boolean(), server_default=sa.false()))
    _add("trackings", sa.Column("provisional", sa.Boolean(), server_default=sa.false()))
    _add(
        "trackings",
        sa.Column("why", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb")),
    )
    _make_outages()


def _add(table: str, column: sa.Column) -> None:
    """A column that must have a value: what stands gets the default, new rows say their own."""
    column.nullable = False
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)


def _make_outages() -> None:
    op.create_table(
        "outages",
        sa.Column("for_tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("declared_by_id", sa.BigInteger(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["for_tenant_id"], ["tenants.id"], name="fk_outages_for_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outages"),
    )
    shared("outages")
    op.execute("GRANT INSERT, UPDATE ON outages TO minxin_city")
