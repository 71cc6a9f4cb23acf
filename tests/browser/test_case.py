"""The case page in Chromium: screening by keyboard alone, panels in place, reveals in place."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from minxin import clock
from minxin.background import Outbox
from minxin.extensions import db
from tests.browser.looking import barriers, overflow
from tests.browser.test_lists import sign_in
from tests.web.workbench import stages

pytestmark = pytest.mark.browser

PANELS = [
    ("claimed", "city", "linjing", "screening"),
    ("screened", "city", "linjing", "dispatch"),
    ("claimed", "city", "linjing", "refusal"),
    ("dispatched", "dawa", "mengyan", "assignment"),
    ("accepted", "dawa", "zhaoyang", "log"),
    ("handling", "dawa", "zhaoyang", "report"),
    ("signing", "dawa", "sunli", "signature"),
    ("reported", "city", "linjing", "review"),
    ("follow_up", "city", "linjing", "follow-up"),
    ("to_rate", "city", "linjing", "rating"),
    ("rated", "city", "linjing", "closing"),
    ("rated", "city", "qinchuan", ""),
    ("rated", "city", "linjing", "print"),
]


def put(cast, stage: str | None, **more) -> str:
    """A case at a stage. What it promised the workers was promised in this process: let it go."""
    number = stages.at_stage(cast, stage, **more) if stage else stages.entered(cast, **more)
    with cast.standing():
        db.session.execute(update(Outbox).values(done_at=clock.now()))
        db.session.commit()
    return number


def test_a_clerk_screens_and_dispatches_by_keyboard_alone(panjin, desktop: Page):
    number = put(panjin, "claimed", body="小区门口路灯三天不亮。")
    following = put(panjin, None, subject="井盖缺失")
    sign_in(desktop, "city", "linjing")
    desktop.goto(f"/city/cases/{number}")
    press = desktop.keyboard.press
    press("e")
    expect(desktop.get_by_label("规范内容")).to_be_visible()
    press("3")
    press("9")
    press("c")
    desktop.keyboard.type("路灯")
    press("Enter")
    expect(desktop.locator("#category_id option:checked")).to_have_text("路灯")
    press("Alt+w")
    press("Control+a")
    desktop.keyboard.type("小区门口路灯五天不亮。")
    expect(desktop.locator("#wording-diff del")).to_have_text("三")
    expect(desktop.locator("#wording-diff ins")).to_have_text("五")
    press("Control+Enter")
    expect(desktop).to_have_url(re.compile(f"/{number}/dispatch$"))
    expect(desktop.get_by_label("查找主办单位")).to_be_focused()
    desktop.keyboard.type("大洼 工作站")
    press("Enter")
    expect(desktop.locator("#unit_id option:checked")).to_contain_text("大洼区民心网工作站")
    expect(desktop.locator(".co-units:visible")).to_have_count(1)
    desktop.locator("#opinion").focus()
    desktop.keyboard.type("请核实办理")
    press("Control+Enter")
    expect(desktop).to_have_url(re.compile(f"/{following}/screening$"))
    expect(desktop.get_by_text(f"{number} 已转办")).to_be_visible()
    case = stages.row_of(panjin, number)
    assert (case.state, case.kind, case.urgency) == ("dispatched", "complaint", "urgent")


def test_an_act_opens_in_place_and_says_what_came_of_it(panjin, desktop: Page):
    number = put(panjin, "accepted")
    sign_in(desktop, "dawa", "zhaoyang")
    desktop.goto(f"/dawa/cases/{number}")
    desktop.get_by_text("更多", exact=True).click()
    desktop.get_by_role("link", name="报结").click()
    expect(desktop.get_by_label("审签领导")).to_be_visible()
    expect(desktop.get_by_label("政策依据")).to_be_hidden()
    desktop.get_by_label("解释说明").check()
    expect(desktop.get_by_label("政策依据")).to_be_visible()
    desktop.go_back()
    desktop.get_by_role("link", name=re.compile("记录办理")).click()
    desktop.get_by_label("办理情况").fill("已到现场")
    desktop.get_by_role("button", name="保存记录").click()
    expect(desktop.get_by_text("办理情况已记录")).to_be_visible()
    expect(desktop.locator(".timeline")).to_contain_text("已到现场")


def test_what_was_typed_survives_a_closed_page(panjin, desktop: Page):
    number = put(panjin, "accepted")
    sign_in(desktop, "dawa", "zhaoyang")
    desktop.goto(f"/dawa/cases/{number}/log")
    desktop.get_by_label("办理情况").press_sequentially("写到一半")
    desktop.wait_for_timeout(900)
    desktop.goto(f"/dawa/cases/{number}")
    desktop.goto(f"/dawa/cases/{number}/log")
    expect(desktop.get_by_label("办理情况")).to_have_value("写到一半")


def test_a_number_is_shown_in_its_place_after_a_reason(panjin, desktop: Page):
    number = put(panjin, "assigned")
    sign_in(desktop, "dawa", "zhaoyang")
    desktop.goto(f"/dawa/cases/{number}")
    phone = desktop.locator("#masked-phone")
    phone.locator("summary").click()
    phone.get_by_role("textbox").fill("看")
    phone.get_by_role("button").click()
    expect(phone).to_contain_text("请写明查看理由")
    expect(phone).to_contain_text("138****1234")
    phone.get_by_role("textbox").fill("约定上门时间")
    phone.get_by_role("button").click()
    expect(desktop.locator("#masked-phone")).to_contain_text(stages.PHONE)
    desktop.reload()
    expect(desktop.get_by_text(stages.PHONE)).to_have_count(0)


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_every_panel_fits_and_has_no_barrier(panjin, visitor, device):
    pages: dict[str, Page] = {}
    for stage, desk, who, noun in PANELS:
        number = put(panjin, stage)
        if who not in pages:
            pages[who] = visitor(device)
            sign_in(pages[who], desk, who)
        page = pages[who]
        page.goto(f"/{desk}/cases/{number}/{noun}".rstrip("/"))
        page.wait_for_load_state("networkidle")
        assert overflow(page) == 0, noun
        assert barriers(page) == [], noun
