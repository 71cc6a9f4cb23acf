"""An outage: seen before it is stored, given back after, taken back where it was wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.cases.models import Case, Outage
from minxin.clock import SHANGHAI, local
from minxin.extensions import db
from tests.cases.walking import Walk
from worker.jobs import JOBS


def form(start: datetime, end: datetime, reason: str = "机房断电", tenant: int = 0) -> dict:
    shape = "%Y-%m-%dT%H:%M"
    return {
        "starts_at": local(start).strftime(shape),
        "ends_at": local(end).strftime(shape),
        "tenant_id": str(tenant),
        "reason": reason,
    }


@pytest.fixture
def hours() -> tuple[datetime, datetime]:
    """Four hours of the last workday, behind us."""
    day = local(clock.now()) - timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    start = day.replace(hour=9, minute=0, second=0, microsecond=0, tzinfo=SHANGHAI)
    return start, start + timedelta(hours=4)


@pytest.fixture
def walk(panjin, hours) -> Walk:
    at = hours[0] - timedelta(days=1)
    return Walk(panjin, at).dispatched("大洼区住建局", at=at)


def do_jobs(cast) -> None:
    with cast.standing():
        for outage_id in db.session.scalars(select(Outage.id)).all():
            JOBS["clocks.outage"](outage_id=outage_id)


def due_of(walk: Walk) -> datetime:
    with walk.cast.standing():
        return db.session.scalars(select(Case.due_at)).one()


def test_an_outage_is_seen_before_it_is_stored_and_given_back_after(panjin, walk, hours):
    client, before = panjin.client("gaoyuan"), due_of(walk)
    look = client.post("/console/outages/preview", data=form(*hours))
    assert look.status_code == 200
    assert walk.number in look.text
    assert "2 个时限" in look.text
    assert due_of(walk) == before
    assert client.post("/console/outages", data=form(*hours)).status_code == 303
    do_jobs(panjin)
    assert due_of(walk) > before
    page = client.get(f"/city/cases/{walk.number}").text
    assert "平台停机" in page
    assert "补回工作日时间" in page
    assert "因平台停机顺延时限" in page
    assert "机房断电" in client.get("/console/outages").text


def test_one_that_was_declared_in_error_is_taken_back(panjin, walk, hours):
    client, before = panjin.client("gaoyuan"), due_of(walk)
    client.post("/console/outages", data=form(*hours))
    do_jobs(panjin)
    with panjin.standing():
        outage_id = db.session.scalars(select(Outage.id)).one()
    answer = client.post(
        "/console/outages/withdrawals", data={"outage_id": outage_id, "reason": "时间登记有误"}
    )
    assert answer.status_code == 303
    do_jobs(panjin)
    assert due_of(walk) == before
    again = {"outage_id": outage_id, "reason": "再撤一次"}
    assert client.post("/console/outages/withdrawals", data=again).status_code == 409
    nothing = {"outage_id": "77777", "reason": "没有这条"}
    assert client.post("/console/outages/withdrawals", data=nothing).status_code == 422
    assert "撤销停机登记，恢复原时限" in client.get(f"/city/cases/{walk.number}").text


def test_the_same_outage_is_declared_once(panjin, hours):
    client = panjin.client("gaoyuan")
    assert client.post("/console/outages", data=form(*hours)).status_code == 303
    twice = client.post("/console/outages", data=form(*hours))
    assert twice.status_code == 422
    assert "已经登记过" in twice.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"starts_at": "2026-02-30T09:00"}, "不是有效的日期和时间"),
        ({"ends_at": ""}, "请填写恢复时间"),
        ({"starts_at": "2099-01-01T09:00", "ends_at": "2099-01-01T10:00"}, "恢复时间还没有到"),
        ({"ends_at": "2020-01-01T09:00"}, "恢复时间应晚于停机时间"),
        ({"reason": " "}, "请写明停机原因"),
        ({"tenant_id": "4242"}, "请选择停机的范围"),
    ],
)
def test_an_impossible_declaration_says_what_to_do_and_keeps_the_rest(panjin, hours, change, said):
    for path in ("/console/outages/preview", "/console/outages"):
        answer = panjin.client("gaoyuan").post(path, data=form(*hours, reason="线路故障") | change)
        assert answer.status_code == 422
        assert said in answer.text
        assert "reason" in change or "线路故障" in answer.text


def test_an_outage_of_one_tenant_moves_its_clocks_alone(panjin, walk, hours):
    before = due_of(walk)
    other = form(*hours, tenant=panjin.tenant("xinglongtai"))
    assert panjin.client("gaoyuan").post("/console/outages", data=other).status_code == 303
    do_jobs(panjin)
    assert due_of(walk) == before
    own = form(*hours, tenant=panjin.tenant("dawa"))
    assert panjin.client("gaoyuan").post("/console/outages", data=own).status_code == 303
    do_jobs(panjin)
    assert due_of(walk) > before


@pytest.mark.parametrize("username", ["linjing", "mengyan", "zhaoyang", "chencheng"])
def test_nobody_else_declares_an_outage(panjin, username, hours):
    client = panjin.client(username)
    assert client.get("/console/outages").status_code in (302, 403, 404)
    assert client.post("/console/outages", data=form(*hours)).status_code in (302, 403, 404)
    with panjin.standing():
        assert db.session.scalars(select(Outage)).all() == []
