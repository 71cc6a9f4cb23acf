"""Clocks through the product's verbs: the scenarios' due instants, and all that moves one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from minxin.calendars.due import compute
from minxin.cases import (
    allowances,
    clocks,
    outages,
    pausing,
    previews,
    recomputing,
    reporting,
    rulebook,
    rules,
    workcalendar,
)
from minxin.cases.models import FAR, Assignment, Case, CaseEvent, Clock, Outage, Tracking
from minxin.cases.outages import Declared
from minxin.cases.reporting import Draft
from minxin.cases.rules import NewVersion
from minxin.clock import SHANGHAI, local, now
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import SYSTEM
from minxin.people.models import Unit
from minxin.tenancy.custody import hand_over
from tests.cases.walking import REPORT, Walk

UNIT = "大洼区住建局"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def clock_of(walk: Walk, key: str) -> Clock:
    """The newest clock of the case by a rule; stand as the city's login."""
    query = select(Clock).where(Clock.case_id == walk.case().id, Clock.rule_key == key)
    return db.session.scalars(query.order_by(Clock.id.desc()).limit(1)).one()


def run(batches) -> int:
    """As the job does: each batch committed."""
    moved = 0
    for number in batches:
        db.session.commit()
        moved += number
    return moved


def declare(cast, start: str, end: str, **more) -> int:
    with cast.standing():
        declared = Declared(at(start), at(end), "机房断电", **more)
        made = outages.declare(declared, by=cast.actor("gaoyuan"), at=at(end))
        db.session.commit()
        return made.id


def consistent() -> None:
    """Every clock's due instant is what its stored inputs say, stopped or running."""
    for clock in db.session.scalars(select(Clock)):
        rule = rulebook.adopted_rule(clock.rule_key, clock.rule_version)
        calendar = rulebook.adopted_calendar(clock.calendar_version)
        due = compute(rule, clock.started_at, calendar, **allowances.terms(clock.inputs))
        assert due.at == clock.due_at, clock.rule_key
        assert due.provisional == clock.provisional


# The scenarios


def test_s3_a_complaint_sent_before_the_national_day(panjin):
    walk = Walk(panjin, at("2026-09-28 15:00"))
    with panjin.standing():
        assert local(clock_of(walk, "claim").due_at) == at("2026-09-30 00:00")
    walk.dispatched(UNIT, at=at("2026-09-29 10:00"))
    with panjin.standing():
        dispatch, handling = clock_of(walk, "dispatch"), clock_of(walk, "complaint")
        assert dispatch.stopped_at < dispatch.due_at
        assert local(handling.due_at) == at("2026-10-20 00:00")  # 10-19 24:00
        assert local(handling.yellow_at) == at("2026-10-16 00:00")
        said = "".join(clocks.explain(handling))
        for words in ("国庆节放假，不计", "国庆节调休上班，计", "10月19日（周一）24:00"):
            assert words in said


def test_s3_an_extension_counts_from_the_old_due_day(panjin):
    walk = Walk(panjin, at("2026-09-28 15:00")).dispatched(UNIT, at=at("2026-09-29 10:00"))
    with panjin.standing():
        case, running = walk.case(), clocks.running(walk.case())
        for clock in running:
            if clock.rule_key == "complaint":
                clock.inputs = allowances.with_extension(
                    clock.inputs, 5, reason="需要鉴定", by="高远", at=at("2026-10-16 09:00")
                )
        moved = clocks.recompute(
            case, running, clocks.Reckoner(rulebook.calendar_in_force()),
            reason="需要鉴定", because="extension", by=SYSTEM, at=at("2026-10-16 10:00"),
        )  # fmt: skip
        db.session.commit()
        handling = clock_of(walk, "complaint")
        assert list(moved) == ["complaint"]
        assert local(handling.due_at) == at("2026-10-27 00:00")  # 10-26 24:00
        assert local(handling.yellow_at) == at("2026-10-23 00:00")
        assert handling.version == 2
        assert any("延期5个工作日" in line for line in clocks.explain(handling))
        consistent()


@pytest.mark.parametrize(
    ("answered", "on_time"), [("2026-10-04 23:59:30", True), ("2026-10-05 00:00:00", False)]
)
def test_s1_four_days_over_the_national_day_are_not_rolled(panjin, answered, on_time):
    walk = Walk(panjin, at("2026-09-30 16:00"))
    with panjin.standing():
        case, arrived = walk.case(), at("2026-09-30 16:40")
        clock = clocks.start(case, "question", arrived, clocks.rulebook())
        db.session.flush()
        assert local(clock.due_at) == at("2026-10-05 00:00")  # Sunday 10-04 24:00
        clocks.stop([clock], ["question"], case, at(answered))
        db.session.commit()
        assert (clock.stopped_at < clock.due_at) is on_time


