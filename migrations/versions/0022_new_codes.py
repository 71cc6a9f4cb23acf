"""A citizen whose query code was seen by others takes a new one: that column, and no other."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """The portal's login may change the digest of a code."""
    op.execute("GRANT UPDATE (code_digest) ON trackings TO minxin_public")
