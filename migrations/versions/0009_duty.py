"""Duty days of units, and which days count."""

import sqlalchemy as sa
from alembic import op

from migrations.wall import shared, wall

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Duty days inside the wall; which days count is chosen for the whole city, by its office."""
    op.create_table(
        "duty_days",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("filled_in", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_duty_days_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_duty_days"),
        sa.UniqueConstraint("unit_id", "day", name="uq_duty_days_unit_id_day"),
    )
    op.create_index("ix_duty_days_tenant_id_day", "duty_days", ["tenant_id", "day"])
    wall("duty_days", write="INSERT")
    op.create_table(
        "duty_modes",
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("from_month", sa.Date(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("adopted_by", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duty_modes"),
        sa.UniqueConstraint("from_month", name="uq_duty_modes_from_month"),
    )
    shared("duty_modes")
    op.execute("GRANT INSERT ON duty_modes TO minxin_city")
