"""What PostgreSQL plans for the hot queries, as the login that will run them (design §2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from minxin import clock
from minxin.cases import lists, search
from minxin.cases.lists import Filters
from minxin.extensions import db
from tests.cases import plans


@pytest.fixture(scope="module")
def full(app, owner) -> Iterator[None]:
    """Some thousand cases in each of several tenants, analysed."""
    with plans.filled(owner):
        yield


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


@pytest.mark.parametrize("username", ["mengyan", "zhaoyang", "sunli"])
def test_a_list_is_read_from_an_index_of_its_tenant(username, cast, plan_of):
    with cast.standing(username):
        by = cast.actor(username)
        for each in lists.views(by):
            (plan,) = plan_of(lambda each=each: lists.page(by, each, Filters(), at=clock.now()))
            for scan in plans.scans(plan, "cases"):
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
