"""What the branches of a case's life share: its second course, tags, whom a request waits for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.wall import wall

revision = "0010"
down_revision = "0009"

ENDED = "state IN ('closed', 'refused', 'withdrawn', 'judged', 'merged')"
RULES = (
    # key, name, unit, amount, article, begins: as cities adopted the others when they were founded
    ("judgement", "诉求人评价", "day", 15, "第九条（一）", "答复"),
    ("return_decision", "退件审核", "workday", 1, "第九条（五）", "申请退件"),
    ("ruling", "责任裁定", "workday", 2, "第九条（五）", "提请裁定"),
    ("reopening", "申请重办", "day", 15, "第八条（五）", "结案"),
    ("reopening_decision", "重办审核", "workday", 2, "第八条（五）", "申请重办"),
    ("promise", "跟踪件承诺", "day", 30, "第八条（二）", "列为跟踪件"),
)


def upgrade() -> None:
    """Columns first, then the table with its wall, then the rules of cities that stand."""
    _widen_cases()
    op.add_column("clocks", sa.Column("subject_id", sa.BigInteger(), nullable=True))
    facts = sa.Column("facts", JSONB(), nullable=False, server_default="{}")
    op.add_column("citizen_acts", facts)
    op.add_column("pendings", sa.Column("unit_id", sa.BigInteger(), nullable=True))
    _make_tags()
    for key, name, unit, amount, article, begins in RULES:
        _adopt(key, name, unit, amount, f"{article}，时限按系统默认值", begins)


def _widen_cases() -> None:
    for column, default in (
        (sa.Column("track", sa.String()), "appeal"),
        (sa.Column("from_station", sa.Boolean()), sa.false()),
        (sa.Column("hops", sa.Integer()), "0"),
    ):
        column.nullable, column.server_default = False, sa.DefaultClause(default)
        op.add_column("cases", column)
    for column in (
        sa.Column("ruled_at", sa.DateTime(timezone=True)),
        sa.Column("master_id", sa.BigInteger()),
        sa.Column("provincial_due_at", sa.DateTime(timezone=True)),
        sa.Column("provincial_stars", sa.Integer()),
    ):
        op.add_column("cases", column)
    op.create_foreign_key("fk_cases_master_id", "cases", "cases", ["master_id"], ["id"])
    op.create_index("ix_cases_master_id", "cases", ["master_id"])
    op.drop_index("ix_cases_ended_tenant_id_id", "cases")
    op.create_index(
        "ix_cases_ended_tenant_id_id", "cases", ["tenant_id", "id"], postgresql_where=sa.text(ENDED)
    )


def _make_tags() -> None:
    op.create_table(
        "case_tags",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_tags_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_tags"),
        sa.UniqueConstraint("case_id", "tag", name="uq_case_tags_case_id_tag"),
    )
    op.create_index(
        "ix_case_tags_tenant_id_tag_case_id", "case_tags", ["tenant_id", "tag", "case_id"]
    )
    wall("case_tags")


def _adopt(key: str, name: str, unit: str, amount: int, article: str, begins: str) -> None:
    """Only where rules stand: a new city is given them all when it is founded."""
    statement = sa.text(
        "INSERT INTO deadline_rules"
        " (key, version, name, unit, amount, article, begins, from_due, adopted_at)"
        " SELECT :key, 1, :name, :unit, :amount, :article, :begins, false, now()"
        " WHERE EXISTS (SELECT FROM deadline_rules)"
    )
    values = {"key": key, "name": name, "unit": unit, "amount": amount}
    op.get_bind().execute(statement, {**values, "article": article, "begins": begins})
