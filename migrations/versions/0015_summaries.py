"""Weekly summaries of the stations, and responders' absences."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.wall import wall

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Two tables of a tenant."""
    _make(
        "summaries",
        sa.Column("monday", sa.Date(), nullable=False),
        _instant("due_at"),
        sa.Column("figures", JSONB(), nullable=False),
        *map(_text, ("course", "problems", "plans")),
        _instant("submitted_at", nullable=True),
        _text("submitted_by"),
        _instant("missed_at", nullable=True),
        sa.UniqueConstraint("unit_id", "monday", name="uq_summaries_unit_id_monday"),
    )
    op.create_index("ix_summaries_monday", "summaries", ["monday"])
    _make(
        "absences",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        _text("reason"),
        _instant("entered_at"),
        _text("entered_by"),
        _instant("ended_at", nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_absences_user_id"),
    )
    op.create_index("ix_absences_unit_id", "absences", ["unit_id"])
    op.create_index("ix_absences_user_id_last_day", "absences", ["user_id", "last_day"])


def _make(table: str, *columns: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=f"fk_{table}_unit_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    wall(table)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def _instant(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
