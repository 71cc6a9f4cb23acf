"""The hash chain over the audit log: added to by the city's login, changed by none."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Links beside the entries; the tenant's login has nothing to do with them."""
    op.create_table(
        "audit_links",
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_links"),
        sa.UniqueConstraint("position", name="uq_audit_links_position"),
        sa.UniqueConstraint("entry_id", name="uq_audit_links_entry_id"),
    )
    op.execute("GRANT SELECT, INSERT ON audit_links TO minxin_city")
