"""The sweep: what is late is recorded once, and each reminder is sent once, whatever runs twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update

from minxin.cases import overdue, tallies
from minxin.cases.models import Case, CaseEvent, Clock
from minxin.clock import SHANGHAI
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.people.models import User
from tests.cases.walking import Walk

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
LATER = MONDAY + timedelta(days=30)


def sweep_all(at: datetime) -> int:
    """As the duty does: batch after batch, each committed. How many clocks were looked at."""
    swept = 0
    while number := overdue.sweep(at):
        db.session.commit()
        swept += number
    return swept


def told() -> list[str]:
    """Who was told, by name, in order."""
    query = select(User.name).join(Notice, Notice.user_id == User.id).order_by(User.name)
    return list(db.session.scalars(query))


def overdue_events() -> int:
    query = select(func.count(CaseEvent.id)).where(CaseEvent.name == "overdue")
    return db.session.scalar(query) or 0


@pytest.fixture
def at_unit(panjin) -> Walk:
    """A case that lies unsigned with 大洼区住建局: two clocks run, handling and acceptance."""
    walk = Walk(panjin, MONDAY).dispatched("大洼区民心网工作站", at=MONDAY)
    return walk.assigned("大洼区住建局", at=MONDAY)


def test_each_late_clock_is_one_event_and_one_notice_a_person_and_day(panjin, at_unit):
    with panjin.standing():
        assert sweep_all(LATER) == 2
        assert sweep_all(LATER) == 0
        assert overdue_events() == 2
        # Acceptance a month late has climbed to the station too.
        assert told() == sorted(["赵阳", "钱进", "孙立"] * 2 + ["孟岩"])
        notice = db.session.scalars(select(Notice)).first()
        assert at_unit.number in notice.text
        assert "已超期" in notice.text
        assert notice.level == "late"
        assert sweep_all(LATER + timedelta(days=1)) == 2
        assert sweep_all(LATER + timedelta(days=1, hours=3)) == 0
        assert overdue_events() == 2
        assert len(told()) == 14


def test_lateness_is_recorded_at_its_instant_and_told_when_the_office_opens(panjin, at_unit):
    with panjin.standing():
        running = select(Clock).where(Clock.rule_key == "accept", Clock.stopped_at.is_(None))
        due = db.session.scalars(running).one().due_at
        sweep_all(due - timedelta(seconds=1))
        assert overdue_events() == 0
        before = len(told())
        assert sweep_all(due) == 1  # the due instant is the first moment that is late
        event = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "overdue")).one()
        assert event.internal
        assert event.payload["rule"] == "accept"
        assert event.actor_name == "系统"
        assert len(told()) == before
        sweep_all(due + timedelta(hours=7, minutes=59))
        assert len(told()) == before
        sweep_all(due + timedelta(hours=8))
        assert len(told()) == before + 3


def test_a_clock_that_moved_is_recorded_again_when_it_runs_out_again(panjin, at_unit):
    with panjin.standing():
        sweep_all(LATER)
        later = LATER + timedelta(days=5)
        db.session.execute(
            update(Clock)
            .where(Clock.rule_key == "complaint")
            .values(due_at=later, next_at=later, version=Clock.version + 1)
        )
        db.session.commit()
        sweep_all(LATER)
        assert overdue_events() == 2
        sweep_all(later)
        assert overdue_events() == 3


def test_a_stopped_clock_is_never_late(panjin, at_unit):
    at_unit.reported(at=MONDAY).signed(at=MONDAY)
    with panjin.standing():
        sweep_all(LATER)
        rules = db.session.scalars(
            select(CaseEvent.payload["rule"].astext).where(CaseEvent.name == "overdue")
        ).all()
        assert rules == ["review"]


def test_after_the_report_the_clerk_who_claimed_it_is_told(panjin, at_unit):
    at_unit.reported(at=MONDAY).signed(at=MONDAY)
    with panjin.standing():
        sweep_all(LATER)
        assert told() == ["林静"]


def test_what_nobody_claimed_is_told_to_the_office_once_a_day(panjin):
    with panjin.standing("linjing"):
        for _ in range(3):
            panjin.enter(at=MONDAY)
    with panjin.standing():
        assert sweep_all(LATER) == 3
        assert overdue_events() == 3
        assert told() == sorted(["林静", "何军", "高远"])
    with panjin.standing("linjing"):
        panjin.enter(at=MONDAY)
    with panjin.standing():
        sweep_all(LATER + timedelta(hours=1))
        assert len(told()) == 3


def test_more_than_a_batch_is_swept_to_the_last_one(panjin, monkeypatch):
    monkeypatch.setattr(overdue, "BATCH", 3)
    with panjin.standing("linjing"):
        for _ in range(7):
            panjin.enter(at=MONDAY)
    with panjin.standing():
        assert [overdue.sweep(LATER) for _ in range(4)] == [3, 3, 1, 0]
        db.session.commit()
        assert overdue_events() == 7


def test_two_sweeps_at_once_share_the_work(app, panjin, monkeypatch):
    monkeypatch.setattr(overdue, "BATCH", 5)
    with panjin.standing("linjing"):
        for _ in range(20):
            panjin.enter(at=MONDAY)
    together, swept, wrong = Barrier(2), [], []

    def run() -> None:
        try:
            with app.app_context(), panjin.standing():
                together.wait(10)
                swept.append(sweep_all(LATER))
                overdue.count(LATER)
                db.session.commit()
        except Exception as error:
            wrong.append(error)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []
    with panjin.standing():
        sweep_all(LATER)  # what one of them held when the other looked
        assert overdue_events() == 20
        assert len(told()) == 3
        assert _watched() == {"late_pool": 20}


def test_a_sweep_does_not_wait_for_somebody_who_works_on_the_case(app, panjin, at_unit):
    from minxin.cases import workflow

    with panjin.standing():
        case = workflow.lock(at_unit.case().id)
        done = []

        def run() -> None:
            with app.app_context(), panjin.standing():
                done.append(sweep_all(LATER))

        thread = Thread(target=run)
        thread.start()
        thread.join(5)
        waited = thread.is_alive()
        db.session.rollback()
        thread.join(10)
        assert not waited
        assert done == [2]
        assert case is not None


def test_counters_say_late_soon_and_today(panjin):
    with panjin.standing("linjing"):
        late, today, soon, fine = (panjin.enter(at=MONDAY).id for _ in range(4))
    noon = MONDAY.replace(hour=12)
    dues = {
        late: (noon, noon - timedelta(days=1)),
        today: (noon + timedelta(hours=12), noon + timedelta(hours=1)),  # tonight at 24:00
        soon: (noon + timedelta(hours=13), noon),
        fine: (noon + timedelta(days=2), noon + timedelta(days=1)),
    }
    with panjin.standing():
        for case_id, (due, yellow) in dues.items():
            db.session.execute(
                update(Case).where(Case.id == case_id).values(due_at=due, yellow_at=yellow)
            )
        overdue.count(noon)
        db.session.commit()
        assert _watched() == {"late_pool": 1, "today_pool": 1, "soon_pool": 1}
        overdue.count(noon)
        db.session.commit()
        assert _watched() == {"late_pool": 1, "today_pool": 1, "soon_pool": 1}
        overdue.count(noon - timedelta(days=9))
        db.session.commit()
        assert _watched() == {}


def test_counters_follow_the_unit_that_has_the_case(panjin, at_unit):
    with panjin.standing():
        overdue.count(LATER)
        db.session.commit()
        rows = db.session.execute(
            select(tallies.Tally.tenant_id, tallies.Tally.unit_id, tallies.Tally.number).where(
                tallies.Tally.state == "late_unit"
            )
        ).all()
        assert rows == [(panjin.tenant("dawa"), panjin.unit("大洼区住建局"), 1)]


def _watched() -> dict[str, int]:
    counted = tallies.read()
    return {name: counted[name] for name in overdue.COUNTED if counted.get(name)}
