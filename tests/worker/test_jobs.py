"""One promise: kept once, in the tenant that made it, and never lost by failing."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import delete, insert, select, update

from minxin import background, clock
from minxin.background import GIVE_UP_AFTER, Outbox
from minxin.cases.models import CaseEvent
from minxin.clock import SHANGHAI
from minxin.extensions import db
from minxin.notices.inbox import Notice
from tests.cases.walking import Walk
from worker.jobs import JOBS, keep_promise

AT = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
PERSONAL = "王小明 13800005678"


@pytest.fixture
def promise(panjin):
    """Write a promise; answers its id."""

    def write(job: str, *, tenant: str | None = None, **ids) -> int:
        with panjin.standing():
            tenant_id = panjin.tenant(tenant) if tenant else None
            values = {"tenant_id": tenant_id, "job": job, "ids": ids, "created_at": clock.now()}
            made = db.session.scalar(insert(Outbox).values(values).returning(Outbox.id))
            db.session.commit()
            return made

    return write


@pytest.fixture
def state_of(panjin):
    def read(outbox_id: int) -> Outbox:
        with panjin.standing():
            return db.session.get_one(Outbox, outbox_id)

    return read


@pytest.fixture
def dispatched(panjin) -> int:
    """The event of a dispatch to 大洼区住建局, whose responders are to be told."""
    Walk(panjin, AT).dispatched("大洼区住建局", at=AT)
    with panjin.standing():
        db.session.execute(delete(Outbox))  # what the walk promised itself
        db.session.commit()
        return db.session.scalar(select(CaseEvent.id).where(CaseEvent.name == "dispatch"))


def notices(panjin) -> int:
    with panjin.standing():
        return len(db.session.scalars(select(Notice.id)).all())


def test_a_promise_is_kept_once_however_often_it_arrives(panjin, promise, state_of, dispatched):
    kept = promise("cases.react", event_id=dispatched)
    keep_promise(panjin.city.schema, kept)
    first = state_of(kept)
    assert notices(panjin) == 2
    keep_promise(panjin.city.schema, kept)
    assert state_of(kept).done_at == first.done_at
    assert state_of(kept).attempts == 1
    assert notices(panjin) == 2


def test_a_job_runs_in_the_tenant_that_promised_it(panjin, promise, state_of, dispatched):
    foreign = promise("cases.react", tenant="xinglongtai", event_id=dispatched)
    keep_promise(panjin.city.schema, foreign)
    assert state_of(foreign).done_at is not None
    assert notices(panjin) == 0  # 兴隆台区 cannot see an event of 大洼区
    own = promise("cases.react", tenant="dawa", event_id=dispatched)
    keep_promise(panjin.city.schema, own)
    assert notices(panjin) == 2


def test_what_is_promised_at_a_desk_carries_its_tenant(panjin, dispatched):
    with panjin.standing("mengyan"):
        background.later("cases.react", event_id=dispatched)
        db.session.commit()
        made = db.session.scalars(select(Outbox).order_by(Outbox.id.desc()).limit(1)).one()
        assert made.tenant_id == panjin.tenant("dawa")


def test_a_promise_of_one_city_is_nothing_to_the_other(panjin, linshi, promise, state_of):
    kept = promise("cases.react", event_id=1)
    keep_promise(linshi.city.schema, kept)
    assert state_of(kept).attempts == 0
    keep_promise(panjin.city.schema, kept + 1000)


def test_a_job_at_work_is_left_to_its_worker(app, panjin, promise, state_of, dispatched):
    kept = promise("cases.react", event_id=dispatched)
    with panjin.standing():
        db.session.get_one(Outbox, kept, with_for_update=True)
        other = Thread(target=keep_promise, args=(panjin.city.schema, kept))
        other.start()
        other.join(10)
        assert not other.is_alive()
        with panjin.standing():
            assert background.outstanding(clock.now() + timedelta(hours=2)) == []
        db.session.rollback()
    assert state_of(kept).attempts == 0
    assert notices(panjin) == 0


def test_a_failure_keeps_its_place_without_personal_data(panjin, promise, state_of):
    failing = promise("cases.react", event_id=PERSONAL)
    keep_promise(panjin.city.schema, failing)
    left = state_of(failing)
    assert left.done_at is None
    assert left.error.startswith("DataError at reactions.py:")
    assert "王小明" not in left.error
    assert "138" not in left.error


def test_what_failed_is_sent_again_and_may_still_be_kept(panjin, promise, state_of, dispatched):
    failing = promise("cases.react", event_id=PERSONAL)
    keep_promise(panjin.city.schema, failing)
    with panjin.standing():
        again = background.outstanding(clock.now() + timedelta(minutes=1))
        assert again == [(failing, "short")]
        db.session.execute(
            update(Outbox).where(Outbox.id == failing).values(ids={"event_id": dispatched})
        )
        db.session.commit()
    keep_promise(panjin.city.schema, failing)
    left = state_of(failing)
    assert left.done_at is not None
    assert left.error is None
    assert notices(panjin) == 2


def test_a_job_that_always_fails_is_given_up(panjin, promise, state_of):
    failing = promise("no.such.job")
    with panjin.standing():
        later = clock.now()
        for attempt in range(GIVE_UP_AFTER):
            later += timedelta(hours=2)
            assert background.outstanding(later) == [(failing, "short")], attempt
            db.session.commit()
            keep_promise(panjin.city.schema, failing)
        assert background.outstanding(later + timedelta(days=9)) == []
    assert state_of(failing).error.startswith("KeyError at jobs.py:")


def test_failures_are_tried_again_at_growing_distances(panjin, promise):
    failing = promise("no.such.job")
    with panjin.standing():
        start = clock.now()
        for attempts, wait in ((1, 30), (2, 60), (4, 240), (12, 3600)):
            values = {"attempts": attempts, "sent_at": start}
            db.session.execute(update(Outbox).where(Outbox.id == failing).values(values))
            assert background.outstanding(start + timedelta(seconds=wait - 1)) == []
            assert background.outstanding(start + timedelta(seconds=wait + 1)) != []


def test_promises_outlive_any_time_without_workers(panjin, promise):
    waiting = promise("cases.react", event_id=1)
    with panjin.standing():
        for hour in range(1, 50):
            at = clock.now() + timedelta(hours=hour)
            assert background.outstanding(at) == [(waiting, "short")]


def test_what_was_rolled_back_was_never_promised(panjin, dispatched, sending):
    with panjin.standing():
        before = db.session.scalars(select(Outbox.id)).all()
        background.later("cases.react", event_id=dispatched)
        db.session.rollback()
        assert db.session.scalars(select(Outbox.id)).all() == before
        assert "promised" not in db.session.info


def test_every_job_that_is_promised_is_known():
    assert set(JOBS) >= {"cases.react", "intake.take_in", "intake.act", "cases.import"}
