"""The portal's login sees a consultation until it is stopped, and not a moment longer."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Its policy says so itself: no page has to remember it."""
    op.execute("DROP POLICY public ON consultations")
    op.execute(
        "CREATE POLICY public ON consultations TO minxin_public"
        " USING (stopped_at IS NULL) WITH CHECK (stopped_at IS NULL)"
    )
