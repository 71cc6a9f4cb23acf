"""The main line through the pages: a citizen, a clerk, a station, a unit and its leader, each in
a session of their own, from the phone form to 结案; with script and without."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from minxin.demonstration import people
from tests.browser.conftest import Visitor
from tests.browser.serving import Site

pytestmark = pytest.mark.browser

SUBJECT = "兴盛花园北门路灯不亮"
BODY = "北门外三盏路灯上周起不亮，晚上出门看不清路，请尽快修好。"
RESULT = "已更换灯具三盏，夜间照明恢复。"
PHONE = "13800001207"


@dataclass
class Walk:
    """One case on its way, and the people who meet it."""

    visitor: Visitor
    site: Site
    javascript: bool
    number: str = ""
    code: str = ""
    citizen: Page | None = None
    sessions: dict[str, Page] = field(default_factory=dict)

    def desk(self, username: str) -> str:
        return next(a.desk for a in people.ACCOUNTS if a.username == username)

    def person(self, username: str) -> Page:
        """This person's own browser, signed in by the form."""
        if username not in self.sessions:
            page = self.visitor("desktop", javascript=self.javascript)
            page.goto(f"/{self.desk(username)}/sign-in")
            page.get_by_label("用户名").fill(username)
            page.get_by_label("密码").fill(people.PASSWORD)
            page.get_by_role("button", name="登录").click()
            expect(page.get_by_role("banner")).to_contain_text(self.name(username))
            self.sessions[username] = page
        return self.sessions[username]

    def name(self, username: str) -> str:
        return next(a.name for a in people.ACCOUNTS if a.username == username)

    def open(self, username: str, act: str = "") -> Page:
        """The case (or one act on it) as this person sees it."""
        page = self.person(username)
        page.goto(f"/{self.desk(username)}/cases/{self.number}{act}")
        return page

    def state(self, page: Page, words: str) -> None:
        expect(page.locator(".case-line")).to_contain_text(words)


def submit(walk: Walk) -> None:
    page = walk.visitor("phone", javascript=walk.javascript)
    page.goto("/cases/new")
    page.get_by_label("诉求标题").fill(SUBJECT)
    page.get_by_label("诉求内容").fill(BODY)
    if walk.javascript:
        page.get_by_role("button", name="下一步").click()
    page.get_by_label("所在区县").select_option(label="大洼区")
    if walk.javascript:
        page.get_by_role("button", name="下一步").click()
    page.get_by_label("联系电话").fill(PHONE)
    page.get_by_label("姓名").fill("王小明")
    page.get_by_role("button", name="提交诉求").click()
    walk.number = page.locator("#number").inner_text()
    walk.code = page.locator("#code").inner_text()
    walk.citizen = page
    walk.site.settle()


def screen_and_dispatch(walk: Walk) -> None:
    clerk = walk.open("linjing")
    walk.state(clerk, "待认领")
    assert PHONE not in clerk.content()
    clerk = walk.open("linjing", "/claim")
    clerk.get_by_role("button", name="认领并开始规范").click()
    expect(clerk).to_have_url(re.compile("/screening$"))
    clerk.get_by_label("求助").check()
    clerk.locator("#category_id").select_option(label="路灯")
    clerk.get_by_label("问题摘要").fill("兴盛花园北门外路灯损坏")
    clerk.get_by_role("button", name="保存并转办").click()
    expect(clerk).to_have_url(re.compile("/dispatch$"))
    clerk.locator("#unit_id").select_option(label="大洼区民心网工作站")
    clerk.locator("#opinion").fill("请核实办理。")
    clerk.get_by_role("button", name="转办", exact=True).click()
    walk.state(clerk, "待签收")


def assign(walk: Walk) -> None:
    station = walk.open("mengyan", "/assignment")
    station.locator("#unit_id").select_option(label="大洼区住建局")
    station.locator("#opinion").fill("请现场核实。")
    station.get_by_role("button", name="分派", exact=True).click()
    walk.state(station, "待签收")


def handle_and_report(walk: Walk) -> None:
    unit = walk.open("zhaoyang", "/acceptance")
    unit.get_by_role("button", name="签收", exact=True).click()
    walk.state(unit, "已签收")
    unit = walk.open("zhaoyang", "/log")
    unit.locator("#text").fill("已到现场查看，更换灯具。")
    unit.get_by_role("button", name="保存记录").click()
    walk.state(unit, "办理中")
    unit = walk.open("zhaoyang", "/report")
    unit.get_by_label("诉求内容").fill("反映路灯不亮")
    unit.get_by_label("调查情况").fill("现场核实属实")
    unit.get_by_label("处理结果").fill(RESULT)
    unit.get_by_label("与诉求人沟通情况").fill("已电话告知")
    unit.get_by_label("已解决").check()
    unit.locator("#signer").select_option(label="孙立")
    unit.get_by_role("button", name="提交审签").click()
    walk.state(unit, "待审签")


def sign(walk: Walk) -> None:
    leader = walk.open("sunli", "/signature")
    leader.get_by_role("button", name="同意，审签并报结").click()
    walk.state(leader, "待审核")


def review(walk: Walk) -> None:
    station = walk.open("mengyan", "/review")
    station.get_by_role("button", name="审核通过").click()
    walk.state(station, "待回访")


def follow_up_rate_and_close(walk: Walk) -> None:
    clerk = walk.open("linjing", "/follow-up")
    clerk.get_by_label("已接通").check()
    for name in ("contacted", "solved"):
        clerk.locator(f"#{name} input").first.check()
    clerk.locator("#satisfaction").get_by_label("满意", exact=True).check()
    clerk.get_by_label("回访情况").fill("灯亮了，表示满意。")
    clerk.get_by_role("button", name="保存回访").click()
    walk.state(clerk, "待评星")
    clerk = walk.open("linjing", "/rating")
    clerk.locator('input[name="stars"][value="6"]').check()
    clerk.locator("#opinion").fill("办理及时，群众满意。")
    clerk.get_by_role("button", name="保存评星").click()
    walk.state(clerk, "待结案")
    clerk = walk.open("linjing", "/closing")
    clerk.get_by_role("button", name="结案", exact=True).click()
    walk.state(clerk, "已结案")


def read_the_answer(walk: Walk) -> None:
    walk.site.settle()
    page = walk.visitor("phone", javascript=walk.javascript)
    page.goto("/tracking")
    page.get_by_label("编号").fill(walk.number)
    page.get_by_label("查询码").fill(walk.code)
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("main")).to_contain_text("已结案")
    expect(page.get_by_role("main")).to_contain_text(RESULT)
    expect(page.get_by_role("main")).to_contain_text("大洼区住建局")


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_case_walks_from_the_phone_form_to_closing(visitor, site, javascript):
    walk = Walk(visitor, site, javascript)
    submit(walk)
    screen_and_dispatch(walk)
    assign(walk)
    handle_and_report(walk)
    sign(walk)
    review(walk)
    follow_up_rate_and_close(walk)
    read_the_answer(walk)
    for username in ("zhaoyang", "sunli"):
        assert PHONE not in walk.open(username).content()
