"""周总结: due the first workday after the week, exempt without a workday, missed once (1.8 A22)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from minxin.clock import SHANGHAI
from minxin.comparison import rollups, summaries
from minxin.comparison.summaries import Summary
from minxin.errors import Refused
from minxin.extensions import db
from minxin.notices.inbox import Notice
from tests.cases.walking import Walk


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def of(cast, unit: str = "大洼区民心网工作站") -> Summary:
    return db.session.scalars(select(Summary).where(Summary.unit_id == cast.unit(unit))).one()


@pytest.mark.parametrize(
    ("monday", "until"),
    [
        (date(2026, 2, 9), at(2, 25, 0)),  # six workdays; due on Tuesday 24 February, 24:00
        (date(2026, 2, 16), None),  # 春节: no workday
        (date(2026, 2, 23), at(3, 3, 0)),
    ],
)
def test_scenario_6_over_the_spring_festival(panjin, monday, until):
    with panjin.standing():
        assert summaries.due(monday) == until


def test_each_station_gets_a_draft_of_the_week_that_ended_once(panjin):
    with panjin.standing():
        made = summaries.open_week(at(3, 2))
        assert made > 1
        assert summaries.open_week(at(3, 2, 10)) == 0
        rows = db.session.scalars(select(Summary)).all()
        assert {row.monday for row in rows} == {date(2026, 2, 23)}
        assert {row.due_at for row in rows} == {at(3, 3, 0)}


def test_a_week_without_a_workday_has_none(panjin):
    with panjin.standing():
        assert summaries.open_week(at(2, 24)) == 0


def test_missing_it_is_recorded_once_and_the_office_hears_of_it(panjin):
    with panjin.standing():
        summaries.open_week(at(3, 2))
        assert summaries.miss(at(3, 2, 23)) == 0
        number = summaries.miss(at(3, 3, 0))
        assert number == db.session.scalar(select(func.count()).select_from(Summary))
        assert summaries.miss(at(3, 4)) == 0
        db.session.commit()
        assert of(panjin).missed_at == at(3, 3, 0)
        told = db.session.scalars(
            select(Notice.text).where(Notice.user_id == panjin.actor("gaoyuan").user_id)
        ).all()
        assert "大洼区民心网工作站未按时提交2月23日至3月1日周总结" in told


def test_handed_in_its_figures_stand_and_nothing_changes_any_more(panjin):
    monday = at(2, 23)
    walk = Walk(panjin, monday).dispatched("大洼区民心网工作站", at=monday)
    walk.assigned("大洼区住建局", at=monday)
    with panjin.standing():
        rollups.refresh(date(2026, 2, 23), at=monday)
        summaries.open_week(at(3, 2))
        db.session.commit()
    by = panjin.actor("mengyan")
    with panjin.standing("mengyan"):
        summary = of(panjin)
        assert summary.figures["received"] == 1
        assert summary.figures["kinds"] == {"complaint": 1}
        with pytest.raises(Refused) as refused:
            summaries.submit(summary, by=by, at=at(3, 2, 10))
        assert refused.value.field == "course"
        summaries.write(summary, "办理1件", "", "继续办理", by=by, at=at(3, 2, 10))
        summaries.submit(summary, by=by, at=at(3, 2, 10))
        db.session.commit()
        assert not summary.late
        with pytest.raises(Refused, match="不能再改"):
            summaries.write(summary, "改", "", "改", by=by, at=at(3, 2, 11))
        with pytest.raises(Refused, match="没有重复提交"):
            summaries.submit(summary, by=by, at=at(3, 2, 11))
    with panjin.standing():
        summaries.miss(at(3, 3, 0))
        assert of(panjin).missed_at is None


def test_handed_in_at_the_due_instant_it_is_late(panjin):
    with panjin.standing():
        summaries.open_week(at(3, 2))
        summary = of(panjin)
        by = panjin.actor("mengyan")
        summaries.write(summary, "情况", "", "打算", by=by, at=at(3, 3, 0))
        summaries.submit(summary, by=by, at=at(3, 3, 0))
        assert summary.late


def test_another_district_does_not_see_it(panjin):
    with panjin.standing():
        summaries.open_week(at(3, 2))
        db.session.commit()
    with panjin.standing("wutong"):
        rows = db.session.scalars(select(Summary)).all()
        assert {row.tenant_id for row in rows} == {panjin.tenant("xinglongtai")}


@pytest.mark.parametrize(
    ("monday", "words"),
    [(date(2026, 2, 23), "2月23日至3月1日"), (date(2026, 3, 2), "3月2日至8日")],
)
def test_a_week_in_words(monday, words):
    assert summaries.week_zh(monday) == words
    assert timedelta(days=7) == summaries.WEEK
