"""What a 批示 was written on, files of a 督办回复, indexes of drafts and of what is unsigned."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """A leader's words name their paper to those who cannot open it; an answer names its proof."""
    op.add_column("instructions", sa.Column("paper", sa.String(), nullable=True))
    op.execute("UPDATE instructions SET paper = ''")
    op.alter_column("instructions", "paper", nullable=False)
    op.add_column("supervision_replies", sa.Column("attachment_ids", JSONB(), nullable=True))
    op.execute("UPDATE supervision_replies SET attachment_ids = '[]'")
    op.alter_column("supervision_replies", "attachment_ids", nullable=False)
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
