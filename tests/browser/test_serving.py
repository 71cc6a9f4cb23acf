"""The clock of the running city can be set, and everything in it goes by it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from minxin.cases.models import Case
from minxin.clock import SHANGHAI
from minxin.demonstration import people
from minxin.extensions import db

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("year", [2026, 2031], ids=["back in time", "ahead of time"])
def test_a_clerk_takes_a_case_down_on_another_day(site, visitor, panjin, year):
    day = datetime(year, 2, 12, 9, tzinfo=SHANGHAI)
    site.travel(day)
    page = visitor("desktop")
    page.goto("/city/sign-in")
    page.get_by_label("用户名").fill("linjing")
    page.get_by_label("密码").fill(people.PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("banner")).to_contain_text("林静")
    page.goto("/city/entry")
    page.get_by_label("来电").check()
    page.locator("#subject").fill("小区门口路灯不亮")
    page.locator("#body").fill("小区门口三盏路灯不亮，请修。")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("查询码")
    site.settle()
    with panjin.standing():
        case = db.session.scalars(select(Case)).one()
        assert timedelta() <= case.received_at - day < timedelta(minutes=2)
        assert case.number.startswith(f"{year}0212")
