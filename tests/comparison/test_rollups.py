"""Each tenant's days in figures, from the facts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from minxin.cases import overdue
from minxin.clock import SHANGHAI
from minxin.comparison import rollups
from minxin.comparison.models import Rollup
from minxin.extensions import db
from tests.cases.walking import Walk

AT = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
FIGURES = ("received", "closed", "handled", "on_time", "rated", "satisfied")


def figures(panjin, slug: str, day: datetime) -> tuple[int, ...]:
    row = db.session.scalars(
        select(Rollup).where(Rollup.tenant_id == panjin.tenant(slug), Rollup.day == day.date())
    ).one()
    return tuple(getattr(row, name) for name in FIGURES)


def refresh(at: datetime) -> None:
    rollups.refresh_recent(at)
    db.session.commit()


def walked(panjin, *, report_at: datetime, satisfaction: int = 4) -> Walk:
    walk = Walk(panjin, AT).dispatched("大洼区民心网工作站", at=AT)
    walk.assigned("大洼区住建局", at=AT)
    walk.reported(at=report_at).signed(at=report_at)
    return walk.closed(at=report_at, satisfaction=satisfaction)


def test_a_walked_case_counts_for_its_tenant(panjin):
    walked(panjin, report_at=AT + timedelta(hours=3))
    with panjin.standing():
        refresh(AT)
        assert figures(panjin, "dawa", AT) == (1, 1, 1, 1, 1, 1)
        assert figures(panjin, "xinglongtai", AT) == (0,) * 6
        assert figures(panjin, "dawa", AT - timedelta(days=1)) == (0,) * 6


def test_refreshing_twice_changes_nothing(panjin):
    walked(panjin, report_at=AT + timedelta(hours=3))
    with panjin.standing():
        refresh(AT)
        first = db.session.execute(select(Rollup.__table__)).all()
        refresh(AT)
        second = db.session.execute(select(Rollup.__table__)).all()
        assert [row[:7] for row in second] == [row[:7] for row in first]


def test_a_late_report_and_an_unsatisfied_citizen_count_so(panjin):
    late = AT + timedelta(days=30)
    walked(panjin, report_at=late, satisfaction=2)
    with panjin.standing():
        refresh(AT)
        refresh(late)
        assert figures(panjin, "dawa", AT) == (1, 0, 0, 0, 0, 0)
        assert figures(panjin, "dawa", late) == (0, 1, 1, 0, 1, 0)


def test_a_day_begins_at_midnight_in_shanghai(panjin):
    midnight = AT.replace(hour=0)
    Walk(panjin, midnight).dispatched("大洼区住建局", at=midnight - timedelta(seconds=1))
    Walk(panjin, midnight).dispatched("大洼区住建局", at=midnight)
    with panjin.standing():
        refresh(AT)
        assert figures(panjin, "dawa", AT)[0] == 1
        assert figures(panjin, "dawa", AT - timedelta(days=1))[0] == 1


def test_standings_put_this_month_beside_what_lies_there_now(panjin):
    walked(panjin, report_at=AT + timedelta(hours=3))
    Walk(panjin, AT).dispatched("大洼区住建局", at=AT)
    with panjin.standing():
        refresh(AT)
        overdue.count(AT + timedelta(days=5))
        db.session.commit()
        standing = {each.tenant.slug: each for each in rollups.standings(AT) if each.tenant}
        dawa = standing["dawa"]
        assert (dawa.received, dawa.closed, dawa.in_hand) == (2, 1, 1)
        assert (dawa.handled, dawa.on_time, dawa.rated, dawa.satisfied) == (1, 1, 1, 1)
        assert dawa.overdue == 1
        assert next(iter(standing)) == "shizhi"
        assert standing["panshan"].received == 0
