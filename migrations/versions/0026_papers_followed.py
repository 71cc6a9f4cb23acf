"""What a 批示 was written on, files of a 督办回复, indexes of drafts and of what is unsigned."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """A leader's words name their paper to those who cannot open it; an answer names its proof."""
    for table, column in (
        ("instructions", sa.Column("paper", sa.String(), nullable=False, server_default="")),
        (
            "supervision_replies",
            sa.Column("attachment_ids", JSONB(), nullable=False, server_default="[]"),
        ),
    ):  # a default fills what is there: the wall holds an UPDATE of the owner out
        op.add_column(table, column)
        op.alter_column(table, column.name, server_default=None)
    open_ = sa.text("state IN ('gathering', 'failed', 'draft', 'review', 'reviewed')")
    op.create_index("ix_papers_open", "papers", ["state", "unit_id"], postgresql_where=open_)
    op.create_index("ix_paper_proofs_number", "paper_proofs", ["number", "issued_on"])
    unsigned = sa.text("signed_at IS NULL")
    op.create_index(
        "ix_paper_copies_unsigned_unit", "paper_copies", ["unit_id"], postgresql_where=unsigned
    )
    op.create_index(
        "ix_paper_copies_unsigned_user", "paper_copies", ["user_id"], postgresql_where=unsigned
    )
