"""Consultations of the public with their opinions, what citizens think, and reopened cases."""

import sqlalchemy as sa
from alembic import op

from migrations.wall import public, wall

revision = "0013"
down_revision = "0012"

READ = (
    "id, title, text, result, unit, starts_at, ends_at, number,"
    " stopped_at, conclusion, concluded_at"
)


def upgrade() -> None:
    """Tables with their walls, and the one that the public login may read."""
    op.add_column("cases", _instant("reopened_at", nullable=True))
    op.add_column("trackings", _instant("closed_at", nullable=True))
    op.add_column("trackings", _instant("reopened_at", nullable=True))
    _make(
        "consultations",
        *map(_text, ("number", "title", "text", "result", "unit")),
        *map(_instant, ("starts_at", "ends_at")),
        _text("content_hash"),
        _instant("approved_at"),
        _text("approved_by"),
        _instant("stopped_at", nullable=True),
        _text("conclusion"),
        _instant("concluded_at", nullable=True),
    )
    op.create_index("ix_consultations_case_id", "consultations", ["case_id"])
    op.create_index("ix_consultations_ends_at_id", "consultations", ["ends_at", "id"])
    public("consultations", f"SELECT ({READ})", using="true")
    _make(
        "opinions",
        sa.Column("consultation_id", sa.BigInteger(), nullable=False),
        *map(_text, ("stance", "text", "token")),
        _instant("given_at"),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name="fk_opinions_consultation_id"
        ),
        sa.UniqueConstraint("token", name="uq_opinions_token"),
    )
    op.create_index("ix_opinions_consultation_id", "opinions", ["consultation_id"])
    op.create_index("ix_opinions_case_id", "opinions", ["case_id"])
    _make(
        "appraisals",
        sa.Column("satisfaction", sa.Integer(), nullable=False),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        _text("words"),
        _instant("at"),
        *map(_text, ("by_name", "by_kind")),
    )
    op.create_index("ix_appraisals_case_id", "appraisals", ["case_id"])


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
    wall(table)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def _instant(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
