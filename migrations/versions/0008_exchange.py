"""Letters and bulletins between offices; notices that lead to a page of their own."""

import sqlalchemy as sa
from alembic import op

from migrations.wall import wall

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """A copy for each who receives; reads and files hang off the copy."""
    op.add_column("notices", sa.Column("page", sa.String(), nullable=False, server_default=""))
    _make_letters()
    _make_bulletins()
    _make("letter_files", "letters", *_file())
    _make("bulletin_files", "bulletins", *_file())
    for owner in ("letter", "bulletin"):
        op.create_index(f"ix_{owner}_files_{owner}_id", f"{owner}_files", [f"{owner}_id"])


def _make_letters() -> None:
    _make(
        "letters",
        None,
        _id("unit_id", "letters", "units"),
        _text("box"),
        sa.Column("origin_id", sa.BigInteger(), nullable=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        _text("kind"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("sender_unit_id", sa.BigInteger(), nullable=False),
        *(_text(name) for name in ("sender_unit", "sender_tenant", "sender", "title", "text")),
        sa.Column("addressed", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.Column("case_numbers", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.Column("token", sa.String(), nullable=True),
        _instant("sent_at"),
        _instant("signed_at", nullable=True),
        _text("signed_by"),
        sa.UniqueConstraint("origin_id", "unit_id", name="uq_letters_origin_id_unit_id"),
        sa.UniqueConstraint("tenant_id", "token", name="uq_letters_tenant_id_token"),
    )
    place = ["tenant_id", "unit_id", "box", "id"]
    op.create_index("ix_letters_tenant_id_unit_id_box_id", "letters", place)
    op.create_index("ix_letters_thread_id", "letters", ["thread_id"])
    _make(
        "letter_receipts",
        "letters",
        _id("unit_id", "letter_receipts", "units"),
        _text("unit"),
        _text("tenant"),
        _instant("delivered_at", nullable=True),
        _instant("signed_at", nullable=True),
        _text("signed_by"),
        sa.UniqueConstraint("letter_id", "unit_id", name="uq_letter_receipts_letter_id_unit_id"),
    )
    _make(
        "letter_reads",
        "letters",
        _id("user_id", "letter_reads", "users"),
        _instant("at"),
        sa.UniqueConstraint("letter_id", "user_id", name="uq_letter_reads_letter_id_user_id"),
    )
    _make(
        "letter_cases",
        "letters",
        _id("case_id", "letter_cases", "cases"),
        sa.UniqueConstraint("letter_id", "case_id", name="uq_letter_cases_letter_id_case_id"),
    )
    op.create_index("ix_letter_cases_case_id", "letter_cases", ["case_id"])


def _make_bulletins() -> None:
    _make(
        "bulletins",
        None,
        sa.Column("origin_id", sa.BigInteger(), nullable=True),
        *(_text(name) for name in ("kind", "title", "text")),
        sa.Column("whole_city", sa.Boolean(), nullable=False),
        _text("author_unit"),
        _text("author"),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("token", sa.String(), nullable=True),
        _instant("published_at"),
        _instant("withdrawn_at", nullable=True),
        _text("withdrawn_by"),
        sa.UniqueConstraint("origin_id", "tenant_id", name="uq_bulletins_origin_id_tenant_id"),
        sa.UniqueConstraint("tenant_id", "token", name="uq_bulletins_tenant_id_token"),
    )
    op.create_index("ix_bulletins_tenant_id_id", "bulletins", ["tenant_id", "id"])
    _make(
        "bulletin_reads",
        "bulletins",
        _id("user_id", "bulletin_reads", "users"),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        _instant("at"),
        sa.UniqueConstraint("bulletin_id", "user_id", name="uq_bulletin_reads_bulletin_id_user_id"),
    )


def _make(table: str, owner: str | None, *more: sa.schema.SchemaItem) -> None:
    hanging = [_id(f"{owner[:-1]}_id", table, owner)] if owner else []
    op.create_table(
        table,
        *hanging,
        *more,
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    wall(table)


def _file() -> tuple[sa.Column, ...]:
    words = tuple(_text(name) for name in ("name", "kind", "mime", "sha256"))
    return (*words, sa.Column("size", sa.Integer(), nullable=False))


def _id(name: str, table: str, target: str) -> sa.Column:
    key = sa.ForeignKey(f"{target}.id", name=f"fk_{table}_{name}")
    return sa.Column(name, sa.BigInteger(), key, nullable=False)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
