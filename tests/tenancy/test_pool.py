"""One connection, lent to everybody in turn: it never remembers whose it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DataError, ProgrammingError

from minxin import sessions
from minxin.cases.models import Case
from minxin.cases.states import State
from minxin.extensions import db
from minxin.sessions import Context
from minxin.tenancy.context import within
from tests.cases.planting import plant


@pytest.fixture
def narrow(panjin, settings, monkeypatch) -> Iterator[None]:
    """Every login has a pool of one connection; a leaked one would fail the next to ask."""
    with panjin.standing():
        for unit in ("大洼区住建局", "兴隆台区住建局"):
            plant(State.HANDLING, unit_id=panjin.unit(unit))
        db.session.commit()
    engines = {
        login: create_engine(
            settings.database_urls[login], pool_size=1, max_overflow=0, pool_timeout=2
        )
        for login in ("tenant", "city", "public")
    }
    monkeypatch.setitem(db._app_engines, panjin.app, engines)
    yield
    for engine in engines.values():
        engine.dispose()


def _seen() -> set[int]:
    return set(db.session.scalars(select(Case.tenant_id)))


@pytest.fixture
def at(panjin, narrow):
    """`with at("dawa"):` — stand in a tenant; `at(None)` is a tenant's login without a tenant."""

    def standing(slug):
        tenant_id = panjin.tenant(slug) if slug else None
        return within(panjin.city.schema, login="tenant", tenant_id=tenant_id)

    return standing


def _nobody_is_remembered(at) -> None:
    with at(None):
        assert _seen() == set()
        assert db.session.scalar(text("SELECT current_setting('minxin.tenant', true)")) == ""
    with db.engines["tenant"].connect() as bare:
        assert not bare.scalar(text("SELECT current_setting('minxin.tenant', true)"))
        assert "city_" not in bare.scalar(text("SHOW search_path"))


def test_one_tenant_after_the_other(at, panjin):
    for slug in ("dawa", "xinglongtai", "dawa", "panshan", "dawa"):
        with at(slug):
            own = {panjin.tenant(slug)} if slug != "panshan" else set()
            assert _seen() == own
    _nobody_is_remembered(at)


def test_after_a_commit_the_next_transaction_knows_its_tenant_again(at, panjin):
    with at("dawa"):
        for _ in range(3):
            assert _seen() == {panjin.tenant("dawa")}
            db.session.commit()
    _nobody_is_remembered(at)


def test_after_a_rollback_the_next_transaction_knows_its_tenant_again(at, panjin):
    with at("dawa"):
        _seen()
        db.session.rollback()
        assert _seen() == {panjin.tenant("dawa")}
    _nobody_is_remembered(at)


@pytest.mark.parametrize(
    ("statement", "error"),
    [("SELECT 1/0", DataError), ("SELEC", ProgrammingError), ("SELECT nothing", ProgrammingError)],
)
def test_after_an_error_of_the_database(statement, error, at, panjin):
    with pytest.raises(error), at("dawa"):  # noqa: PT012
        assert _seen() == {panjin.tenant("dawa")}
        db.session.execute(text(statement))
    _nobody_is_remembered(at)
    with at("xinglongtai"):
        assert _seen() == {panjin.tenant("xinglongtai")}


def test_after_an_error_that_was_caught_and_rolled_back(at, panjin):
    with at("dawa"):
        with pytest.raises(DataError):
            db.session.execute(text("SELECT 1/0"))
        db.session.rollback()
        assert _seen() == {panjin.tenant("dawa")}
    _nobody_is_remembered(at)


def test_after_an_exception_of_ours_in_the_middle(at, panjin):
    with pytest.raises(RuntimeError, match="middle"), at("dawa"):  # noqa: PT012
        db.session.scalars(select(Case)).one().subject = "改动不应留下"
        db.session.flush()
        raise RuntimeError("in the middle")
    _nobody_is_remembered(at)
    with at("dawa"):
        assert db.session.scalars(select(Case.subject)).one() != "改动不应留下"


def test_a_savepoint_that_fails_leaves_the_tenant_as_it_was(at, panjin):
    with at("dawa"):
        with pytest.raises(DataError), db.session.begin_nested():
            db.session.execute(text("SELECT 1/0"))
        assert _seen() == {panjin.tenant("dawa")}
        with db.session.begin_nested():
            assert _seen() == {panjin.tenant("dawa")}
    _nobody_is_remembered(at)


def test_a_statement_that_changes_the_setting_itself_is_forgotten_with_its_transaction(at, panjin):
    with at("dawa"):
        db.session.execute(text(f"SET LOCAL minxin.tenant = '{panjin.tenant('xinglongtai')}'"))
        db.session.commit()
        assert _seen() == {panjin.tenant("dawa")}
    _nobody_is_remembered(at)


def test_a_block_within_a_block_stands_elsewhere_and_comes_back(at, panjin):
    with at("dawa"):
        assert _seen() == {panjin.tenant("dawa")}
        with within(panjin.city.schema, login="city"):
            assert _seen() == {panjin.tenant("dawa"), panjin.tenant("xinglongtai")}
        assert _seen() == {panjin.tenant("dawa")}
        with pytest.raises(DataError), within(panjin.city.schema, login="city"):
            db.session.execute(text("SELECT 1/0"))
        assert _seen() == {panjin.tenant("dawa")}
    _nobody_is_remembered(at)


def test_a_block_within_a_block_keeps_what_it_did_to_itself(at, panjin):
    with at("dawa"):
        db.session.scalars(select(Case)).one().place = "外层"
        with within(panjin.city.schema, login="city"):
            assert "外层" not in set(db.session.scalars(select(Case.place)))
        db.session.commit()
        assert db.session.scalars(select(Case.place)).one() == "外层"


def test_another_thread_stands_nowhere(at):
    found: list[object] = []

    def elsewhere() -> None:
        found.append(sessions.current_scope())

    with at("dawa"):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert found == [None]


def test_who_entered_no_city_gets_no_rows_but_an_error(context):
    with pytest.raises(RuntimeError, match="no city was entered"):
        sessions.current()
    with pytest.raises(RuntimeError, match="no city was entered"):
        db.session.scalars(select(Case))


@pytest.mark.parametrize(
    ("schema", "tenant_id"),
    [
        ("public", 1),
        ("city_a; DROP SCHEMA x", 1),
        ("city_a'", 1),
        ("CITY_A", 1),
        ("city_a\n", 1),
        ("city_a", "1"),
        ("city_a", "1'; --"),
        ("city_a", True),
        ("city_a", 1.0),
    ],
)
def test_only_a_schema_and_an_integer_ever_get_into_the_settings(schema, tenant_id):
    with pytest.raises(ValueError, match=r"city schema|integer"):
        Context(schema, "tenant", tenant_id)
