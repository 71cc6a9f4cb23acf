"""When the personal data of a case was destroyed, its time being over."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """One column, and the index that finds what is old enough."""
    op.add_column("cases", sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_cases_uncleared",
        "cases",
        ["updated_at"],
        postgresql_where=sa.text(
            "cleared_at IS NULL AND state IN ('closed', 'refused', 'withdrawn', 'judged', 'merged')"
        ),
    )
