"""值守 on a page: who sees which units, the grid's signs, the office's filling in."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.clock import local
from minxin.extensions import db
from minxin.people import duty
from minxin.people.duty import DutyDay
from minxin.people.duty_modes import DutyMode

HEAD = re.compile(r'<th scope="row">(?:<a [^>]*>)?([^<]+)')


def today() -> date:
    return local(clock.now()).date()


def month_before() -> date:
    return (today().replace(day=1) - timedelta(days=1)).replace(day=1)


@pytest.fixture
def on_duty(panjin) -> date:
    """赵阳 was here on the second of last month, and on no other day of it."""
    day = month_before() + timedelta(days=1)
    with panjin.standing("zhaoyang"):
        moment = clock.now() - timedelta(days=(today() - day).days)
        duty.attend(panjin.actor("zhaoyang"), at=moment)
        db.session.commit()
    return day


def page(cast, who: str, **query) -> str:
    answer = cast.client(who).get(f"/{cast.desk(who)}/duty", query_string=query)
    assert answer.status_code == 200
    return answer.text


def test_a_unit_sees_itself_a_station_its_district_the_office_every_tenant(panjin):
    assert HEAD.findall(page(panjin, "zhaoyang")) == ["大洼区住建局"]
    assert HEAD.findall(page(panjin, "sunli")) == ["大洼区住建局"]
    assert HEAD.findall(page(panjin, "mengyan")) == ["大洼区住建局", "大洼区城管局"]
    office = HEAD.findall(page(panjin, "linjing"))
    assert office[0] == "市直部门"
    assert "大洼区" in office
    assert HEAD.findall(page(panjin, "linjing", tenant="dawa")) == ["大洼区住建局", "大洼区城管局"]


def test_the_tenant_in_the_address_opens_nothing_for_a_district(panjin):
    assert "兴隆台区" not in page(panjin, "mengyan", tenant="xinglongtai")
    assert panjin.client("linjing").get("/city/duty?tenant=nowhere").status_code == 404


def test_the_grid_says_on_duty_missed_and_the_rate(panjin, on_duty):
    shown = page(panjin, "zhaoyang", month=f"{on_duty:%Y-%m}")
    assert f'title="{on_duty.month}月2日 已值守' in shown
    assert f'title="{on_duty.month}月1日 缺勤"' in shown
    assert re.search(rf"1/{(today().replace(day=1) - on_duty.replace(day=1)).days}<", shown)


def test_the_office_fills_in_a_day_that_all_can_see(panjin, on_duty):
    data = {
        "unit_id": panjin.unit("大洼区住建局"),
        "day": on_duty.replace(day=1).isoformat(),
        "reason": "专线中断，已核实",
    }
    office = panjin.client("linjing")
    answer = office.post("/city/duty/backfills", data=data)
    assert answer.status_code == 303
    assert "已补登一天" in office.get(answer.location).text
    for who in ("zhaoyang", "mengyan"):
        assert "专线中断，已核实" in page(panjin, who, month=f"{on_duty:%Y-%m}")
    again = office.post("/city/duty/backfills", data=data)
    assert again.status_code == 422
    assert "已经算作值守" in again.text
    assert "专线中断，已核实" in again.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": ""}, "请写明补登的理由"),
        ({"day": ""}, "请填写日期"),
        ({"day": "2026-02-30"}, "2026-02-30"),
        ({"unit_id": "0"}, "请选择单位"),
        ({"unit_id": "99999999"}, "请选择单位"),
        ({"unit_id": "x"}, "处要改"),
    ],
)
def test_a_form_with_something_missing_says_so_and_changes_nothing(panjin, on_duty, change, said):
    data = {
        "unit_id": str(panjin.unit("大洼区住建局")),
        "day": on_duty.replace(day=1).isoformat(),
        "reason": "专线中断",
    }
    answer = panjin.client("linjing").post("/city/duty/backfills?tenant=dawa", data=data | change)
    assert answer.status_code == 422
    with panjin.standing():
        assert len(db.session.scalars(select(DutyDay)).all()) == 1
    assert said in answer.text


@pytest.mark.parametrize("username", ["mengyan", "zhaoyang", "wenbo"])
def test_nobody_else_fills_in(panjin, on_duty, username):
    data = {"unit_id": panjin.unit("大洼区住建局"), "day": "2026-01-02", "reason": "补"}
    path = f"/{panjin.desk(username)}/duty/backfills"
    assert panjin.client(username).post(path, data=data).status_code == 403


def test_the_head_of_the_office_chooses_which_days_count(panjin):
    following = (today().replace(day=1) + timedelta(days=32)).replace(day=1)
    data = {"mode": "workdays", "from_month": following.isoformat()}
    assert panjin.client("linjing").post("/city/duty/mode", data=data).status_code == 403
    head = panjin.client("gaoyuan")
    answer = head.post("/city/duty/mode", data=data)
    assert answer.status_code == 303
    assert "工作日" in head.get(answer.location).text
    late = head.post("/city/duty/mode", data=data | {"from_month": "2026-01-05"})
    assert late.status_code == 422
    assert "已经结束" in late.text
    with panjin.standing():
        assert db.session.scalars(select(DutyMode.from_month)).all() == [following]


@pytest.mark.parametrize("month", ["", "2026-13", "nonsense", "1900-01", "9999-12", "２０２６-01"])
def test_a_month_that_cannot_be_shown_is_this_one(panjin, month):
    now = today()
    assert f"{now.year}年{now.month}月" in page(panjin, "zhaoyang", month=month)
