"""网络回应人 questions in Chromium: every page of them, on a desk and on a phone, and without
scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from minxin import clock
from minxin.background import Outbox
from minxin.extensions import db
from tests.browser.looking import barriers, overflow
from tests.browser.test_lists import sign_in
from tests.cases.asking import ANSWER, STREET, Question, staff_the_street
from tests.web.workbench import stages

pytestmark = pytest.mark.browser

FIRST, SECOND = "市城管局", "兴隆台区住建局"
PAGES = [
    ("screened", "city", "linjing", "/question"),
    ("asked", "shizhi", "fengxue", ""),
    ("asked", "shizhi", "fengxue", "/answer"),
    ("forwarded", "xinglongtai", "zhengtao", "/forward"),
    ("answered", "city", "linjing", "/judgement"),
    ("expired", "city", "linjing", "/archiving"),
    ("judged", "city", "linjing", ""),
    ("judged", "city", "linjing", "/print"),
]


def put(cast, stage: str) -> str:
    """A question at a stage. What it promised the workers was promised here: let it go."""
    long_ago = clock.now() - timedelta(days=20 if stage == "expired" else 2)
    item = Question(cast, long_ago)
    if stage == "screened":
        item.screened(at=long_ago)
    else:
        item.asked(FIRST, at=long_ago)
    if stage in ("forwarded", "judged"):
        staff_the_street(cast)
        item.forwarded("fengxue", SECOND, at=long_ago)
    if stage == "judged":
        item.forwarded("zhengtao", STREET, at=long_ago).answered("xulan", at=long_ago)
        item.judged(2, "没有说清材料", at=clock.now(), by="linjing")
    if stage in ("answered", "expired"):
        item.answered("fengxue", at=long_ago)
    with cast.standing():
        db.session.execute(update(Outbox).values(done_at=clock.now()))
        db.session.commit()
    return item.number


@pytest.mark.parametrize("device", ["desktop", "phone"])
@pytest.mark.parametrize(("stage", "desk", "who", "noun"), PAGES)
def test_every_page_can_be_used_by_everybody(panjin, visitor, device, stage, desk, who, noun):
    number = put(panjin, stage)
    page = visitor(device)
    sign_in(page, desk, who)
    page.goto(f"/{desk}/cases/{number}{noun}")
    page.wait_for_load_state("networkidle")
    assert barriers(page) == []
    assert overflow(page) <= 0


def test_the_citizen_judges_on_a_phone(panjin, site, phone: Page):
    at = clock.now()
    item = Question(panjin, at).asked(FIRST, at=at).answered("fengxue", at=at)
    with panjin.standing():
        item.tracked(at)
        db.session.execute(update(Outbox).values(done_at=at))
        db.session.commit()
    phone.goto("/tracking")
    phone.fill("#number", item.number)
    phone.fill("#code", item.code)
    phone.get_by_role("button", name="查询").click()
    expect(phone.get_by_text(ANSWER)).to_be_visible()
    assert barriers(phone) == []
    assert overflow(phone) <= 0
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.get_by_text("请选择满意程度").first).to_be_visible()
    phone.locator("form").filter(has_text="提交评价").get_by_label("不满意", exact=True).check()
    phone.get_by_role("button", name="提交评价").click()
    site.settle()
    phone.goto(f"/tracking/{item.number}")
    expect(phone.get_by_role("heading", name="已评价")).to_be_visible()
    assert stages.row_of(panjin, item.number).satisfaction == 2


def test_without_scripts_a_unit_passes_a_question_on_and_the_next_answers_it(panjin, visitor):
    number = put(panjin, "asked")
    first = visitor(javascript=False)
    sign_in(first, "shizhi", "fengxue")
    first.goto(f"/shizhi/cases/{number}/forward")
    first.select_option("#unit_id", label=SECOND)
    first.fill("#reason", "实行属地管理")
    first.get_by_role("button", name="分转，由该单位答复").click()
    expect(first.get_by_text(f"{number} 已分转")).to_be_visible()
    second = visitor("phone", javascript=False)
    sign_in(second, "xinglongtai", "zhengtao")
    second.goto(f"/xinglongtai/cases/{number}/answer")
    second.fill("#text", "请联系李某，电话13812345678")
    second.get_by_role("button", name="提交答复").click()
    expect(second.get_by_label("已核对，这些号码可以告知诉求人")).to_be_visible()
    expect(second.locator("#text")).to_have_value("请联系李某，电话13812345678")
    second.fill("#text", "您好，请到社区申请。")
    second.get_by_role("button", name="提交答复").click()
    expect(second.get_by_text("诉求人现在可以看到答复")).to_be_visible()
    assert stages.row_of(panjin, number).state == "answered"


def test_the_unit_is_found_by_typing_a_part_of_its_name(panjin, desktop: Page):
    number = put(panjin, "screened")
    sign_in(desktop, "city", "linjing")
    desktop.goto(f"/city/cases/{number}/question")
    expect(desktop.get_by_label("查找单位")).to_be_focused()
    desktop.keyboard.type("市城管")
    desktop.keyboard.press("Enter")
    expect(desktop.locator("#unit_id option:checked")).to_have_text(FIRST)
