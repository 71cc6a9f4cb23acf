"""The background as it runs: processes that are started, killed and started again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from rq.job import Job
from sqlalchemy import func, insert, select, update

from minxin import background, clock
from minxin.background import GIVE_UP_AFTER, Outbox
from minxin.cases import importing, tallies
from minxin.cases.models import Case, CaseEvent, Clock, Import, ImportRow
from minxin.clock import SHANGHAI
from minxin.comparison.models import Rollup
from minxin.extensions import db, valkey
from minxin.notices.inbox import Notice
from minxin.workbooks.mapping import Field
from tests.cases.test_importing import book, row
from tests.cases.walking import Walk
from tests.worker.conftest import eventually
from worker import queues, schedule

pytestmark = pytest.mark.usefixtures("sending")

AT = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)


def open_promises(panjin) -> int:
    with panjin.standing():
        query = select(func.count(Outbox.id)).where(Outbox.done_at.is_(None))
        return db.session.scalar(query) or 0


def notices(panjin) -> int:
    with panjin.standing():
        return db.session.scalar(select(func.count(Notice.id))) or 0


def let_time_pass(panjin) -> None:
    """As if everything had been promised and sent a while ago."""
    past = clock.now() - timedelta(minutes=10)
    with panjin.standing():
        db.session.execute(
            update(Outbox).where(Outbox.done_at.is_(None)).values(created_at=past, sent_at=past)
        )
        db.session.commit()


def test_a_real_worker_does_what_was_promised(panjin, start):
    Walk(panjin, AT).dispatched("大洼区住建局", at=AT)
    assert open_promises(panjin) == 4  # receive, claim, screen, dispatch
    worker = start("short")
    eventually(lambda: open_promises(panjin) == 0)
    assert notices(panjin) == 2
    assert worker.stop() == 0


def test_what_lies_in_valkey_is_a_schema_and_a_number(panjin):
    Walk(panjin, AT, subject="王小明家门口路灯不亮").dispatched("大洼区住建局", at=AT)
    ids = queues.queue("short").get_job_ids()
    assert len(ids) == 4
    for job_id in ids:
        job = Job.fetch(job_id, connection=valkey.raw)
        schema, outbox_id = job.args
        assert (schema, type(outbox_id), job.kwargs) == (panjin.city.schema, int, {})
        everything = b"".join(valkey.raw.hgetall(job.key).values())
        assert "王小明".encode() not in everything


def test_what_waits_in_a_queue_is_not_sent_a_second_time(panjin):
    Walk(panjin, AT)
    let_time_pass(panjin)
    schedule.resend()
    schedule.resend()
    assert len(queues.queue("short").get_job_ids()) == 1


def test_an_emptied_valkey_loses_nothing(panjin, start):
    Walk(panjin, AT).dispatched("大洼区住建局", at=AT)
    valkey.raw.flushdb()
    start("short")
    let_time_pass(panjin)
    schedule.resend()
    eventually(lambda: open_promises(panjin) == 0)
    assert notices(panjin) == 2


def test_a_promise_that_never_reached_valkey_is_sent_by_the_sweep(panjin, start):
    background.send_with(None)
    Walk(panjin, AT).dispatched("大洼区住建局", at=AT)
    assert queues.queue("short").get_job_ids() == []
    background.send_with(queues.send)
    let_time_pass(panjin)
    schedule.resend()
    start("short")
    eventually(lambda: open_promises(panjin) == 0)


def begin_import(panjin, store, rows: int) -> int:
    with panjin.standing("linjing"):
        batch = importing.receive(
            "留言.xlsx", book(*(row(n) for n in range(rows))), source="import", store=store,
            by=panjin.actor("linjing"), at=clock.now(),
        )  # fmt: skip
        importing.begin(batch.id, {Field(key): column for key, column in batch.mapping.items()})
        db.session.commit()
        return batch.id


def read_import(panjin, import_id: int) -> Import:
    with panjin.standing():
        return db.session.get_one(Import, import_id)


def test_an_import_whose_worker_is_killed_is_resumed_by_another(app, panjin, start):
    rows = 2000
    import_id = begin_import(panjin, app.extensions["store"], rows)
    first = start("long")
    eventually(lambda: read_import(panjin, import_id).done_rows > 0)
    first.kill()
    stopped = read_import(panjin, import_id)
    assert stopped.state == "running"
    assert 0 < stopped.done_rows < rows
    let_time_pass(panjin)
    eventually(lambda: schedule.resend() or queues.queue("long").get_job_ids())
    start("long")
    eventually(lambda: read_import(panjin, import_id).state == "done", 60)
    done = read_import(panjin, import_id)
    assert (done.made, done.repeated, done.failed) == (rows, 0, 0)
    with panjin.standing():
        for model in (Case, Clock, ImportRow):
            assert db.session.scalar(select(func.count(model.id))) == rows
        events = select(func.count(CaseEvent.id), func.count(CaseEvent.case_id.distinct()))
        assert db.session.execute(events).one() == (rows, rows)
        assert tallies.read()["unclaimed"] == rows
    assert open_promises(panjin) == 0


def test_an_import_at_work_is_not_sent_again(app, panjin, start):
    import_id = begin_import(panjin, app.extensions["store"], 1500)
    start("long")
    eventually(lambda: read_import(panjin, import_id).done_rows > 0)
    let_time_pass_unlocked(panjin)
    schedule.resend()
    assert queues.queue("long").get_job_ids() == []
    eventually(lambda: read_import(panjin, import_id).state == "done", 60)
    eventually(lambda: open_promises(panjin) == 0)
    with panjin.standing():
        attempts = db.session.scalar(select(Outbox.attempts).where(Outbox.job == "cases.import"))
        assert attempts == 1


def let_time_pass_unlocked(panjin) -> None:
    """Time passes for what nobody works on: the worker holds the row of what it is at."""
    past = clock.now() - timedelta(minutes=10)
    with panjin.standing():
        free = select(Outbox.id).with_for_update(skip_locked=True)
        db.session.execute(update(Outbox).where(Outbox.id.in_(free)).values(sent_at=past))
        db.session.commit()


def test_the_scheduler_really_keeps_its_table(panjin, start):
    Walk(panjin, AT - timedelta(days=60))
    let_time_pass(panjin)
    valkey.raw.flushdb()
    start("short")
    cron = start("schedule", MINXIN_BEAT="0.1")

    def swept() -> bool:
        with panjin.standing():
            late = db.session.scalar(select(CaseEvent.id).where(CaseEvent.name == "overdue"))
            counted = tallies.read().get("late_pool")
            compared = db.session.scalar(select(func.count(Rollup.id)))
        return bool(late and counted == 1 and compared)

    eventually(swept)
    eventually(lambda: open_promises(panjin) == 0)
    with panjin.standing():
        events = select(func.count(CaseEvent.id)).where(CaseEvent.name == "overdue")
        assert db.session.scalar(events) == 1
    assert cron.stop() == 0


def test_a_job_that_is_given_up_is_seen_in_the_log_without_personal_data(panjin, start):
    with panjin.standing():
        outbox_id = db.session.scalar(
            insert(Outbox)
            .values(
                job="cases.react",
                ids={"event_id": "王小明 13800005678"},
                created_at=clock.now(),
                attempts=GIVE_UP_AFTER - 1,
            )
            .returning(Outbox.id)
        )
        db.session.commit()
    worker = start("short")
    queues.send(panjin.city.schema, outbox_id, "short")
    eventually(lambda: "job given up" in worker.log())
    assert f'"outbox_id": {outbox_id}' in worker.log()
    assert f'"error_id": "J{outbox_id}-{GIVE_UP_AFTER}"' in worker.log()  # what pages call it
    assert "王小明" not in worker.log()
    assert "13800005678" not in worker.log()


def test_an_unknown_part_says_which_there_are(start):
    process = start("typo")
    assert process.popen.wait(30) == 2
    assert "short|long|papers|schedule" in process.log()
