"""Uploaded workbooks are stored sealed, under the key of what is sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """What was uploaded before lies unsealed: no column names it now, so it is cleared away.

    An import that still waits for it says so.
    """
    op.add_column("imports", sa.Column("sealed_sha256", sa.String(), nullable=True))
