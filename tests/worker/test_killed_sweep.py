"""A sweep whose worker is killed in the middle: the next one goes on, and nobody is told twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from minxin import clock
from minxin.cases import importing, tallies
from minxin.cases.models import Case, CaseEvent, Clock
from minxin.extensions import db
from minxin.notices.inbox import Notice
from tests.worker.conftest import eventually
from tests.worker.test_processes import begin_import
from worker import queues

ROWS = 3000


@pytest.fixture
def late(app, panjin) -> int:
    """That many cases whose claim is a day late."""
    import_id = begin_import(panjin, app.extensions["store"], ROWS)
    gone = clock.now() - timedelta(days=1)
    with panjin.standing():
        for _ in importing.run(import_id, store=app.extensions["store"]):
            db.session.commit()
        instants = {"due_at": gone, "yellow_at": gone - timedelta(hours=1)}
        if hasattr(Clock, "next_at"):
            instants["next_at"] = gone
        db.session.execute(update(Clock).values(**instants))
        db.session.execute(update(Case).values(due_at=gone, yellow_at=gone - timedelta(hours=1)))
        db.session.commit()
    return ROWS


def told(panjin) -> int:
    with panjin.standing():
        names = select(func.count(CaseEvent.id)).where(CaseEvent.name == "overdue")
        return db.session.scalar(names) or 0


def test_a_sweep_whose_worker_is_killed_is_finished_by_another_and_tells_nothing_twice(
    panjin, start, late
):
    first = start("short")
    queues.queue("short").enqueue("worker.schedule.sweep")
    eventually(lambda: told(panjin))
    first.kill()
    assert 0 < told(panjin) < late
    start("short")
    queues.queue("short").enqueue("worker.schedule.sweep")
    queues.queue("short").enqueue("worker.schedule.sweep")
    eventually(lambda: told(panjin) == late, 60)
    eventually(lambda: not queues.queue("short").get_job_ids())
    with panjin.standing():
        events = select(func.count(CaseEvent.case_id.distinct())).where(CaseEvent.name == "overdue")
        assert (db.session.scalar(events), told(panjin)) == (late, late)
        seen = select(func.count(Clock.id)).where(Clock.late_seen == Clock.version)
        assert db.session.scalar(seen) == late
        twice = select(Notice.user_id, Notice.key).group_by(Notice.user_id, Notice.key)
        assert not db.session.execute(twice.having(func.count(Notice.id) > 1)).all()
        eventually(lambda: tallies.read().get("late_pool") == late)
