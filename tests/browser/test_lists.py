"""Lists in Chromium: by keyboard alone, by swap, and on a phone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from minxin import clock
from minxin.cases import overdue
from minxin.cases.states import State
from minxin.comparison import rollups
from minxin.demonstration import people
from minxin.extensions import db
from tests.browser.looking import barriers, overflow
from tests.cases.planting import plant

pytestmark = pytest.mark.browser


def sign_in(page: Page, desk: str, username: str) -> None:
    page.goto(f"/{desk}/sign-in")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(people.PASSWORD)
    page.get_by_role("button", name="登录").click()


@pytest.fixture
def waiting(panjin, site):
    """Three cases that wait for a clerk, two at a unit; their numbers in the order of the list."""
    at = clock.now()
    with panjin.standing():
        cases = [plant(State.UNCLAIMED, subject=f"第{n}件路灯不亮", at=at) for n in range(3)]
        for kind in ("complaint", "consult"):
            plant(State.HANDLING, unit_id=panjin.unit("大洼区住建局"), kind=kind, at=at)
        cases[0].due_at = at - timedelta(hours=1)
        overdue.count(at)
        rollups.refresh_recent(at)
        db.session.commit()
        return [case.number for case in cases]


def test_a_clerk_goes_through_a_list_by_keyboard_alone(waiting, desktop):
    sign_in(desktop, "city", "linjing")
    desktop.goto("/city/todo")
    rows = desktop.locator("tbody tr")
    expect(rows).to_have_count(3)
    desktop.keyboard.press("j")
    expect(rows.nth(0)).to_have_class(re.compile("is-current"))
    desktop.keyboard.press("x")
    desktop.keyboard.press("j")
    desktop.keyboard.press("j")
    desktop.keyboard.press("x")
    expect(desktop.get_by_text("已选 2 件")).to_be_visible()
    desktop.keyboard.press("k")
    expect(rows.nth(1)).to_have_class(re.compile("is-current"))
    desktop.keyboard.press("Enter")
    expect(desktop).to_have_url(re.compile(f"/city/cases/{waiting[1]}$"))
    desktop.go_back()
    expect(rows).to_have_count(3)
    for index, ticked in enumerate((True, False, False)):
        rows.nth(index).locator("input").set_checked(ticked)
    desktop.get_by_role("button", name="认领选中的件").click()
    expect(desktop.get_by_text("已认领 1 件")).to_be_visible()
    expect(rows).to_have_count(2)


def test_tabs_and_filters_swap_the_list_and_keep_its_address(waiting, desktop):
    sign_in(desktop, "city", "linjing")
    desktop.goto("/city/todo")
    desktop.evaluate("window.stayed = true")
    desktop.get_by_role("link", name="单位在办 2").click()
    expect(desktop).to_have_url(re.compile(r"/city/todo\?view=at_units$"))
    # the address changes before the new filters are in place: wait for the rows that belong to it
    expect(desktop.locator("tbody tr")).to_have_count(2)
    expect(desktop.locator(".htmx-settling, .htmx-swapping, .htmx-added")).to_have_count(0)
    desktop.get_by_label("类型").select_option(label="咨询")
    expect(desktop.locator("tbody tr")).to_have_count(1)
    expect(desktop).to_have_url(re.compile(r"\?view=at_units&kind=consult$"))
    desktop.get_by_role("link", name="去掉“类型 咨询”").click()
    expect(desktop.locator("tbody tr")).to_have_count(2)
    assert desktop.evaluate("window.stayed") is True
    desktop.keyboard.press("j")
    expect(desktop.locator("tbody tr").nth(0)).to_have_class(re.compile("is-current"))
    desktop.go_back()
    expect(desktop.locator("tbody tr")).to_have_count(1)


def test_without_script_the_same_filters_work_by_a_button(waiting, visitor):
    page = visitor("desktop", javascript=False)
    sign_in(page, "city", "linjing")
    page.goto("/city/todo?view=at_units")
    page.get_by_label("类型").select_option(label="咨询")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_clerk_takes_a_call_down_and_reads_out_the_code(waiting, desktop):
    sign_in(desktop, "city", "linjing")
    desktop.goto("/city/entry")
    desktop.get_by_label("联系电话").fill("138 0000 1234")
    desktop.get_by_label("姓名").fill("李桂芳")
    expect(desktop.get_by_text("这个号码以前来过")).to_be_visible()
    desktop.get_by_label("标题").fill("井盖缺失")
    desktop.get_by_label("诉求内容").fill("路口的井盖不见了，请尽快补上。")
    assert barriers(desktop) == []
    desktop.get_by_role("button", name="登记").click()
    expect(desktop.locator("#receipt-code")).to_be_visible()
    assert barriers(desktop) == []
    receipt = desktop.url
    desktop.get_by_role("link", name="再登记一件").click()
    expect(desktop.get_by_label("标题")).to_have_value("")  # nothing of the caller before
    desktop.goto(receipt)
    desktop.get_by_role("button", name="认领并规范").click()
    expect(desktop).to_have_url(re.compile("/screening$"))


@pytest.mark.parametrize("path", ["/city/", "/city/todo", "/city/todo?view=late", "/city/cases",
                                  "/city/cases?q=路灯", "/city/notices"])  # fmt: skip
def test_the_pages_of_the_city_s_desk_are_open_to_everybody(waiting, visitor, path):
    for device in ("desktop", "phone"):
        page = visitor(device)
        sign_in(page, "city", "gaoyuan")
        page.goto(path)
        assert barriers(page) == []
        assert overflow(page) <= 0
