"""Extensions, requests for instructions and instructions."""

import sqlalchemy as sa
from alembic import op

from migrations.wall import wall

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Three tables that follow their case."""
    _make(
        "extensions",
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("workdays", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("exception", sa.String(), nullable=False),
        sa.Column("due_before", _instant(), nullable=False),
        sa.Column("asked_at", _instant(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_unit", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=True),
        sa.Column("due_after", _instant(), nullable=True),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.Column("citizen_reason", sa.String(), nullable=False),
        sa.Column("decided_at", _instant(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
    )
    op.create_index(
        "uq_extensions_pending",
        "extensions",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("outcome = 'pending'"),
    )
    _make(
        "instruction_requests",
        *_leader(),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("asked_at", _instant(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("answered_at", _instant(), nullable=True),
        sa.Column("withdrawn_at", _instant(), nullable=True),
        sa.Column("sent_at", _instant(), nullable=True),
    )
    _make(
        "instructions",
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        *_leader(),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("attachment_id", sa.BigInteger(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("entered_at", _instant(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
    )


def _make(table: str, *columns: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{table}_case_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_case_id", table, ["case_id"])
    wall(table)


def _leader() -> tuple[sa.Column, ...]:
    return (
        sa.Column("leader_id", sa.BigInteger(), nullable=True),
        sa.Column("leader", sa.String(), nullable=False),
        sa.Column("leader_title", sa.String(), nullable=False),
    )


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)
