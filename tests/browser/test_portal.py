"""The portal in Chromium: the phone form to the withdrawal, with script and without."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.looking import barriers, overflow

pytestmark = pytest.mark.browser

SUBJECT = "小区门口路灯不亮"
BODY = "北门外三盏路灯上周起不亮，晚上出门看不清路，请尽快修好。"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "北门.jpg"
    Image.effect_noise((800, 600), 60).convert("RGB").save(path, "JPEG")
    return path


def fill_in_steps(page: Page, photo: Path) -> None:
    """The form as the script shows it: one step after another."""
    page.get_by_label("诉求标题").fill(SUBJECT)
    page.get_by_label("诉求内容").fill(BODY)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("所在区县").select_option(label="大洼区")
    page.get_by_label("现场照片").set_input_files(photo)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("联系电话").fill("138 0000 1207")
    page.get_by_label("姓名").fill("王小明")


def receipt(page: Page) -> tuple[str, str]:
    return page.locator("#number").inner_text(), page.locator("#code").inner_text()


def withdraw(page: Page) -> None:
    page.locator("summary", has_text="我要撤回").click()
    page.get_by_label("撤回原因").fill("灯已经修好了")
    page.get_by_role("button", name="撤回，不再办理").click()


def test_a_citizen_walks_from_the_phone_form_to_the_withdrawal(phone, visitor, site, photo):
    phone.goto("/")
    phone.get_by_role("link", name="我要诉求").last.click()
    fill_in_steps(phone, photo)
    phone.get_by_role("button", name="提交诉求").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("诉求已提交")
    number, code = receipt(phone)
    phone.reload()
    assert receipt(phone) == (number, code)

    site.settle()
    other = visitor("phone")  # another device: nothing but number and code
    other.goto("/tracking")
    other.get_by_label("诉求编号").fill(number)
    other.get_by_label("查询码").fill(code.lower())
    other.get_by_role("button", name="查询").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("等待工作人员核对内容")
    withdraw(other)
    expect(other.locator("#messages")).to_contain_text("正在处理")
    site.settle()
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_have_text("已撤回")


def test_the_same_walk_without_javascript(visitor, site, photo):
    page = visitor("phone", javascript=False)
    page.goto("/cases/new")
    assert overflow(page) == 0
    page.get_by_label("诉求标题").fill(SUBJECT)
    page.get_by_label("诉求内容").fill(BODY)
    page.get_by_label("现场照片").set_input_files(photo)
    page.get_by_role("button", name="提交诉求").click()
    number, code = receipt(page)
    page.context.clear_cookies()
    page.goto("/tracking")
    page.get_by_label("诉求编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text(number)).to_be_visible()
    withdraw(page)
    site.settle()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("已撤回")


def test_a_mistake_is_told_in_its_step_and_nothing_typed_is_lost(phone, photo):
    phone.goto("/cases/new")
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_text("请填写诉求标题")).to_be_visible()
    fill_in_steps(phone, photo)
    phone.get_by_label("联系电话").fill("12")
    phone.get_by_role("button", name="提交诉求").click()
    expect(phone.get_by_text("固定电话要带区号")).to_be_visible()
    phone.get_by_label("联系电话").fill("23800001207")  # what only the server knows
    phone.get_by_role("button", name="提交诉求").click()
    summary = phone.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("请检查电话号码")
    expect(summary).to_contain_text("照片要重新选一次")
    summary.get_by_role("link", name=re.compile("请检查电话号码")).click()
    expect(phone.get_by_label("联系电话")).to_be_focused()
    expect(phone.get_by_label("联系电话")).to_have_value("23800001207")
    expect(phone.get_by_label("诉求内容")).to_have_value(BODY)


def test_a_phone_number_in_the_text_brings_a_hint(phone):
    phone.goto("/cases/new")
    phone.get_by_label("诉求内容").fill("请打13800001207找我")
    expect(phone.get_by_text("正文里好像有手机号")).to_be_visible()
    phone.get_by_label("诉求内容").fill("请打电话找我")
    expect(phone.get_by_text("正文里好像有手机号")).to_have_count(0)


def test_the_large_type_comes_on_the_spot_and_stays(phone):
    phone.goto("/cases/new")
    phone.get_by_label("诉求标题").fill(SUBJECT)
    phone.get_by_role("link", name="大字版").click()
    expect(phone.locator("html")).to_have_class(re.compile("large-type"))
    expect(phone.get_by_label("诉求标题")).to_have_value(SUBJECT)
    phone.goto("/")
    expect(phone.locator("html")).to_have_class(re.compile("large-type"))
    assert overflow(phone) == 0
    phone.get_by_role("link", name="标准字").click()
    phone.reload()
    expect(phone.locator("html")).not_to_have_class(re.compile("large-type"))


def test_the_large_type_works_without_javascript(visitor):
    page = visitor("phone", javascript=False)
    page.goto("/tracking")
    page.get_by_role("link", name="大字版").click()
    expect(page).to_have_url(re.compile("/tracking$"))
    expect(page.locator("html")).to_have_class(re.compile("large-type"))


def test_the_receipt_prints_number_and_code_and_no_buttons(desktop, photo):
    desktop.goto("/cases/new")
    fill_in_steps(desktop, photo)
    desktop.get_by_role("button", name="提交诉求").click()
    expect(desktop.locator("#code")).to_be_visible()
    desktop.emulate_media(media="print")
    expect(desktop.locator("#number")).to_be_visible()
    expect(desktop.locator("#code")).to_be_visible()
    for button in desktop.locator("button, .btn").all():
        expect(button).not_to_be_visible()


def test_going_back_brings_the_typed_text_back(desktop):
    """As after an upload that was too large, whose answer is a page of its own."""
    desktop.goto("/cases/new")
    desktop.get_by_label("诉求标题").fill(SUBJECT)
    desktop.get_by_label("诉求内容").fill(BODY)
    desktop.goto("/tracking")
    desktop.go_back()
    expect(desktop.get_by_label("诉求内容")).to_have_value(BODY)


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_every_page_is_open_to_everybody_and_fits(visitor, site, photo, device):
    page = visitor(device)
    found = {}

    def look(name: str) -> None:
        found[name] = barriers(page) + [f"{overflow(page)} px too wide"] * (overflow(page) > 0)

    for path in ("/", "/desks", "/tracking", "/cases/submitted", "/cases/nowhere", "/cases/new"):
        page.goto(path)
        look(path)
    page.get_by_role("button", name="下一步").click()
    look("new-mistake")
    page.get_by_label("诉求标题").fill(SUBJECT)
    page.get_by_label("诉求内容").fill(BODY + "电话13800001207")
    look("new-hint")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("现场照片").set_input_files(photo)
    expect(page.locator(".preview canvas")).to_be_visible()
    look("new-place")
    page.get_by_role("button", name="下一步").click()
    look("new-contact")
    page.get_by_label("联系电话").fill("23800001207")
    page.get_by_role("button", name="提交诉求").click()
    expect(page.get_by_role("alert")).to_be_focused()
    look("new-refused")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("联系电话").fill("13800001207")
    page.get_by_role("button", name="提交诉求").click()
    expect(page.locator("#code")).to_be_visible()
    look("submitted")
    site.settle()
    page.get_by_role("link", name="查看进度").click()
    expect(page.get_by_role("heading", name="办理过程")).to_be_visible()
    look("progress")
    page.locator("summary", has_text="我要撤回").click()
    look("progress-withdrawal")
    page.get_by_label("撤回原因").fill("灯已经修好了")
    page.get_by_role("button", name="撤回，不再办理").click()
    expect(page.locator("#messages")).to_contain_text("正在处理")
    look("progress-asked")
    site.settle()
    page.reload()
    look("progress-withdrawn")
    page.goto("/tracking?number=20260101-00001")
    page.get_by_label("查询码").fill("22222222")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("alert")).to_be_focused()
    look("tracking-wrong")
    assert not {name: wrong for name, wrong in found.items() if wrong}
