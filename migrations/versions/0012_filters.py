"""Filters of lists: what few cases have is found without reading all of a tenant's."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Index what lists are narrowed by, for a tenant and for the city."""
    narrowed = ["kind", "source", "urgency"]
    op.create_index("ix_cases_tenant_id_kind_source_urgency", "cases", ["tenant_id", *narrowed])
    op.create_index("ix_cases_kind_source_urgency", "cases", narrowed)
