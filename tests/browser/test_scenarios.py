"""Scenarios 1 to 3 through the pages, each step on its own day of the running city."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from minxin.cases import overdue
from minxin.clock import SHANGHAI
from minxin.demonstration import people
from minxin.extensions import db
from tests.browser.serving import Site
from tests.cases.asking import ANSWER, STREET, Question, staff, staff_the_street

pytestmark = pytest.mark.browser

STATION, UNIT, RESPONDER = "大洼区民心网工作站", "大洼区住建局", "市住建局"
FIRST, SECOND = "市城管局", "兴隆台区住建局"
DESKS = {account.username: account.desk for account in people.ACCOUNTS}


def at(month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=SHANGHAI)


class Days:
    """One case through the pages: `on(instant, who, noun)` opens it as this person on that day."""

    def __init__(self, cast, site: Site, visitor, number: str = "") -> None:
        self.cast, self.site, self.visitor, self.number = cast, site, visitor, number
        self.pages: dict[str, Page] = {}

    def travel(self, instant: datetime) -> None:
        self.site.travel(instant)
        self.pages.clear()

    def person(self, who: str, desk: str = "") -> Page:
        """This person, signed in by the form since the last journey."""
        if who not in self.pages:
            page = self.visitor("desktop")
            page.goto(f"/{desk or DESKS[who]}/sign-in")
            page.get_by_label("用户名").fill(who)
            page.get_by_label("密码").fill(people.PASSWORD)
            page.get_by_role("button", name="登录").click()
            expect(page.get_by_role("banner")).to_be_visible()
            page.wait_for_load_state()
            self.pages[who] = page
        return self.pages[who]

    def open(self, who: str, noun: str = "", desk: str = "") -> Page:
        page = self.person(who, desk)
        page.goto(f"/{desk or DESKS[who]}/cases/{self.number}{noun and '/' + noun}")
        return page

    def sweep(self, instant: datetime) -> None:
        """What the scheduler does when an instant comes."""
        with self.cast.standing():
            while overdue.sweep(instant):
                db.session.commit()
            overdue.count(instant)
            db.session.commit()


def state(page: Page, words: str) -> None:
    expect(page.locator(".case-line")).to_contain_text(words)


def ask(days: Days, unit: str) -> None:
    """The clerk hands the question to a 网络回应人."""
    page = days.open("linjing", "question")
    page.locator("#unit_id").select_option(label=unit)
    page.locator("#opinion").fill("请在4日内答复。")
    page.get_by_role("button", name="转网络回应人", exact=True).click()
    state(page, "待答复")


def answer(days: Days, who: str, desk: str) -> Page:
    page = days.open(who, "answer", desk)
    page.locator("#text").fill(ANSWER)
    page.get_by_role("button", name="提交答复").click()
    state(page, "已答复")
    return page


def forward(days: Days, who: str, unit: str) -> None:
    page = days.open(who, "forward")
    page.locator("#unit_id").select_option(label=unit)
    page.locator("#reason").fill("不属本单位职责")
    page.get_by_role("button", name="分转，由该单位答复").click()
    expect(page.get_by_text(f"{days.number} 已分转")).to_be_visible()


def screened(cast, when: datetime) -> Question:
    """A question as the clerk holds it, claimed and screened."""
    return Question(cast, when).screened(at=when)


@pytest.mark.parametrize(
    ("instant", "said"),
    [(at(10, 4, 23, 59), "按时"), (at(10, 5), "超期")],
    ids=["in the last minute", "at midnight"],
)
def test_scenario_1_the_second_post_answers_on_the_fourth_day_of_the_holiday(
    panjin, site, visitor, instant, said
):
    staff(panjin, RESPONDER, "qianjn", "钱锦", post="B")
    site.travel(at(9, 30, 16, 40))
    item = screened(panjin, at(9, 30, 16, 30))
    days = Days(panjin, site, visitor, item.number)
    ask(days, RESPONDER)
    page = days.open("songjie")
    expect(page.get_by_role("main")).to_contain_text("10月4日 24:00")
    days.travel(at(10, 4, 23, 58, 30) if instant < at(10, 5) else instant)
    page = answer(days, "qianjn", "shizhi")
    expect(page.locator(".hops")).to_contain_text(f"答复，{said}")
    site.settle()
    citizen = visitor("phone")
    citizen.goto("/tracking")
    citizen.fill("#number", item.number)
    citizen.fill("#code", item.code)
    citizen.get_by_role("button", name="查询").click()
    expect(citizen.get_by_text(ANSWER)).to_be_visible()


def test_scenario_2_passed_on_twice_over_the_spring_festival(panjin, site, visitor):
    staff_the_street(panjin)
    site.travel(at(2, 12, 9))
    item = screened(panjin, at(2, 12, 9))
    days = Days(panjin, site, visitor, item.number)
    ask(days, FIRST)
    expect(days.open("fengxue").get_by_role("main")).to_contain_text("2月16日 24:00")
    days.travel(at(2, 16, 20))
    forward(days, "fengxue", SECOND)
    expect(days.open("zhengtao").get_by_role("main")).to_contain_text("2月20日 24:00")
    expect(days.open("linjing").locator(".hops")).to_contain_text("分转，按时")
    days.travel(at(2, 21, 8))
    days.sweep(at(2, 21))
    forward(days, "zhengtao", STREET)
    office = days.open("linjing")
    expect(office.locator(".case-line")).to_contain_text("爱心件")
    expect(office.locator(".hops")).to_contain_text("分转，超期")
    expect(office.locator(".hops")).to_contain_text("2月25日 24:00")
    days.travel(at(2, 24, 10))
    answer(days, "xulan", "xinglongtai")
    site.settle()
    days.travel(at(2, 26, 11))
    citizen = visitor("phone")
    citizen.goto("/tracking")
    citizen.fill("#number", item.number)
    citizen.fill("#code", item.code)
    citizen.get_by_role("button", name="查询").click()
    expect(citizen.get_by_role("main")).to_contain_text("共等待 12 天 1 小时")
    rating = citizen.locator("form").filter(has_text="提交评价")
    rating.get_by_label("满意", exact=True).check()
    rating.get_by_role("button", name="提交评价").click()
    site.settle()
    office = days.open("linjing")
    state(office, "已评价")
    expect(office.get_by_role("main")).to_contain_text("五星记分5星")


def provincial(days: Days) -> None:
    """The 省转件 comes in, is passed on, and lies with the unit."""
    days.site.travel(at(9, 28, 15))
    clerk = days.person("linjing")
    clerk.goto("/city/entry")
    clerk.get_by_label("省转").check()
    clerk.locator("#provincial_no").fill("LN20260928001")
    clerk.locator("#subject").fill("小区门口路灯不亮")
    clerk.locator("#body").fill("小区门口三盏路灯不亮，请修。")
    clerk.get_by_role("button", name="登记", exact=True).click()
    days.number = re.search(r"20260928-\d{5}", clerk.get_by_role("main").inner_text())[0]
    days.site.settle()
    clerk = days.open("linjing", "claim")
    clerk.get_by_role("button", name="认领并开始规范").click()
    clerk.locator("input[name='kind'][value='complaint']").check()
    clerk.locator("#category_id").select_option(label="路灯")
    clerk.get_by_label("问题摘要").fill("小区门口路灯损坏")
    clerk.get_by_role("button", name="保存并转办").click()
    expect(clerk).to_have_url(re.compile("/dispatch$"))
    days.travel(at(9, 29, 10))
    clerk = days.open("linjing", "dispatch")
    expect(clerk.get_by_role("main")).to_contain_text("办理时限至 10月19日 24:00")
    clerk.locator("#unit_id").select_option(label=STATION)
    clerk.locator("#opinion").fill("请核实办理。")
    clerk.get_by_role("button", name="转办", exact=True).click()
    state(clerk, "待签收")
    expect(clerk.get_by_role("main")).to_contain_text("转办时限按时停止")
    station = days.open("mengyan", "assignment")
    station.locator("#unit_id").select_option(label=UNIT)
    station.locator("#opinion").fill("请现场核实。")
    station.get_by_role("button", name="分派", exact=True).click()
    state(station, "待签收")
    unit = days.open("zhaoyang", "acceptance")
    unit.get_by_role("button", name="签收", exact=True).click()
    state(unit, "已签收")


def ask_for_time(days: Days) -> Page:
    unit = days.open("zhaoyang", "extension")
    unit.locator("#workdays input[value='5']").check()
    unit.locator("#reason").fill("需开挖路面，雨天无法施工")
    unit.get_by_role("button", name="提交延期申请").click()
    return unit


def grant_time(days: Days) -> None:
    head = days.open("gaoyuan", "extension-decision")
    head.locator("#opinion").fill("同意")
    head.locator("#citizen_reason").fill("因连续降雨，施工顺延")
    head.get_by_role("button", name="批准延期").click()
    expect(head.get_by_role("main")).to_contain_text("10月26日 24:00")


def test_scenario_3_extended_over_a_made_up_saturday_and_reported_in_time(panjin, site, visitor):
    days = Days(panjin, site, visitor)
    provincial(days)
    days.travel(at(10, 16, 9))
    expect(days.open("zhaoyang").locator(".rail")).to_contain_text("黄牌")
    ask_for_time(days)
    expect(days.open("zhaoyang").get_by_role("main")).to_contain_text("10月19日 24:00")
    grant_time(days)
    expect(days.open("zhaoyang").locator(".rail")).not_to_contain_text("黄牌")
    days.travel(at(10, 23, 17))
    expect(days.open("zhaoyang").locator(".rail")).to_contain_text("黄牌")
    unit = days.open("zhaoyang", "report")
    unit.get_by_label("诉求内容").fill("反映路灯不亮")
    unit.get_by_label("调查情况").fill("现场核实属实")
    unit.get_by_label("处理结果").fill("已更换灯具三盏")
    unit.get_by_label("与诉求人沟通情况").fill("已告知")
    unit.get_by_label("已解决").check()
    unit.locator("#signer").select_option(label="孙立")
    unit.get_by_role("button", name="提交审签").click()
    state(unit, "待审签")
    leader = days.open("sunli", "signature")
    leader.get_by_role("button", name="同意，审签并报结").click()
    state(leader, "待审核")
    expect(leader.get_by_role("main")).to_contain_text("办理时限按时停止")


def test_scenario_3_asked_when_it_is_late_it_is_refused(panjin, site, visitor):
    days = Days(panjin, site, visitor)
    provincial(days)
    days.travel(at(10, 20, 9))
    days.sweep(at(10, 20))
    page = days.open("zhaoyang")
    expect(page.locator(".rail")).to_contain_text("红牌")
    page = days.open("zhaoyang", "extension")
    expect(page.get_by_role("main")).to_contain_text("已超时限")


def test_scenario_3_pending_when_due_it_shows_late_until_it_is_granted(panjin, site, visitor):
    days = Days(panjin, site, visitor)
    provincial(days)
    days.travel(at(10, 19, 16))
    ask_for_time(days)
    days.travel(at(10, 20, 9))
    days.sweep(at(10, 20))
    expect(days.open("zhaoyang").locator(".rail")).to_contain_text("红牌")
    grant_time(days)
    expect(days.open("zhaoyang").locator(".rail")).not_to_contain_text("红牌")


def test_scenario_3_given_back_twice_by_the_same_unit(panjin, site, visitor):
    days = Days(panjin, site, visitor)
    provincial(days)
    days.travel(at(10, 8, 10))
    give_back(days)
    days.travel(at(10, 9, 10))
    agree_and_assign(days)
    days.travel(at(10, 12, 10))
    page = days.open("zhaoyang", "return")
    expect(page.get_by_role("main")).to_contain_text("本单位已对该件退件 1 次")
    give_back(days)
    station = days.open("mengyan", "return-decision")
    expect(station.get_by_role("main")).to_contain_text("第2次退件")
    expect(days.open("linjing").get_by_role("main")).to_contain_text("10月19日 24:00")


def give_back(days: Days) -> None:
    unit = days.open("zhaoyang", "return")
    unit.locator("#ground input").first.check()
    unit.locator("#basis").fill("区住建局三定规定第四条")
    unit.locator("#reason").fill("路灯由城管部门负责")
    unit.get_by_role("button", name="申请退件").click()
    state(unit, "退件待审")


def agree_and_assign(days: Days) -> None:
    station = days.open("mengyan", "return-decision")
    station.locator("#opinion").fill("同意")
    station.get_by_role("button", name="同意退件").click()
    station = days.open("mengyan", "assignment")
    station.locator("#unit_id").select_option(label=UNIT)
    station.locator("#opinion").fill("经核仍由住建局办理。")
    station.get_by_role("button", name="分派", exact=True).click()
    state(station, "待签收")
