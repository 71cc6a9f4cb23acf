"""Reminders: to whom, in which words, once each whatever runs twice or is killed (第八条（二）)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from minxin.cases import outages, overdue, pausing, recomputing
from minxin.cases.models import CaseEvent, Clock
from minxin.cases.outages import Declared
from minxin.clock import SHANGHAI
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.people.models import Responder, User
from tests.cases.walking import Walk

UNIT = "大洼区住建局"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def sweep_all(moment: datetime) -> None:
    while overdue.sweep(moment):
        db.session.commit()


def heard() -> list[tuple[str, str]]:
    """(who, what without the number), in the order of time."""
    rows = db.session.execute(
        select(User.name, Notice.text, Notice.number)
        .join(Notice, Notice.user_id == User.id)
        .where(Notice.key.like("clock:%"))
        .order_by(Notice.id)
    )
    return [(name, text.removeprefix(number).strip()) for name, text, number in rows]


def hour_by_hour(first: str, last: str) -> None:
    moment = at(first)
    while moment <= at(last):
        sweep_all(moment)
        moment += timedelta(hours=1)


@pytest.fixture
def walk(panjin) -> Walk:
    """In hand at 大洼区住建局: due 2026-12-07 24:00, a Monday."""
    made = Walk(panjin, at("2026-11-23 09:00")).dispatched(UNIT, at=at("2026-11-23 10:00"))
    with panjin.standing():
        db.session.execute(
            update(Clock)
            .where(Clock.rule_key == "accept")
            .values(stopped_at=at("2026-11-23 11:00"))
        )
        db.session.commit()
    return made


def test_a_unit_is_reminded_step_by_step(panjin, walk):
    with panjin.standing():
        hour_by_hour("2026-11-23 12:00", "2026-12-09 23:00")
        words = [
            "办理时限已过半（12月7日 24:00到期）",
            "办理时限即将到期（12月7日 24:00到期）",
            "办理时限今日到期（应于12月7日 24:00前完成）",
        ]
        late = [
            "办理时限已超期（应于12月7日 24:00前完成）",
            "办理时限已超期 1 天（应于12月7日 24:00前完成）",
        ]
        expected = []
        for said in words:
            expected += [("赵阳", said), ("钱进", f"{said}（抄送）")]
        for said in late:
            expected += [("赵阳", said), ("钱进", f"{said}（抄送）"), ("孙立", said)]
        assert heard() == expected


def test_the_hours_between_six_and_eight_are_quiet(panjin, walk):
    with panjin.standing():
        hour_by_hour("2026-11-23 12:00", "2026-12-09 23:00")
        for notice in db.session.scalars(select(Notice).where(Notice.key.like("clock:%"))):
            local = notice.at.astimezone(SHANGHAI)
            assert 8 <= local.hour < 18
            assert local.weekday() < 5
        events = select(CaseEvent.at).where(CaseEvent.name == "overdue")
        assert db.session.scalars(events).one() == at("2026-12-08 00:00")


def test_b_is_reminded_himself_where_no_a_is_in_post(panjin, walk):
    with panjin.standing():
        db.session.execute(
            update(Responder)
            .where(Responder.unit_id == panjin.unit(UNIT), Responder.post == "A")
            .values(valid_to=date(2026, 11, 30))
        )
        db.session.commit()
        sweep_all(at("2026-12-07 09:00"))
        assert heard() == [("钱进", "办理时限今日到期（应于12月7日 24:00前完成）")]


def test_after_two_days_without_a_sweep_only_the_newest_word_is_said(panjin, walk):
    with panjin.standing():
        sweep_all(at("2026-12-07 03:00"))
        assert heard() == []
        sweep_all(at("2026-12-07 10:00"))
        assert {words for _, words in heard()} == {
            "办理时限今日到期（应于12月7日 24:00前完成）",
            "办理时限今日到期（应于12月7日 24:00前完成）（抄送）",
        }


def test_two_sweeps_at_once_say_it_once(app, panjin, walk):
    together, wrong = Barrier(2), []

    def run() -> None:
        try:
            with app.app_context(), panjin.standing():
                together.wait(10)
                sweep_all(at("2026-12-08 09:00"))
        except Exception as error:
            wrong.append(error)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert wrong == []
    with panjin.standing():
        assert sorted(name for name, _ in heard()) == ["孙立", "赵阳", "钱进"]


def test_a_sweep_that_dies_before_its_commit_is_done_again(panjin, walk):
    with panjin.standing():
        assert overdue.sweep(at("2026-12-08 09:00")) == 1
        db.session.rollback()
        assert heard() == []
        sweep_all(at("2026-12-08 09:00"))
        sweep_all(at("2026-12-08 09:00"))
        assert len(heard()) == 3


def test_a_clock_that_is_woken_again_says_nothing_twice(panjin, walk):
    with panjin.standing():
        for _ in range(3):
            db.session.execute(update(Clock).values(next_at=at("2026-12-07 08:00")))
            sweep_all(at("2026-12-07 09:00"))
        assert len(heard()) == 2


def test_a_stopped_clock_sends_nothing(panjin, walk):
    walk.reported(at=at("2026-11-24 09:00")).signed(at=at("2026-11-24 09:00"))
    with panjin.standing():
        hour_by_hour("2026-12-06 00:00", "2026-12-10 00:00")
        assert not [words for _, words in heard() if words.startswith("办理")]


def test_a_moved_deadline_reminds_anew(panjin, walk):
    with panjin.standing():
        sweep_all(at("2026-12-07 09:00"))
        assert len(heard()) == 2
        declared = Declared(at("2026-12-07 10:00"), at("2026-12-08 10:00"), "检修")
        made = outages.declare(declared, by=panjin.actor("gaoyuan"), at=at("2026-12-08 11:00"))
        db.session.commit()
        for _ in recomputing.recompute_for(made.id, at("2026-12-08 11:00")):
            db.session.commit()
        clock = db.session.scalars(select(Clock).where(Clock.rule_key == "complaint")).one()
        assert clock.due_at == at("2026-12-09 00:00")
        sweep_all(at("2026-12-08 12:00"))
        assert heard()[2:] == []  # what has passed of the new one is not said after it
        sweep_all(at("2026-12-09 08:00"))
        assert [name for name, _ in heard()[2:]] == ["赵阳", "钱进", "孙立"]


def test_a_clock_that_stands_still_is_not_reminded(panjin, walk):
    with panjin.standing():
        pausing.pause(
            walk.case(), "责任不清", by=panjin.actor("gaoyuan"), at=at("2026-11-24 09:00")
        )
        db.session.commit()
        hour_by_hour("2026-12-06 00:00", "2026-12-10 00:00")
        assert heard() == []


def test_what_the_office_holds_is_told_to_its_holder(panjin):
    walk = Walk(panjin, at("2026-11-23 09:00")).dispatched(UNIT, at=at("2026-11-23 09:00"))
    walk.reported(at=at("2026-11-23 10:00")).signed(at=at("2026-11-23 10:00"))
    with panjin.standing():
        hour_by_hour("2026-11-23 12:00", "2026-11-26 12:00")
        assert {name for name, _ in heard()} == {"林静"}
        assert [words[:9] for _, words in heard()] == [
            "审核时限即将到期（",
            "审核时限今日到期（",
            "审核时限已超期（应",
        ]


def test_a_provisional_due_date_says_so(panjin, walk):
    with panjin.standing():
        db.session.execute(update(Clock).values(provisional=True))
        sweep_all(at("2026-12-07 09:00"))
        assert heard()[0][1] == "办理时限今日到期（应于12月7日 24:00（暂定）前完成）"
