"""Policies and grants, in one place for all revisions.

A policy is one plain equality: anything else costs the index (docs/decisions/0001-tenancy.md).
"""

from alembic import op

OWN = "tenant_id = nullif(current_setting('minxin.tenant', true), '')::bigint"


def wall(table: str, *, write: str = "INSERT, UPDATE, DELETE", moves: bool = False) -> None:
    """Draw the tenant's wall around a table and let the tenant's and the city's login in.

    write: what both may do besides SELECT · moves: custody moves it, so an append-only table
    still lets the city's login change `tenant_id` alone.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} TO minxin_tenant USING ({OWN}) WITH CHECK ({OWN})")
    op.execute(f"CREATE POLICY city ON {table} TO minxin_city USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, {write} ON {table} TO minxin_tenant, minxin_city")
    if moves and "UPDATE" not in write:
        op.execute(f"GRANT UPDATE (tenant_id) ON {table} TO minxin_city")


def shared(table: str, *, write: str = "") -> None:
    """Let the tenant's and the city's login use a table of the whole city."""
    rights = f"SELECT, {write}" if write else "SELECT"
    op.execute(f"GRANT {rights} ON {table} TO minxin_tenant, minxin_city")


def public(table: str, rights: str, *, using: str | None = None) -> None:
    """Let the public login do something; `using` is its policy where the table has a wall."""
    op.execute(f"GRANT {rights} ON {table} TO minxin_public")
    if using is not None:
        op.execute(
            f"CREATE POLICY public ON {table} TO minxin_public USING ({using}) WITH CHECK ({using})"
        )
