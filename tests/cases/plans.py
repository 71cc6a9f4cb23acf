"""Enough rows that PostgreSQL plans as it would for a city, and the reading of its plans."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from minxin.cases.pendings import What
from minxin.cases.states import State

PER_TENANT = 1500
TENANTS = ("dawa", "xinglongtai", "panshan", "shuangtaizi", "liaodongwan", "liaohekou", "shizhi")

CASES = """
INSERT INTO cases (tenant_id, number, source, kind, state, version, urgency, place, subject, body,
    summary, wording, public_text, received_at, updated_at, due_at, yellow_at, due_provisional,
    has_phone, unit_id)
SELECT :tenant, :slug || n,
    CASE n % 50 WHEN 7 THEN 'visit' ELSE (ARRAY['phone', 'web'])[1 + n % 2] END,
    CASE n % 40 WHEN 3 THEN 'other' ELSE 'complaint' END,
    (CAST(:states AS text[]))[1 + n % cardinality(CAST(:states AS text[]))], 0,
    'normal', '', '路灯' || n, repeat('门口路灯不亮。', 40), '', '', '', now(), now(),
    now() + (n - :rows / 2) * interval '1 minute', now() + (n - :rows) * interval '1 minute', false,
    false,
    (SELECT id FROM units WHERE tenant_id = :tenant ORDER BY id LIMIT 1 OFFSET n % 3)
FROM generate_series(1, :rows) n
"""
HANGING = {
    "case_texts": """
INSERT INTO case_texts (tenant_id, case_id, words)
SELECT tenant_id, id,
    to_tsvector('simple', CASE id % 5 WHEN 0 THEN '路灯 ' ELSE '' END || 'w' || id % 500)
FROM cases
""",
    "assignments": """
INSERT INTO assignments (tenant_id, case_id, unit_id, part, opinion, sent_at)
SELECT tenant_id, id, unit_id, 'main', '', now() FROM cases WHERE unit_id IS NOT NULL
""",
    "clocks": """
INSERT INTO clocks (tenant_id, case_id, unit_id, rule_key, rule_version, calendar_version,
    started_at, due_at, yellow_at, provisional, inputs, version, late_seen, next_at)
SELECT tenant_id, id, unit_id, 'complaint', 1, (SELECT max(version) FROM calendars), now(),
    due_at, due_at, false, '{}', 1, 0, due_at FROM cases
""",
    "case_events": """
INSERT INTO case_events (tenant_id, case_id, name, at, actor_kind, actor_name, actor_unit,
    internal, payload)
SELECT tenant_id, id, 'claim', now(), 'system', '系统', '', false, '{}' FROM cases
""",
    "pendings": """
INSERT INTO pendings (tenant_id, case_id, what, subject_id, unit_id, since)
SELECT tenant_id, id, w, 0, CASE WHEN w IN ('reply', 'supervision') THEN unit_id END, now()
FROM cases, unnest(CAST(:pending AS text[])) w WHERE id % 60 = 0
""",
    "notices": """
INSERT INTO notices (tenant_id, user_id, number, key, level, text, at, read_at)
SELECT u.tenant_id, u.id, '1', 'k' || n, 'info', repeat('到期提醒', 20), now(),
    CASE WHEN n > 20 THEN now() END
FROM users u, generate_series(1, 1000) n
""",
}
FILLED = ("cases", *HANGING)
WALLED = (*FILLED, "units", "users")  # the owner is under the wall too


@contextmanager
def filled(owner: Engine) -> Iterator[None]:
    """Some thousand cases in each of several tenants of the first city; then emptied.

    Every table is analysed: of one that never was, emptied or not, the planner takes ten pages for
    granted, and when autovacuum tells it better is anybody's guess.
    """
    with owner.begin() as sql:
        sql.execute(text("SET LOCAL search_path = city_panjin, public"))
        for table in WALLED:
            sql.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
        for slug in TENANTS:
            tenant = sql.scalar(text("SELECT id FROM tenants WHERE slug = :s"), {"s": slug})
            values = {"tenant": tenant, "slug": slug, "rows": PER_TENANT}
            sql.execute(text(CASES), values | {"states": [str(state) for state in State]})
        for statement in HANGING.values():
            sql.execute(text(statement), {"pending": [str(what) for what in What]})
        for table in WALLED:
            sql.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as sql:
        tables = text("SELECT tablename FROM pg_tables WHERE schemaname = 'city_panjin'")
        for table in sql.scalars(tables).all():
            sql.execute(text(f"VACUUM ANALYZE city_panjin.{table}"))
    yield
    with owner.begin() as sql:
        sql.execute(
            text("TRUNCATE city_panjin.cases, city_panjin.notices RESTART IDENTITY CASCADE")
        )


def scans(plan: str, table: str) -> list[str]:
    """The nodes of a plan that read a table, each with its own lines."""
    nodes: list[list[str]] = []
    for line in plan.splitlines():
        inner = "Bitmap Index Scan" in line or "BitmapOr" in line or "BitmapAnd" in line
        if not nodes or ("->" in line and not inner):
            nodes.append([])
        nodes[-1].append(line.strip())
    return ["\n".join(node) for node in nodes if f" on {table}" in node[0]]
