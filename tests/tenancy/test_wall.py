"""What the database itself enforces, read from its catalogue and not from our models."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

OWN = "(tenant_id = (NULLIF(current_setting('minxin.tenant'::text, true), ''::text))::bigint)"
"""One plain equality, as PostgreSQL prints it. An OR or a subquery here costs the index."""

EXPECTED = {"minxin_tenant": OWN, "minxin_city": "true"}
PUBLIC_POLICIES = {
    "consultations": "(stopped_at IS NULL)",
    "trackings": "true",
    "publications": "true",
    "rollups": "true",
    "outbox": "(tenant_id IS NULL)",
}
"""The walled tables of the portal: progress pages, what the public is asked and reads, the figures
of days, promises of jobs."""

PUBLIC_READS = {
    "tenants": None,
    "trackings": None,
    "number_series": None,
    "submissions": {"id", "number", "token"},
    "citizen_acts": {"id", "number", "act", "at", "done_at", "answer"},
    "outbox": {"id"},
    "rollups": None,
    "publications": {
        *("id", "tenant_id", "title", "text", "result", "district", "unit", "category", "kind"),
        *("state", "done", "received_on", "closed_on", "satisfaction", "course", "published_at"),
        *("updated_at", "words"),
    },
    "paper_proofs": None,
    "consultations": {
        *("id", "number", "title", "text", "result", "unit", "starts_at", "ends_at"),
        *("stopped_at", "conclusion", "concluded_at"),
    },
}
"""Everything the public login may read; None: whole rows. No table of cases may ever join it."""

APPEND_ONLY = {"case_events", "audit_entries", "duty_days"}
LINKS = {"audit_links"}
"""Append-only as well, and of the whole city: the chain over the audit log."""
CITIES = ("city_panjin", "city_linshi")


@pytest.fixture(scope="module")
def catalogue(owner):
    def ask(sql: str, **values):
        with owner.connect() as connection:
            return connection.execute(text(sql), values).all()

    return ask


@pytest.mark.parametrize("schema", CITIES)
def test_every_table_of_a_tenant_has_a_forced_wall(schema, catalogue, tables):
    walled = catalogue(
        "SELECT relname FROM pg_class WHERE relnamespace = (:s)::regnamespace"
        " AND relrowsecurity AND relforcerowsecurity",
        s=schema,
    )
    assert tables("tenant_id", schema) == sorted(row.relname for row in walled)


@pytest.mark.parametrize("schema", CITIES)
def test_every_policy_is_one_plain_equality(schema, catalogue, tables):
    rows = catalogue(
        "SELECT tablename, roles::text[] AS roles, qual, with_check, permissive, cmd"
        " FROM pg_policies WHERE schemaname = :s",
        s=schema,
    )
    found = {table: {} for table in tables("tenant_id", schema)}
    for row in rows:
        assert (row.permissive, row.cmd, len(row.roles)) == ("PERMISSIVE", "ALL", 1)
        assert row.qual == row.with_check, f"{row.tablename}: reads and writes differ"
        found[row.tablename][row.roles[0]] = row.qual
    for table, policies in found.items():
        public = PUBLIC_POLICIES.get(table)
        expected = EXPECTED | ({"minxin_public": public} if public else {})
        assert policies == expected, f"{table} has other policies: use migrations.wall"


def test_the_application_logins_own_nothing_and_cannot_bypass_the_wall(catalogue):
    rows = catalogue(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,"
        " (SELECT count(*) FROM pg_shdepend d WHERE d.refobjid = r.oid AND d.deptype = 'o') owned,"
        " (SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid) AS memberships"
        " FROM pg_roles r WHERE rolname IN ('minxin_tenant', 'minxin_city', 'minxin_public')"
    )
    assert len(rows) == 3
    for row in rows:
        assert not any(row[1:]), f"{row.rolname} has more than it needs: {row}"


@pytest.mark.parametrize("schema", [*CITIES, "public"])
def test_no_application_login_can_make_anything(schema, catalogue):
    for login in ("tenant", "city", "public"):
        (row,) = catalogue(
            "SELECT has_schema_privilege(:r, :s, 'CREATE') AS may", r=f"minxin_{login}", s=schema
        )
        assert not row.may


def _columns(catalogue, login: str, schema: str, right: str) -> dict[str, set[str]]:
    rows = catalogue(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = :s"
        " AND has_column_privilege(:r, format('%I.%I', table_schema, table_name), column_name, :p)",
        s=schema,
        r=f"minxin_{login}",
        p=right,
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.table_name, set()).add(row.column_name)
    return found


@pytest.mark.parametrize("schema", CITIES)
def test_the_public_login_reads_only_what_was_written_for_it(schema, catalogue):
    every = _columns(catalogue, "city", schema, "SELECT")
    readable = _columns(catalogue, "public", schema, "SELECT")
    assert readable == {name: only or every[name] for name, only in PUBLIC_READS.items()}


def test_the_public_login_finds_no_case_table(door, tables):
    for table in set(tables()) - set(PUBLIC_READS):
        with door("public") as sql, pytest.raises(ProgrammingError, match="permission denied"):
            sql.execute(text(f"SELECT 1 FROM {table}"))


@pytest.mark.parametrize("schema", CITIES)
@pytest.mark.parametrize("login", ["tenant", "city", "public"])
def test_facts_are_only_ever_added(login, schema, catalogue):
    changeable = _columns(catalogue, login, schema, "UPDATE")
    for table in APPEND_ONLY | LINKS:
        (row,) = catalogue(
            "SELECT has_table_privilege(:r, :t, 'DELETE, TRUNCATE') AS may",
            r=f"minxin_{login}",
            t=f"{schema}.{table}",
        )
        assert not row.may, f"{login} can remove rows of {table}"
    custody = {"tenant_id"} if login == "city" else set()
    assert changeable.get("case_events", set()) == custody
    for table in APPEND_ONLY - {"case_events"} | LINKS:
        assert changeable.get(table, set()) == set(), table


def test_no_login_can_empty_a_table(catalogue, tables):
    for login in ("tenant", "city", "public"):
        for table in tables():
            (row,) = catalogue(
                "SELECT has_table_privilege(:r, :t, 'TRUNCATE, REFERENCES, TRIGGER') AS may",
                r=f"minxin_{login}",
                t=f"city_panjin.{table}",
            )
            assert not row.may, f"{login} has more rights on {table} than it needs"


def test_nothing_is_done_by_a_trigger(catalogue):
    """Citus refuses them beside row-level security; what happens stands in Python (design §2)."""
    assert catalogue("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal") == []


def test_every_table_with_data_of_a_tenant_is_walled_or_named_here(tables):
    whole_city = {
        "alembic_version",
        "audit_links",
        "calendars",
        "categories",
        "citizen_acts",
        "deadline_rules",
        "duty_modes",
        "number_series",
        "outages",
        "paper_proofs",
        "submission_photos",
        "submissions",
        "supervision_ladders",
        "tenants",
    }
    loose = set(tables()) - set(tables("tenant_id")) - whole_city
    assert not loose, f"{loose}: give them tenant_id and migrations.wall, or say here why not"


def test_a_tenant_cannot_read_what_citizens_just_sent(door):
    for table in ("submissions", "submission_photos", "citizen_acts"):
        with door("tenant", 1) as sql, pytest.raises(ProgrammingError, match="permission denied"):
            sql.execute(text(f"SELECT 1 FROM {table}"))
