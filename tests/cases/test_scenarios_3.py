"""Scenario 3: a 省转件 over the National Day and a made-up Saturday, and its extension."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from minxin.cases import dispatch, extensions, handling, overdue, reporting, screening, tracking
from minxin.cases.dispatch import Order
from minxin.cases.extensions import Decision, Extension, Wish
from minxin.cases.models import Case, CaseEvent, Clock
from minxin.cases.reporting import Draft
from minxin.cases.screening import Finding
from minxin.cases.tallies import read
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.extensions import db
from tests.cases.walking import REPORT, Walk

UNIT = "大洼区住建局"


def at(month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=SHANGHAI)


OLD_DUE, NEW_DUE = at(10, 20), at(10, 27)  # 10-19 24:00 and 10-26 24:00


class Provincial(Walk):
    """The 省转件 of the scenario, on its way by the domain's verbs."""

    def __init__(self, cast) -> None:
        super().__init__(cast, at(9, 28, 15), source="province", provincial_no="LN20260928001")
        self._at("linjing", lambda case, by: tracking.open_for(case, at=at(9, 28, 15)))

    def sent(self):
        def screen(case, by):
            screening.claim(case, by=by, at=at(9, 28, 15, 30))
            finding = Finding("complaint", 3, "路灯不亮", "小区门口路灯不亮", "路灯不亮")
            screening.screen(case, finding, by=by, at=at(9, 28, 16))

        def send(case, by):
            order = Order(self.cast.unit("大洼区民心网工作站"), "请核实办理")
            dispatch.dispatch(case, order, by=by, at=at(9, 29, 10))

        self._at("linjing", screen)
        self._at("linjing", send)
        return self.assigned(UNIT, at=at(9, 29, 11))

    def in_hand(self):
        self.sent()
        self._at("zhaoyang", lambda case, by: handling.accept(case, by=by, at=at(9, 29, 14)))
        return self

    def asked(self, when: datetime, workdays: int = 5, exception: str = ""):
        wish = Wish(workdays, "需开挖路面，雨天无法施工", exception)
        self._at("zhaoyang", lambda case, by: extensions.ask(case, wish, by=by, at=when))
        return self

    def granted(self, when: datetime, workdays: int = 5):
        said = Decision(workdays, "同意", "因连续降雨，施工顺延")
        self._at("gaoyuan", lambda case, by: extensions.grant(case, said, by=by, at=when))
        return self

    def refused(self, when: datetime):
        self._at("gaoyuan", lambda case, by: extensions.refuse(case, "理由不足", by=by, at=when))
        return self

    def clock(self, key: str = "complaint") -> Clock:
        query = select(Clock).join(Case).where(Case.number == self.number, Clock.rule_key == key)
        return db.session.scalars(query.order_by(Clock.id.desc())).first()

    def event(self, name: str) -> CaseEvent:
        query = select(CaseEvent).join(Case).where(Case.number == self.number)
        return db.session.scalars(query.where(CaseEvent.name == name)).one()

    def late_events(self, rule: str = "complaint") -> list[CaseEvent]:
        query = select(CaseEvent).join(Case).where(Case.number == self.number)
        found = db.session.scalars(query.where(CaseEvent.name == "overdue").order_by(CaseEvent.id))
        return [each for each in found if each.payload["rule"] == rule]

    def request(self) -> Extension:
        query = select(Extension).join(Case).where(Case.number == self.number)
        return db.session.scalars(query.order_by(Extension.id.desc())).first()


def sweep(when: datetime) -> None:
    while overdue.sweep(when):
        db.session.commit()
    overdue.count(when)
    db.session.commit()


@pytest.fixture
def item(panjin) -> Provincial:
    return Provincial(panjin).in_hand()


def test_it_is_passed_on_in_time_and_due_over_the_holiday(panjin, item):
    with panjin.standing():
        upto = item.event("claim").payload["clocks_started"]["dispatch"]
        assert datetime.fromisoformat(upto) == at(9, 30)
        assert item.event("dispatch").payload["clocks_stopped"] == {"dispatch": True}
        handling = item.clock()
        assert handling.started_at == at(9, 29, 10)
        assert handling.due_at == OLD_DUE
        assert handling.yellow_at == at(10, 16)
        case = item.case()
        assert (case.source, case.provincial_no) == ("province", "LN20260928001")


