"""Feedback on a 批示, its clock, and what it was written on."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Columns of a table that follows its case; what is there waits for feedback from now on."""
    for name in ("paper_id", "supervision_id"):
        op.add_column("instructions", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in ("feedback", "feedback_by", "read_how"):
        # a default fills what is there: the wall holds an UPDATE of the owner out
        column = sa.Column(name, sa.String(), nullable=False, server_default="")
        op.add_column("instructions", column)
        op.alter_column("instructions", name, server_default=None)
    for name in ("feedback_at", "read_at"):
        op.add_column("instructions", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    statement = sa.text(
        "INSERT INTO deadline_rules"
        " (key, version, name, unit, amount, article, begins, from_due, adopted_at)"
        " SELECT 'instruction_feedback', 1, '批示反馈', 'workday', 5,"
        " '第八条（六），时限按系统默认值', '批示', false, now()"
        " WHERE EXISTS (SELECT FROM deadline_rules)"
    )
    op.execute(statement)