def test_s1_the_same_in_workdays_shows_the_calendar(panjin):
    with panjin.standing():
        base = rules.versions("complaint")[0].version
        new = NewVersion(4, "workday", "测试", now())
        rules.adopt("complaint", new, by=panjin.actor("gaoyuan"), at=now(), base=base)
        db.session.commit()
    walk = Walk(panjin, at("2026-09-30 16:00")).dispatched(UNIT, at=at("2026-09-30 16:40"))
    with panjin.standing():
        # 10-08, 10-09, 10-10 (Saturday, worked), 10-12
        assert local(clock_of(walk, "complaint").due_at) == at("2026-10-13 00:00")


def test_over_the_turn_of_the_year(panjin):
    walk = Walk(panjin, at("2025-12-29 09:00"))
    with panjin.standing():
        book = clocks.rulebook()
        clock = clocks.start(walk.case(), "complaint", at("2025-12-29 10:00"), book)
        # 12-30, 12-31, then 元旦 1-1…1-3, 1-4 is a Sunday that is worked: 1-4…1-9, 1-12, 1-13
        assert local(clock.due_at) == at("2026-01-14 00:00")
        assert not clock.provisional
        reply = clocks.start(walk.case(), "supervision", at("2025-12-29 10:00"), book)
        assert local(reply.due_at) == at("2026-01-07 00:00")  # S4: 01-06 24:00


def test_beyond_the_calendar_a_due_date_is_provisional_everywhere(panjin):
    walk = Walk(panjin, at("2026-12-21 09:00")).dispatched(UNIT, at=at("2026-12-21 10:00"))
    with panjin.standing():
        clock, case = clock_of(walk, "complaint"), walk.case()
        assert clock.provisional
        assert not case.due_provisional  # to be accepted first, within the calendar
        assert "2027年放假安排尚未录入" in "".join(clocks.explain(clock))
        assert workcalendar.ending(local(at("2026-06-01 09:00")).date()) is None
        from minxin.cases import overdue

        overdue.count(at("2026-12-21 10:00"))
        db.session.commit()
        ending = workcalendar.ending(local(at("2026-12-21 09:00")).date())
        assert (ending.year, ending.provisional) == (2027, 1)


# What moves a clock


def test_a_new_holiday_moves_open_clocks_and_no_stopped_one(panjin):
    moment = at("2026-11-23 09:00")
    stopped = Walk(panjin, moment).dispatched(UNIT, at=moment).reported(at=moment).signed(at=moment)
    open_ = Walk(panjin, moment).dispatched(UNIT, at=moment)
    with panjin.standing():
        before = {c.id: (c.due_at, c.version) for c in db.session.scalars(select(Clock))}
        changes = workcalendar.read_lines("2026-11-26 休 全市停工日")
        workcalendar.adopt(
            changes, workcalendar.day_of("2026-12-31"), base=None,
            by=panjin.actor("gaoyuan"), at=moment,
        )  # fmt: skip
        db.session.commit()
        assert run(recomputing.recompute(moment)) >= 1
        handling = clock_of(open_, "complaint")
        assert local(handling.due_at) == at("2026-12-09 00:00")
        assert handling.version == 2
        for clock in db.session.scalars(select(Clock).where(Clock.stopped_at.is_not(None))):
            assert (clock.due_at, clock.version) == before[clock.id]
        assert clock_of(stopped, "complaint").version == 1
        assert run(recomputing.recompute(moment)) == 0
        consistent()


def test_an_outage_gives_back_what_it_took(panjin):
    walk = Walk(panjin, at("2026-11-23 09:00")).dispatched(UNIT, at=at("2026-11-23 10:00"))
    with panjin.standing():
        before = clock_of(walk, "complaint").due_at
    made = declare(panjin, "2026-11-24 09:00", "2026-11-24 15:00")
    with panjin.standing():
        moment = at("2026-11-24 15:30")
        assert run(recomputing.recompute_for(made, moment)) == 2
        handling, case = clock_of(walk, "complaint"), walk.case()
        # the due day ends at 24:00 on Monday, so six hours reach into Tuesday
        assert handling.due_at == before + timedelta(hours=6)
        assert case.due_at == clock_of(walk, "accept").due_at
        event = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "recomputed")).one()
        assert event.payload["clocks_moved"]["complaint"] == [
            before.isoformat(), handling.due_at.isoformat()
        ]  # fmt: skip
        assert "机房断电" in event.reason
        tracking = db.session.scalars(select(Tracking)).first()
        assert tracking is None or tracking.due_at in (None, handling.due_at)
        assert run(recomputing.recompute_for(made, moment)) == 0
        assert "平台停机" in "".join(clocks.explain(handling))
        consistent()


