"""How a block ends: what only read keeps its prepared statements, what wrote is rolled back."""

from __future__ import annotations

from sqlalchemy import func, select, text

from minxin.cases.models import Case
from minxin.extensions import db
from minxin.people.models import Unit
from minxin.tenancy.models import Tenant

OFTEN = 100
"""More than the connections of a pool, each as often as it takes to prepare a statement."""


def test_pages_that_only_read_keep_what_was_prepared(cast):
    for _ in range(OFTEN):
        with cast.standing("mengyan"):
            assert db.session.scalar(select(func.count(Unit.id)))
    with cast.standing("mengyan"):
        prepared = db.session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("count(units.id)" in statement for statement in prepared)


def test_what_was_written_and_not_committed_is_rolled_back(panjin):
    with panjin.standing("linjing"):
        case = panjin.enter()
        case_id = case.id
    with panjin.standing("linjing"):
        case = db.session.get_one(Case, case_id)
        case.place = "flushed"
        db.session.flush()
    with panjin.standing("linjing"):
        case = db.session.get_one(Case, case_id)
        assert case.place != "flushed"
        case.place = "never flushed"
    with panjin.standing("linjing"):
        db.session.execute(text("UPDATE cases SET place = 'by hand'"))
        db.session.scalar(select(func.count(Tenant.id)))
    with panjin.standing("linjing"):
        assert db.session.get_one(Case, case_id).place not in ("never flushed", "by hand")


def test_a_lock_that_was_read_under_is_given_back(panjin):
    with panjin.standing("linjing"):
        case_id = panjin.enter().id
    with panjin.standing("linjing"):
        db.session.get(Case, case_id, with_for_update=True)
    with panjin.standing("linjing"):
        assert db.session.get(Case, case_id, with_for_update={"nowait": True})
