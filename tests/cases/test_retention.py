"""Personal data whose time is over: nothing of it stays anywhere, and the case still counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from minxin.audit.log import AuditEntry
from minxin.cases import messages
from minxin.cases.contacts import Person
from minxin.cases.messages import Words
from minxin.cases.models import Case, CaseEvent, Contact
from minxin.clock import SHANGHAI
from minxin.extensions import db
from minxin.people.actor import CITIZEN
from tests.cases.walking import Walk

LONG_AGO = datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
NOW = datetime(2032, 1, 5, 9, tzinfo=SHANGHAI)
MARKS = ("王小明", "13800001207", "13966660002", "3栋2单元501")
SAID = "我叫王小明，住幸福里3栋2单元501，电话13966660002，路灯不亮"


@pytest.fixture
def old(panjin) -> Walk:
    """A case of long ago, with marks in contact, text, event and message."""
    person = Person("王小明", "13800001207", "幸福里3栋2单元501")
    walk = Walk(panjin, LONG_AGO, subject="王小明", body=SAID, person=person)
    walk.dispatched("大洼区民心网工作站", at=LONG_AGO).assigned("大洼区住建局", at=LONG_AGO)
    walk.reported(at=LONG_AGO).signed(at=LONG_AGO).closed(at=LONG_AGO)
    with panjin.standing():
        case = walk.case()
        messages.put(case, Words("more", SAID), origin="portal", by=CITIZEN, at=LONG_AGO)
        db.session.execute(
            text("UPDATE cases SET updated_at = :at WHERE id = :id"),
            {"at": LONG_AGO + timedelta(days=30), "id": case.id},
        )
        db.session.commit()
    return walk


def run(cast, *args: str):
    with time_machine.travel(NOW, tick=False):
        made = cast.app.test_cli_runner().invoke(args=["contacts", "destroy", *args])
    assert made.exit_code == 0, made.output
    return made.output


def everything(cast) -> str:
    with cast.standing():
        tables = db.session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        ).all()
        rows = [
            db.session.execute(text(f'SELECT * FROM "{table}"')).all()
            for table in tables
            if table != "alembic_version"
        ]
    return repr(rows)


def test_a_dry_run_says_how_many_and_destroys_nothing(panjin, old):
    before = everything(panjin)
    assert "panjin\t将销毁 1 件" in run(panjin, "--dry-run")
    assert everything(panjin) == before


def test_nothing_of_it_stays_in_any_table_and_the_case_still_counts(panjin, old):
    assert "13966660002" in everything(panjin)
    assert "panjin\t已销毁 1 件" in run(panjin)
    after = everything(panjin)
    assert [mark for mark in MARKS if mark in after] == []
    with panjin.standing():
        case = old.case()
        assert (case.state, case.stars, case.cleared_at is None) == ("closed", 5, False)
        assert case.body == "我叫王某某，住幸福里*栋*单元***，电话139****0002，路灯不亮"
        assert db.session.scalars(select(Contact)).all() == []
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "personal.destroy")
        ).one()
        assert entry.reason == "办结满5年"
        assert entry.payload["contacts"] == 1
        names = db.session.scalars(select(CaseEvent.name).where(CaseEvent.case_id == case.id)).all()
        assert "close" in names


def test_run_twice_it_does_nothing_more(panjin, old):
    run(panjin)
    before = everything(panjin)
    assert "已销毁 0 件" in run(panjin)
    assert everything(panjin) == before


def test_what_is_not_old_enough_or_still_runs_is_kept(panjin, old):
    Walk(panjin, LONG_AGO, subject="还在办", person=Person("李四", "13900001111"))
    assert "将销毁 1 件" in run(panjin, "--dry-run")
    assert "将销毁 0 件" in run(panjin, "--dry-run", "--years", "50")


def test_the_wall_around_the_events_stands_again(panjin, old, owner):
    run(panjin)
    with owner.connect() as sql:
        forced = sql.scalar(
            text(
                "SELECT relforcerowsecurity FROM pg_class"
                " WHERE oid = 'city_panjin.case_events'::regclass"
            )
        )
    assert forced
    with panjin.standing():
        assert db.session.scalars(select(Case.id)).all()