def test_extended_it_is_due_five_workdays_after_the_old_day_and_reported_in_time(panjin, item):
    item.asked(at(10, 16, 9))
    with panjin.standing():
        assert item.clock().due_at == OLD_DUE, "pending keeps the old due"
        assert item.case().due_at == OLD_DUE, "nor does the list show the office's own clock"
    item.granted(at(10, 16, 15))
    with panjin.standing():
        handling = item.clock()
        assert (handling.due_at, handling.yellow_at, handling.version) == (NEW_DUE, at(10, 23), 2)
        assert (item.case().due_at, item.case().yellow_at) == (NEW_DUE, at(10, 23))
        granted = item.event("grant_extension")
        assert granted.payload["clocks_stopped"] == {"extension_decision": True}
        assert datetime.fromisoformat(granted.payload["due_after"]) == NEW_DUE
        moved = item.event("recomputed").payload
        assert moved["because"] == "extension"
        old, new = map(datetime.fromisoformat, moved["clocks_moved"]["complaint"])
        assert (old, new) == (OLD_DUE, NEW_DUE)
        assert db.session.scalars(select(Extension.outcome)).all() == ["granted"]
    _report(item, at(10, 23, 16))
    item.signed(at=at(10, 23, 17))
    with panjin.standing():
        assert item.event("sign").payload["clocks_stopped"]["complaint"] is True
        sweep(at(10, 30))
        assert item.late_events() == []


def test_the_citizen_reads_the_new_date_and_a_reason_without_internal_words(panjin, item):
    item.asked(at(10, 16, 9)).granted(at(10, 16, 15))
    with panjin.standing():
        tracking.project(item.case(), at=at(10, 16, 15))
        shown = tracking.find(item.number)
        assert shown.due_at == NEW_DUE
        assert "延期5个工作日，自原到期日次日起计。" in shown.why
        step = shown.steps[-1]
        assert step["label"] == "办理时限已延长"
        assert step["note"] == "新的办理期限：10月26日 24:00。理由：因连续降雨，施工顺延"
        told = str(shown.steps) + str(shown.why)
        assert "需开挖路面" not in told
        assert "同意" not in told


def test_while_it_is_pending_the_citizen_is_still_promised_the_old_day(panjin, item):
    item.asked(at(10, 19, 16))  # the office's own clock runs to 10-20 24:00
    with panjin.standing():
        tracking.project(item.case(), at=at(10, 19, 16))
        assert tracking.find(item.number).due_at == OLD_DUE


@pytest.mark.parametrize("when", [at(10, 20), at(10, 20, 9)])
def test_filed_too_late_it_is_refused_and_the_lateness_stays(panjin, item, when):
    with panjin.standing():
        sweep(at(10, 20))
    with pytest.raises(Refused, match="已超时限"):
        item.asked(when)
    with panjin.standing():
        sweep(at(10, 21))
        (late,) = item.late_events()
        assert late.payload["extension_pending"] is False, "the fact of 13(6)"
        assert item.clock().due_at == OLD_DUE
        assert item.request() is None
        assert read()["late_unit"] == 1


def test_in_the_last_second_it_is_still_in_time(panjin, item):
    item.asked(at(10, 19, 23, 59, 59))
    with panjin.standing():
        assert item.request().outcome == "pending"


def test_still_pending_when_due_it_is_shown_late_and_cleared_when_approved(panjin, item):
    item.asked(at(10, 19, 16))
    with panjin.standing():
        sweep(at(10, 20))
        sweep(at(10, 20, 8))
        (late,) = item.late_events()
        assert late.at == at(10, 20)
        assert late.payload["extension_pending"] is True, "no 13(6) until it is decided"
        assert read()["late_unit"] == 1
    item.granted(at(10, 20, 10))
    with panjin.standing():
        sweep(at(10, 20, 10, 1))
        assert read().get("late_unit", 0) == 0
        assert item.clock().due_at == NEW_DUE
        assert item.case().due_at == NEW_DUE
        sweep(at(10, 26, 23, 59, 59))
        assert len(item.late_events()) == 1
        sweep(NEW_DUE)
        sweep(NEW_DUE + timedelta(hours=9))
        _, again = item.late_events()
        assert again.at == NEW_DUE
        assert again.payload["extension_pending"] is False


def test_still_pending_when_due_and_refused_it_stays_late_and_counts_as_not_extended(panjin, item):
    item.asked(at(10, 19, 16))
    with panjin.standing():
        sweep(at(10, 20))
    item.refused(at(10, 20, 10))
    with panjin.standing():
        sweep(at(10, 20, 11))
        assert len(item.late_events()) == 1
        assert read()["late_unit"] == 1
        assert item.request().outcome == "refused"
        assert item.event("refuse_extension").reason == "理由不足"
        assert item.event("refuse_extension").internal
        assert item.clock().due_at == OLD_DUE


def test_reported_meanwhile_the_request_lapses(panjin, item):
    item.asked(at(10, 16, 9))
    _report(item, at(10, 16, 10))
    item.signed(at=at(10, 16, 11))
    with panjin.standing():
        assert item.request().outcome == "lapsed"
        assert item.clock("extension_decision").stopped_at == at(10, 16, 11)
        assert "pending_extension" not in read()
    with pytest.raises(Refused):
        item.granted(at(10, 16, 12))


def _report(item: Provincial, when: datetime) -> None:
    draft = Draft(REPORT, "solved", "赵阳", "孙立")
    item._at("zhaoyang", lambda case, by: reporting.submit(case, draft, by=by, at=when))
