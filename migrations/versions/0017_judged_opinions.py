"""Whether an opinion counts, and who said so."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Opinions that were given before wait to be judged."""
    op.add_column("opinions", sa.Column("valid", sa.Boolean(), nullable=True))
    op.add_column(
        "opinions", sa.Column("judged_by", sa.String(), nullable=False, server_default="")
    )
    op.add_column("opinions", sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True))
