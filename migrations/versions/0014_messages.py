"""Messages of citizens, requests to handle a closed case again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.wall import wall

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Two tables that follow their case, and what of them the citizen reads."""
    empty = sa.Column("messages", JSONB(), nullable=False, server_default="[]")
    merged = sa.Column("merged", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("trackings", empty)
    op.add_column("trackings", merged)
    op.add_column("trackings", _instant("reopen_until", nullable=True))
    _make(
        "messages",
        *map(_text, ("origin", "kind", "text")),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("token", sa.String(), nullable=True),
        _instant("received_at"),
        *map(_text, ("taken_by", "outcome")),
        _instant("decided_at", nullable=True),
        *map(_text, ("decided_by", "opinion")),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        *map(_text, ("unit", "reply")),
        _instant("replied_at", nullable=True),
        _text("replied_by"),
        sa.UniqueConstraint("token", name="uq_messages_token"),
    )
    _make(
        "reopenings",
        _text("reason"),
        _instant("asked_at"),
        _text("asked_by"),
        _instant("closed_at"),
        _text("close_method"),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        *map(_text, ("outcome", "opinion")),
        _instant("decided_at", nullable=True),
        _text("decided_by"),
    )
    op.create_index(
        "uq_reopenings_pending",
        "reopenings",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("outcome = 'pending'"),
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


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def _instant(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
