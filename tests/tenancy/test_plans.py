"""What PostgreSQL plans for the hot queries, as the login that will run them (design §2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event, text

from minxin import clock
from minxin.cases import lists, search
from minxin.cases.lists import Filters
from minxin.cases.states import State
from minxin.extensions import db

PER_TENANT = 1500
TENANTS = ("dawa", "xinglongtai", "panshan", "shuangtaizi", "liaodongwan", "liaohekou", "shizhi")

FILL = """
INSERT INTO cases (tenant_id, number, source, state, version, urgency, place, subject, body,
    summary, wording, public_text, received_at, updated_at, due_at, due_provisional, has_phone,
    unit_id)
SELECT :tenant, :slug || n, 'phone',
    (CAST(:states AS text[]))[1 + n % cardinality(CAST(:states AS text[]))], 0,
    'normal', '', '路灯' || n, repeat('门口路灯不亮。', 40), '', '', '', now(), now(),
    now() + (n - :rows / 2) * interval '1 minute', false, false,
    (SELECT id FROM units WHERE tenant_id = :tenant ORDER BY id LIMIT 1 OFFSET n % 3)
FROM generate_series(1, :rows) n
"""
WORDS = """
INSERT INTO case_texts (tenant_id, case_id, words)
SELECT tenant_id, id, to_tsvector('simple', subject || ' w' || id % 500) FROM cases
"""


@pytest.fixture(scope="module")
def full(app, owner) -> Iterator[None]:
    """Some thousand cases in each of several tenants. Emptied by the next `panjin`.

    Every table is analysed: of one that never was, emptied or not, the planner takes ten pages for
    granted, and when autovacuum tells it better is anybody's guess.
    """
    with owner.begin() as sql:
        sql.execute(text("SET LOCAL search_path = city_panjin, public"))
        for table in ("cases", "case_texts"):  # the owner is under the wall too
            sql.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
        for slug in TENANTS:
            tenant = sql.scalar(text("SELECT id FROM tenants WHERE slug = :s"), {"s": slug})
            values = {"tenant": tenant, "slug": slug, "rows": PER_TENANT}
            sql.execute(text(FILL), values | {"states": [str(state) for state in State]})
        sql.execute(text(WORDS))
        for table in ("cases", "case_texts"):
            sql.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as sql:
        tables = text("SELECT tablename FROM pg_tables WHERE schemaname = 'city_panjin'")
        for table in sql.scalars(tables).all():
            sql.execute(text(f"VACUUM ANALYZE city_panjin.{table}"))
    yield
    with owner.begin() as sql:
        sql.execute(text("TRUNCATE city_panjin.cases RESTART IDENTITY CASCADE"))


@pytest.fixture
def plan_of(context, full):
    """`plan_of(call)` — the plans of the SELECTs on case tables that a call sends."""

    def planned(call) -> list[str]:
        sent: list[tuple[str, object, object]] = []

        def keep(conn, cursor, statement, parameters, _context, _many):
            if statement.startswith("SELECT") and ("cases" in statement or "case_t" in statement):
                sent.append((statement, parameters, conn.engine))

        engines = list(db.engines.values())
        for engine in engines:
            event.listen(engine, "before_cursor_execute", keep)
        try:
            call()
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", keep)
        return [_explain(*each) for each in sent]

    return planned


def _explain(statement, parameters, engine) -> str:
    from minxin import sessions

    with engine.begin() as sql:
        here = sessions.current()
        login = "city" if engine is db.engines["city"] else here.login
        sql.exec_driver_sql(sessions.Context(here.schema, login, here.tenant_id).settings())
        rows = sql.exec_driver_sql(f"EXPLAIN (COSTS OFF) {statement}", parameters)
        return "\n".join(row[0] for row in rows)


def _scans(plan: str, table: str) -> list[str]:
    """The nodes of a plan that read a table, each with its own lines."""
    nodes: list[list[str]] = []
    for line in plan.splitlines():
        inner = "Bitmap Index Scan" in line or "BitmapOr" in line or "BitmapAnd" in line
        if not nodes or ("->" in line and not inner):
            nodes.append([])
        nodes[-1].append(line.strip())
    return ["\n".join(node) for node in nodes if f" on {table}" in node[0]]


@pytest.mark.parametrize("username", ["mengyan", "zhaoyang", "sunli"])
def test_a_list_is_read_from_an_index_of_its_tenant(username, cast, plan_of):
    with cast.standing(username):
        by = cast.actor(username)
        for each in lists.views(by):
            (plan,) = plan_of(lambda each=each: lists.page(by, each, Filters(), at=clock.now()))
            for scan in _scans(plan, "cases"):
                said = f"{username} {each.key}:\n{plan}"
                assert "Seq Scan" not in scan, said
                conditions = [line for line in scan.splitlines() if "Index Cond" in line]
                if any("Index Cond: (id = " in line for line in conditions):
                    continue  # one row each, for rows that the tenant's own index gave
                assert any("tenant_id" in line for line in conditions), said
                filters = [line for line in scan.splitlines() if "Filter" in line]
                assert not any("minxin.tenant" in line for line in filters), said


def test_the_longest_list_is_not_sorted(cast, plan_of):
    with cast.standing("mengyan"):
        by = cast.actor("mengyan")
        (plan,) = plan_of(lambda: lists.page(by, lists.ALL, Filters(), at=clock.now()))
    assert "Sort" not in plan
    assert "ix_cases_tenant_id_due_at_id" in plan


def test_the_next_page_begins_inside_the_index(cast, plan_of):
    with cast.standing("mengyan"):
        by, at = cast.actor("mengyan"), clock.now()
        first = lists.page(by, lists.ALL, Filters(), at=at)
        assert first.after
        (plan,) = plan_of(lambda: lists.page(by, lists.ALL, Filters(), at=at, after=first.after))
    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert "due_at" in condition
    assert "tenant_id" in condition


def test_search_finds_by_the_inverted_index_with_the_tenant_in_it(cast, plan_of):
    with cast.standing("mengyan"):
        tenant = cast.tenant("dawa")
        (plan,) = plan_of(lambda: search.ids("w42", tenant_id=tenant))
    assert "Bitmap Index Scan on ix_case_texts_tenant_id_words" in plan
    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert "tenant_id" in condition
    assert "@@" in condition


def test_search_finds_nothing_of_another_tenant(cast, full):
    with cast.standing("mengyan"):
        found = search.ids("w42", tenant_id=cast.tenant("dawa"))
        assert found
        by = cast.actor("mengyan")
        assert len(lists.by_ids(by, found)) == len(found)
        elsewhere = search.ids("w42", tenant_id=cast.tenant("panshan"))
        assert elsewhere
        assert lists.by_ids(by, elsewhere) == []


def test_the_city_reads_its_list_from_an_index(cast, plan_of):
    with cast.standing("linjing"):
        by = cast.actor("linjing")
        (plan,) = plan_of(lambda: lists.page(by, lists.ALL, Filters(), at=clock.now()))
    assert "Seq Scan on cases" not in plan
    assert "Sort" not in plan
