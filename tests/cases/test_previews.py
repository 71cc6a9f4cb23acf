"""What would move, counted by the database, is what computing each clock by itself finds."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from minxin.calendars.due import compute
from minxin.cases import allowances, clocks, outages, previews, recomputing, rulebook, workcalendar
from minxin.cases.models import FAR, Assignment, Case, Clock
from minxin.cases.outages import Declared
from minxin.clock import SHANGHAI
from minxin.extensions import db
from tests.cases.walking import Walk

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=SHANGHAI)
RULES = ("claim", "complaint", "help", "question", "review", "summary", "extension",
         "critical_feedback", "instruction_request", "followup")  # fmt: skip
EARLIER = {"id": 901, "start": "2026-11-12T02:00:00+00:00", "end": "2026-11-13T05:30:00+00:00",
           "reason": "机房断电"}  # fmt: skip
PAUSE = {"start": "2026-11-18T01:00:00+00:00", "end": "2026-11-19T03:00:00+00:00",
         "reason": "责任不清", "by": "高远"}  # fmt: skip
EXTENDED = {"workdays": 5, "reason": "鉴定", "by": "高远", "at": "2026-11-20T01:00:00+00:00"}
GIVEN = (
    {},
    {},
    {"outages": [EARLIER]},
    {"pauses": [PAUSE]},
    {"pauses": [PAUSE], "outages": [EARLIER], "extensions": [EXTENDED]},
    {"pauses": [{**PAUSE, "end": None}]},
    {"extensions": [EXTENDED]},
)


def plant(cast, seed: int, number: int = 300) -> None:
    """Clocks as many lives might leave them: of any rule, begun at any second, some at midnight."""
    chance = random.Random(seed)
    book = rulebook.rulebook()
    districts = {cast.tenant("dawa"): "大洼区住建局", cast.tenant("xinglongtai"): "兴隆台区住建局"}
    held = [Walk(cast, NOW).case() for _ in range(6)]
    for case in held[1:]:  # one has no order
        for sent in sorted(chance.sample(range(30), chance.randrange(1, 3))):
            tenant_id, unit = chance.choice(list(districts.items()))
            db.session.add(
                Assignment(
                    tenant_id=tenant_id, case_id=case.id, unit_id=cast.unit(unit), part="main",
                    opinion="", sent_at=NOW - timedelta(days=30 - sent, minutes=99),
                )
            )  # fmt: skip
    rows = []
    for _ in range(number):
        rule = book.rules[chance.choice(RULES)]
        started = NOW - timedelta(seconds=chance.randrange(25 * 86400))
        if chance.random() < 0.2:
            started = started.replace(hour=0, minute=0, second=0)
        inputs = chance.choice(GIVEN)
        due = compute(rule, started, book.calendar, **allowances.terms(inputs)).at
        if allowances.paused(inputs):
            due = FAR
        elif chance.random() < 0.1:
            due += timedelta(hours=chance.randrange(-9, 9))
        rows.append(
            {
                "tenant_id": chance.choice(list(cast.tenants.values())), 
                "case_id": chance.choice(held).id,
                "rule_key": rule.key, "rule_version": rule.version if chance.random() < 0.98 else 7,
                "calendar_version": book.calendar.version, "started_at": started, "due_at": due,
                "yellow_at": due, "inputs": inputs, "next_at": FAR,
                "stopped_at": NOW if chance.random() < 0.1 else None,
            }
        )  # fmt: skip
    db.session.execute(insert(Clock), rows)
    db.session.flush()


def one_by_one(where, calendar, change) -> previews.Preview:
    """The same preview, each clock computed by itself and in full."""
    moved = []
    query = select(Clock, Case.number).join(Case, Case.id == Clock.case_id)
    query = query.where(Clock.stopped_at.is_(None), Clock.due_at < FAR, where)
    for clock, number in db.session.execute(query.order_by(Clock.due_at, Clock.id)):
        rule = rulebook.adopted_rule(clock.rule_key, clock.rule_version)
        inputs = change(clock.inputs)
        if rule is None or allowances.paused(inputs):
            continue
        due = compute(rule, clock.started_at, calendar, **allowances.terms(inputs))
        if due.at != clock.due_at:
            found = (number, clock.rule_key, rule.name_zh, clock.due_at, due.at)
            moved.append(previews.Moved(*found))
    earlier = sum(each.new_due < each.old_due for each in moved)
    return previews.Preview(len(moved), earlier, moved[: previews.SHOWN])


WINDOWS = {
    "an afternoon": ("2026-11-25 13:00", "2026-11-25 18:30"),
    "a weekend": ("2026-11-21 08:00", "2026-11-22 20:00"),
    "over a weekend, for days": ("2026-11-19 22:15", "2026-11-24 03:40"),
    "before an earlier one": ("2026-11-11 09:00", "2026-11-12 12:00"),
    "most of a month": ("2026-11-06 09:00", "2026-11-29 09:00"),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("window", WINDOWS)
def test_an_outage_is_previewed_as_if_each_clock_were_computed_by_itself(panjin, window, seed):
    start, end = (datetime.fromisoformat(each) for each in WINDOWS[window])
    with panjin.standing():
        plant(panjin, seed)
        for tenant in (None, panjin.tenant("dawa")):
            declared = Declared(
                start.replace(tzinfo=SHANGHAI), end.replace(tzinfo=SHANGHAI), "断电", tenant
            )
            outage = outages.drafted(declared, by=panjin.actor("gaoyuan"), at=NOW)
            seen = previews.preview_outage(outage)
            calendar = rulebook.calendar_in_force()
            change = recomputing.change_of(outage)
            assert seen == one_by_one(recomputing.touched(outage), calendar, change)
            assert seen.total
            assert seen.shown


@pytest.mark.parametrize("seed", [4, 5, 6])
@pytest.mark.parametrize(
    ("lines", "last"),
    [
        ("2026-12-01 至 2026-12-04 休 庆典\n2026-12-05 班 庆典", date(2026, 12, 31)),
        ("2026-11-28 班 调休", date(2026, 12, 31)),
        ("2027-01-01 休 元旦", date(2027, 12, 31)),
    ],
)
def test_a_calendar_is_previewed_as_if_each_clock_were_computed_by_itself(
    panjin, lines, last, seed
):
    with panjin.standing():
        plant(panjin, seed)
        base = clocks.as_calendar(workcalendar.newest())
        calendar = workcalendar.drafted(base, workcalendar.read_lines(lines), last, "new")
        days = workcalendar.differences(base, calendar)
        where = Clock.due_at >= previews.midnight(days[0])
        if base.last == last:
            where &= Clock.started_at < previews.midnight(days[-1])
        seen = previews.preview(calendar)
        assert seen == one_by_one(where, calendar, dict)
        assert seen.total or last.year == 2027