def test_an_outage_before_a_clock_began_or_after_it_ran_out_takes_nothing(panjin):
    walk = Walk(panjin, at("2026-11-23 09:00")).dispatched(UNIT, at=at("2026-11-23 10:00"))
    early = declare(panjin, "2026-11-20 09:00", "2026-11-20 15:00")
    late = declare(panjin, "2026-12-08 09:00", "2026-12-08 15:00")
    with panjin.standing():
        before = clock_of(walk, "complaint").due_at
        assert run(recomputing.recompute_for(early, at("2026-11-23 11:00"))) == 0
        assert run(recomputing.recompute_for(late, at("2026-12-08 16:00"))) == 0
        assert clock_of(walk, "complaint").due_at == before


def sent_on(panjin, walk: Walk, unit: str, *, at: datetime) -> None:
    """The case goes to another tenant while its clocks run on, as after a return."""
    with panjin.standing():
        case = walk.case()
        to = db.session.get_one(Unit, panjin.unit(unit))
        db.session.add(
            Assignment(
                tenant_id=to.tenant_id, case_id=case.id, unit_id=to.id, part="main",
                opinion="请办理", sent_at=at,
            )
        )  # fmt: skip
        clocks.hand_on(case, to.id)
        db.session.flush()
        hand_over(case.id, to.tenant_id)
        db.session.commit()


@pytest.mark.parametrize(
    ("start", "end", "given"),
    [
        ("2026-11-23 10:30", "2026-11-23 12:00", {"dawa"}),
        ("2026-11-24 09:00", "2026-11-24 12:00", {"dawa"}),
        ("2026-11-25 09:00", "2026-11-25 12:00", {"dawa", "xinglongtai"}),  # it went at 10:00
        ("2026-11-26 09:00", "2026-11-26 12:00", {"xinglongtai"}),
        ("2026-11-23 09:10", "2026-11-23 10:30", {"shizhi", "dawa"}),
        ("2026-11-23 09:10", "2026-11-23 09:30", set()),  # before the clock began
    ],
)
def test_a_district_outage_is_for_the_cases_that_lay_there_then(panjin, start, end, given):
    walk = Walk(panjin, at("2026-11-23 09:00")).dispatched(UNIT, at=at("2026-11-23 10:00"))
    with panjin.standing():
        db.session.execute(  # as if it ran while the office still had the case
            update(Clock)
            .values(started_at=at("2026-11-23 09:45"))
            .where(Clock.rule_key == "accept")
        )
        db.session.commit()
    sent_on(panjin, walk, "兴隆台区住建局", at=at("2026-11-25 10:00"))
    moved = set()
    for slug in ("dawa", "xinglongtai", "shizhi"):
        made = declare(panjin, start, end, tenant_id=panjin.tenant(slug))
        with panjin.standing():
            outage = db.session.get_one(Outage, made)
            seen = previews.preview_outage(outage).total
            assert run(recomputing.recompute_for(made, at("2026-11-27 09:00"))) == seen
            inputs = db.session.scalars(select(Clock.inputs)).all()
            if any(each["id"] == made for one in inputs for each in one.get("outages", [])):
                moved.add(slug)
            assert run(recomputing.recompute_for(made, at("2026-11-27 10:00"))) == 0
    assert moved == given


def test_before_its_first_order_a_case_lies_with_the_office(panjin):
    walk = Walk(panjin, at("2026-11-23 09:00"))
    for slug, moved in (("dawa", 0), ("shizhi", 1)):
        made = declare(
            panjin, "2026-11-23 10:00", "2026-11-23 11:00", tenant_id=panjin.tenant(slug)
        )
        with panjin.standing():
            assert run(recomputing.recompute_for(made, at("2026-11-23 12:00"))) == moved
            assert walk.case().due_at == clock_of(walk, "claim").due_at


def test_a_withdrawn_outage_is_taken_back_whichever_job_comes_first(panjin):
    walk = Walk(panjin, at("2026-11-23 09:00")).dispatched(UNIT, at=at("2026-11-23 10:00"))
    made = declare(panjin, "2026-11-24 09:00", "2026-11-24 15:00")
    moment = at("2026-11-24 16:00")
    with panjin.standing():
        before = clock_of(walk, "complaint").due_at
        run(recomputing.recompute_for(made, moment))
        outages.withdraw(made, "登记有误", by=panjin.actor("gaoyuan"), at=moment)
        db.session.commit()
        assert run(recomputing.recompute_for(made, moment)) == 2
        assert run(recomputing.recompute_for(made, moment)) == 0
        assert clock_of(walk, "complaint").due_at == before
        assert clock_of(walk, "complaint").inputs == {}
        consistent()


