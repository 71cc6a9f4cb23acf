"""Custody: everything that hangs off a case goes along with it, in one transaction."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from minxin.cases.models import Case
from minxin.cases.states import State
from minxin.extensions import db
from minxin.tenancy.context import within
from minxin.tenancy.custody import hand_over, moving, staying
from tests.cases.planting import plant
from tests.tenancy.rows import plant_row

STAYS = {"assignments", "letter_cases", "notices", "paper_copies", "papers", "precedents"}
"""Past work is counted where it was done; reminders, letters and papers stay with who received or
issued them, rulings with who made them."""


def unnamed(tables: list[str]) -> set[str]:
    """Tables with a `case_id` that the models did not name as moving or staying."""
    named = {table.name for table in [*moving(), *staying()]}
    return set(tables) - named


@pytest.fixture
def hanging(panjin, tables):
    """A case of 大洼区 with one row in every table that has a `case_id`: {table: id}."""
    with panjin.standing():
        case = plant(State.HANDLING, unit_id=panjin.unit("大洼区住建局"))
        made = {"cases": case.id}
        sql = db.session.connection()
        for table in tables("case_id"):
            known = db.session.scalar(text(f"SELECT id FROM {table} WHERE case_id = {case.id}"))
            made[table] = known or plant_row(sql, table, tenant_id=case.tenant_id, case_id=case.id)
        db.session.commit()
    return made


def _tenants(hanging) -> dict[str, int]:
    return {
        table: db.session.scalar(text(f"SELECT tenant_id FROM {table} WHERE id = {row_id}"))
        for table, row_id in hanging.items()
    }


def test_every_table_that_names_a_case_says_whether_it_moves(tables):
    forgotten = unnamed(tables("case_id"))
    assert not forgotten, (
        f"{sorted(forgotten)} hang off a case: add MOVES or STAYS of minxin.tenancy.models"
        " to their __table_args__"
    )
    assert {table.name for table in staying()} == STAYS


def test_a_new_table_that_is_forgotten_is_named(owner, tables):
    with owner.begin() as sql:
        sql.execute(text("CREATE TABLE city_panjin.forgotten (id bigint, case_id bigint)"))
    try:
        assert unnamed(tables("case_id")) == {"forgotten"}
    finally:
        with owner.begin() as sql:
            sql.execute(text("DROP TABLE city_panjin.forgotten"))


def test_all_rows_of_a_case_change_hands_together(hanging, panjin):
    dawa, panshan = panjin.tenant("dawa"), panjin.tenant("panshan")
    with panjin.standing():
        assert set(_tenants(hanging).values()) == {dawa}
        hand_over(hanging["cases"], panshan)
        db.session.commit()
        after = _tenants(hanging)
    assert {table for table, tenant in after.items() if tenant == dawa} == STAYS
    assert {tenant for table, tenant in after.items() if table not in STAYS} == {panshan}


def test_the_old_tenant_has_lost_it_and_the_new_one_has_it(hanging, panjin, door):
    with panjin.standing():
        hand_over(hanging["cases"], panjin.tenant("panshan"))
        db.session.commit()
    gone = set(hanging) - STAYS
    for slug, expected in (("dawa", None), ("panshan", 1)):
        with door("tenant", panjin.tenant(slug)) as sql:
            for table in gone:
                seen = sql.scalar(text(f"SELECT 1 FROM {table} WHERE id = {hanging[table]}"))
                assert seen == expected, f"{table} as {slug}"
    with door("tenant", panjin.tenant("dawa")) as sql:
        for table in STAYS:
            assert sql.scalar(text(f"SELECT 1 FROM {table} WHERE id = {hanging[table]}")) == 1


def test_another_case_stays_where_it_is(hanging, panjin):
    with panjin.standing():
        other = plant(State.HANDLING, unit_id=panjin.unit("大洼区住建局")).id
        hand_over(hanging["cases"], panjin.tenant("panshan"))
        db.session.commit()
        assert db.session.get_one(Case, other).tenant_id == panjin.tenant("dawa")


def test_a_hand_over_that_is_not_committed_moved_nothing(hanging, panjin):
    with panjin.standing():
        hand_over(hanging["cases"], panjin.tenant("panshan"))
    with panjin.standing():
        assert set(_tenants(hanging).values()) == {panjin.tenant("dawa")}


@pytest.mark.parametrize("login", ["tenant", "public"])
def test_a_tenant_cannot_hand_over(login, hanging, panjin):
    dawa = panjin.tenant("dawa")
    with (
        within(panjin.city.schema, login=login, tenant_id=dawa),
        pytest.raises(RuntimeError, match="city's login only"),
    ):
        hand_over(hanging["cases"], panjin.tenant("panshan"))
    with panjin.standing():
        assert set(_tenants(hanging).values()) == {dawa}
