"""督办: rungs with their answers, what the worker proposes, 约谈, the ladder as the city has it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.wall import shared, wall

revision = "0024"
down_revision = "0023"

RULES = (
    ("supervision3", "督办专报反馈", 5, "督办专报下发"),
    ("supervision_again", "督办回复补充", 2, "退回补充"),
)


def upgrade() -> None:
    """Four tables that follow their case, and the ladder of the whole city."""
    _make(
        "supervisions",
        _number("first_id", nullable=True),
        *map(_text, ("rung", "ground")),
        _number("unit_id"),
        *map(_text, ("unit", "demand")),
        _flag("grave"),
        _text("signed_leader"),
        _flag("by_station"),
        _number("paper_id", nullable=True),
        *map(_text, ("number", "state", "drafted_by")),
        _number("drafted_by_id", nullable=True),
        _instant("drafted_at"),
        _instant("opened_at", nullable=True),
        _text("opened_by"),
        _instant("due_at", nullable=True),
        _instant("answered_at", nullable=True),
        _flag("late"),
        _instant("ended_at", nullable=True),
        *map(_text, ("ended_by", "result")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_supervisions_unit_id"),
    )
    op.create_index("ix_supervisions_case_id_id", "supervisions", ["case_id", "id"])
    _one("uq_supervisions_live", "state IN ('open', 'answered')")
    _one("uq_supervisions_drafted", "state = 'drafted'")
    _make(
        "supervision_replies",
        _number("supervision_id"),
        sa.Column("edition", sa.Integer(), nullable=False),
        *map(_text, ("text", "responsible", "unit", "by_name")),
        _instant("at"),
        _flag("late"),
        *map(_text, ("outcome", "verified", "opinion", "reviewed_by")),
        _instant("reviewed_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["supervision_id"], ["supervisions.id"], name="fk_supervision_replies_supervision_id"
        ),
        sa.UniqueConstraint(
            "supervision_id", "edition", name="uq_supervision_replies_supervision_id_edition"
        ),
    )
    op.create_index("ix_supervision_replies_case_id", "supervision_replies", ["case_id"])
    _make(
        "supervision_proposals",
        *map(_text, ("rung", "ground", "key")),
        _number("clock_id", nullable=True),
        sa.Column("clock_version", sa.Integer(), nullable=True),
        sa.Column("facts", JSONB(), nullable=False),
        _number("unit_id", nullable=True),
        _instant("at"),
        _text("outcome"),
        _instant("decided_at", nullable=True),
        *map(_text, ("decided_by", "reason")),
        sa.UniqueConstraint("key", name="uq_supervision_proposals_key"),
    )
    op.create_index(
        "ix_supervision_proposals_open",
        "supervision_proposals",
        ["tenant_id", "id"],
        postgresql_where=sa.text("outcome = 'open'"),
    )
    op.create_index("ix_supervision_proposals_case_id", "supervision_proposals", ["case_id"])
    _make(
        "talks",
        _number("supervision_id", nullable=True),
        _text("unit"),
        sa.Column("held_on", sa.Date(), nullable=False),
        *map(_text, ("place", "with_whom", "chaired_by", "said", "agreed", "entered_by")),
        _instant("entered_at"),
    )
    op.create_index("ix_talks_case_id", "talks", ["case_id"])
    op.create_table(
        "supervision_ladders",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("triggers", JSONB(), nullable=False),
        _instant("adopted_at"),
        _text("adopted_by"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_supervision_ladders"),
        sa.UniqueConstraint("version", name="uq_supervision_ladders_version"),
    )
    shared("supervision_ladders")
    op.execute("GRANT INSERT ON supervision_ladders TO minxin_city")
    op.create_index("ix_returns_asked_at", "returns", ["asked_at"])
    op.create_index("ix_follow_ups_at", "follow_ups", ["at"])
    for key, name, amount, begins in RULES:
        _adopt(key, name, amount, begins)


def _make(table: str, *parts: sa.Column | sa.Constraint) -> None:
    op.create_table(
        table,
        _number("case_id"),
        *parts,
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{table}_case_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    wall(table)


def _one(name: str, where: str) -> None:
    op.create_index(name, "supervisions", ["case_id"], unique=True, postgresql_where=sa.text(where))


def _adopt(key: str, name: str, amount: int, begins: str) -> None:
    """Only where rules stand: a new city is given them all when it is founded."""
    statement = sa.text(
        "INSERT INTO deadline_rules"
        " (key, version, name, unit, amount, article, begins, from_due, adopted_at)"
        " SELECT :key, 1, :name, 'workday', :amount, '第十一条，时限按系统默认值', :begins, false,"
        " now() WHERE EXISTS (SELECT FROM deadline_rules)"
    )
    op.get_bind().execute(statement, {"key": key, "name": name, "amount": amount, "begins": begins})


def _number(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
