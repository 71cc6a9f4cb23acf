"""Returns, the precedents of rulings, and what co-handling units answer."""

import sqlalchemy as sa
from alembic import op

from migrations.wall import wall

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Three tables, each with its wall and the index that it is read by."""
    _make(
        "returns",
        _number("unit_id"),
        *map(_text, ("unit", "ground", "basis", "reason")),
        _number("attachment_id"),
        _instant("asked_at"),
        _text("asked_by"),
        *map(_text, ("outcome", "opinion")),
        _instant("decided_at", nullable=True),
        *map(_text, ("decided_by", "dispute")),
    )
    _make(
        "co_answers",
        _number("unit_id"),
        *map(_text, ("unit", "text")),
        _instant("answered_at"),
        _text("answered_by"),
    )
    _make_precedents()


def _make_precedents() -> None:
    _make(
        "precedents",
        _text("number"),
        _number("category_id"),
        _text("kind"),
        sa.Column("district", sa.String(), nullable=True),
        *map(_text, ("summary", "ground", "from_unit")),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        _text("text"),
        _instant("ruled_at"),
        _text("ruled_by"),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name="fk_precedents_category_id"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_precedents_unit_id"),
        by_case=False,
    )
    op.create_index(
        "ix_precedents_tenant_id_category_id", "precedents", ["tenant_id", "category_id"]
    )


def _make(table: str, *columns: sa.Column, by_case: bool = True) -> None:
    op.create_table(
        table,
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{table}_case_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    if by_case:
        op.create_index(f"ix_{table}_case_id", table, ["case_id"])
    wall(table)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=True)


def _instant(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