def test_a_case_that_somebody_holds_is_waited_for_at_the_end(app, panjin):
    from threading import Thread

    from minxin.cases import workflow

    held = Walk(panjin, at("2026-11-23 09:00")).dispatched(UNIT, at=at("2026-11-23 10:00"))
    Walk(panjin, at("2026-11-23 09:00")).dispatched(UNIT, at=at("2026-11-23 10:00"))
    made, moved = declare(panjin, "2026-11-24 09:00", "2026-11-24 15:00"), []

    def job() -> None:
        with app.app_context(), panjin.standing():
            for number in recomputing.recompute_for(made, at("2026-11-24 16:00")):
                db.session.commit()
                moved.append(number)

    with panjin.standing():
        workflow.lock(held.case().id)
        thread = Thread(target=job)
        thread.start()
        thread.join(3)
        assert thread.is_alive()
        assert sum(moved) == 2  # the other case went on
        db.session.rollback()
        thread.join(20)
        assert sum(moved) == 4
        consistent()


def test_a_pause_stands_still_and_is_given_back(panjin):
    walk = Walk(panjin, at("2026-11-23 09:00")).dispatched(UNIT, at=at("2026-11-23 10:00"))
    head = panjin.actor("gaoyuan")
    with panjin.standing():
        before = clock_of(walk, "complaint").due_at
        pausing.pause(walk.case(), "责任不清", by=head, at=at("2026-11-24 00:00"))
        db.session.commit()
        handling = clock_of(walk, "complaint")
        assert (handling.due_at, walk.case().due_at) == (FAR, FAR)
        assert "责任不清（高远批准）" in clocks.explain(handling)[0]
        with pytest.raises(Refused, match="已经暂停"):
            pausing.pause(walk.case(), "再停", by=head, at=at("2026-11-24 09:00"))
        db.session.rollback()
        pausing.resume(walk.case(), by=head, at=at("2026-11-26 00:00"))
        db.session.commit()
        handling = clock_of(walk, "complaint")
        assert handling.due_at == before + timedelta(days=2)
        assert "责任不清（高远批准），暂停计时" in "".join(clocks.explain(handling))
        consistent()


def test_a_clock_that_stops_while_it_stands_still_has_a_due_instant_again(panjin):
    walk = Walk(panjin, at("2026-11-23 09:00")).dispatched(UNIT, at=at("2026-11-23 10:00"))
    with panjin.standing():
        pausing.pause(
            walk.case(), "责任不清", by=panjin.actor("gaoyuan"), at=at("2026-11-24 00:00")
        )
        db.session.commit()
    walk.reported(at=at("2026-11-25 00:00")).signed(at=at("2026-11-25 00:00"))
    with panjin.standing():
        handling = clock_of(walk, "complaint")
        assert local(handling.due_at) == at("2026-12-09 00:00")
        consistent()


@pytest.mark.parametrize("username", ["linjing", "mengyan", "zhaoyang", "qinchuan"])
def test_only_the_head_of_the_office_pauses(panjin, username):
    walk = Walk(panjin, at("2026-11-23 09:00")).dispatched(UNIT, at=at("2026-11-23 10:00"))
    with panjin.standing(), pytest.raises(Refused, match="没有批准暂停计时的权限"):
        pausing.pause(walk.case(), "责任不清", by=panjin.actor(username), at=now())


def test_what_is_stored_says_when_every_clock_of_a_walked_case_is_due(panjin):
    moment = at("2026-11-23 09:00")
    walk = Walk(panjin, moment).dispatched("大洼区民心网工作站", at=moment)
    walk.assigned(UNIT, at=moment).reported(at=moment).signed(at=moment)
    walk.sent_back("请补充照片", at=moment)
    made = declare(panjin, "2026-11-23 08:00", "2026-11-23 18:00")
    with panjin.standing():
        run(recomputing.recompute_for(made, at("2026-11-23 18:00")))
        consistent()
        assert len(db.session.scalars(select(Clock)).all()) >= 6

    def again(case: Case, me) -> None:
        draft = Draft(REPORT, "solved", "赵阳", "孙立")
        reporting.submit(case, draft, by=me, at=at("2026-11-24 09:00"))

    walk._at("zhaoyang", again)
    walk.signed(at=at("2026-11-24 09:00")).closed(at=at("2026-11-24 10:00"))
    with panjin.standing():
        consistent()
        assert db.session.scalars(select(Clock).where(Clock.stopped_at.is_(None))).all() == []
        case = db.session.scalars(select(Case)).one()
        assert (case.due_at, case.due_provisional) == (FAR, False)
