"""Raw SQL inside one tenant: what an injection or a forgotten filter would reach."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from minxin.cases.states import State
from tests.cases.planting import plant
from tests.tenancy.rows import plant_row
from tests.tenancy.test_wall import APPEND_ONLY


@pytest.fixture
def everywhere(panjin, door, tables):
    """A row of every walled table in 大洼区, committed; answers {table: id}."""
    from minxin.extensions import db

    with panjin.standing():
        case = plant(State.HANDLING, unit_id=panjin.unit("大洼区住建局"))
        case_id = case.id
        db.session.commit()
    dawa = panjin.tenant("dawa")
    made = {}
    with door("city") as sql:
        for table in tables("tenant_id"):
            if table == "cases":
                made[table] = case_id
                continue
            known = sql.scalar(text(f"SELECT min(id) FROM {table} WHERE tenant_id = {dawa}"))
            hangs = {"case_id": case_id} if table in tables("case_id") else {}
            made[table] = known or plant_row(sql, table, tenant_id=dawa, **hangs)
        sql.commit()
    return made


def test_another_tenant_finds_nothing(everywhere, panjin, door):
    other = panjin.tenant("xinglongtai")
    with door("tenant", other) as sql:
        for table in everywhere:
            foreign = sql.scalar(text(f"SELECT count(*) FROM {table} WHERE tenant_id <> {other}"))
            assert foreign == 0, f"{table} shows rows of another tenant"
            by_id = sql.scalar(text(f"SELECT 1 FROM {table} WHERE id = {everywhere[table]}"))
            assert by_id is None


def test_the_tenant_itself_finds_its_own(everywhere, panjin, door):
    with door("tenant", panjin.tenant("dawa")) as sql:
        for table, row_id in everywhere.items():
            assert sql.scalar(text(f"SELECT 1 FROM {table} WHERE id = {row_id}")) == 1, table


def test_no_tenant_set_finds_nothing(everywhere, door):
    with door("tenant") as sql:
        for table in everywhere:
            assert sql.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


def test_a_connection_that_said_nothing_at_all_finds_nothing(everywhere, app, settings):
    from sqlalchemy import create_engine

    bare = create_engine(settings.database_urls["tenant"])
    with bare.connect() as sql:
        assert sql.scalar(text("SELECT count(*) FROM city_panjin.cases")) == 0
    bare.dispose()


def test_another_tenant_changes_and_removes_nothing(everywhere, panjin, door):
    with door("tenant", panjin.tenant("xinglongtai")) as sql:
        for table, row_id in everywhere.items():
            if table in APPEND_ONLY:
                continue  # nobody may: test_wall
            touched = sql.execute(text(f"UPDATE {table} SET id = id WHERE id = {row_id}"))
            assert touched.rowcount == 0, table
            removed = sql.execute(text(f"DELETE FROM {table} WHERE id = {row_id}"))
            assert removed.rowcount == 0, table


def test_no_row_can_be_written_into_another_tenant(everywhere, panjin, door):
    own, other = panjin.tenant("xinglongtai"), panjin.tenant("dawa")
    for table in everywhere:
        with (
            door("tenant", own) as sql,
            pytest.raises(ProgrammingError, match="row-level security"),
        ):
            plant_row(sql, table, tenant_id=other)


def test_no_row_can_be_given_away_by_a_tenant(panjin, door):
    from minxin.extensions import db

    with panjin.standing():
        case = plant(State.HANDLING, unit_id=panjin.unit("大洼区住建局"))
        case_id = case.id
        db.session.commit()
    with (
        door("tenant", panjin.tenant("dawa")) as sql,
        pytest.raises(ProgrammingError, match="row-level security"),
    ):
        sql.execute(
            text(f"UPDATE cases SET tenant_id = {panjin.tenant('panshan')} WHERE id = {case_id}")
        )


def test_facts_cannot_be_changed_even_inside_the_own_tenant(everywhere, panjin, door):
    for login in ("tenant", "city"):
        for table in APPEND_ONLY:
            for statement in (
                f"UPDATE {table} SET id = id WHERE id = {everywhere[table]}",
                f"DELETE FROM {table} WHERE id = {everywhere[table]}",
                f"TRUNCATE {table}",
            ):
                with (
                    door(login, panjin.tenant("dawa")) as sql,
                    pytest.raises(ProgrammingError, match="permission denied"),
                ):
                    sql.execute(text(statement))


def test_the_public_login_promises_jobs_but_sees_none(everywhere, door):
    with door("public") as sql:
        made = plant_row(sql, "outbox")
        assert sql.scalar(text(f"SELECT id FROM outbox WHERE id = {made}")) == made
        assert sql.scalar(text(f"SELECT id FROM outbox WHERE id = {everywhere['outbox']}")) is None
    with door("public") as sql, pytest.raises(ProgrammingError, match="permission denied"):
        sql.execute(text("SELECT job FROM outbox"))
    with door("public") as sql, pytest.raises(ProgrammingError, match="row-level security"):
        plant_row(sql, "outbox", tenant_id=1)
