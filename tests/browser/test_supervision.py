"""督办 and its papers in Chromium: from proposal to accepted answer, and on a leader's phone."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import update

from minxin import clock
from minxin.background import Outbox
from minxin.extensions import db
from minxin.people import posts
from minxin.people.models import Unit, User
from minxin.people.posts import Holder, PostKind
from minxin.supervision import proposing
from minxin.supervision.answering import Verdict
from minxin.supervision.ladder import Ground, Rung
from tests.browser.looking import barriers, overflow
from tests.browser.test_lists import sign_in
from tests.supervision.supervised import SINCE, Watched, lead

pytestmark = pytest.mark.browser

UNIT = "大洼区住建局"


def quiet(cast) -> None:
    """What was promised by what a test set up is let go."""
    with cast.standing():
        db.session.execute(update(Outbox).values(done_at=clock.now()))
        db.session.commit()


@pytest.fixture
def item(panjin, site) -> Watched:
    """A case that has been overdue for weeks."""
    start = clock.now() - timedelta(days=40)
    walk = Watched(panjin, start).dispatched("大洼区民心网工作站", at=start)
    walk.assigned(UNIT, at=start)
    quiet(panjin)
    return walk


def looked(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    assert barriers(page) == [], page.url
    assert overflow(page) <= 0, page.url


def test_from_a_proposal_to_the_accepted_answer(panjin, site, visitor, item, tmp_path):
    with panjin.standing():
        proposing.sweep(clock.now())
        db.session.commit()
    clerk = visitor()
    sign_in(clerk, "city", "linjing")
    clerk.goto("/city/supervision")
    looked(clerk)
    clerk.get_by_role("link", name="拟办……").click()
    expect(clerk.get_by_role("heading", name="拟办督办")).to_be_visible()
    looked(clerk)
    clerk.get_by_role("button", name="保存并起草文书").click()
    # the worker gathers; the page shows the draft by itself
    expect(clerk.get_by_label("标题")).to_have_value(re.compile("督办"), timeout=40_000)
    expect(clerk.get_by_text("正在检查个人信息").first).to_be_hidden(timeout=40_000)
    looked(clerk)
    clerk.get_by_label("督办要求").fill("请在三日内修复路灯，并告知诉求人。")
    expect(clerk.locator("#paper-preview")).to_contain_text("请在三日内修复路灯")
    clerk.get_by_role("button", name="保存并送审").click()
    expect(clerk.get_by_text("已送审，请等待他人审核。")).to_be_visible()
    address = clerk.url
    site.settle()

    reader = visitor()
    sign_in(reader, "city", "hejun")
    reader.goto("/city/notices")
    reader.get_by_role("link", name="林静起草的督办通知单送审，请审核").click()
    reader.get_by_role("button", name="审核通过").click()
    expect(reader.get_by_text("审核通过，等待签发。")).to_be_visible()

    head = visitor("phone")
    sign_in(head, "city", "gaoyuan")
    head.goto(address)
    looked(head)
    head.get_by_role("link", name="签发……").click()
    expect(head.get_by_text("签发后内容不能再改。")).to_be_visible()
    looked(head)
    head.get_by_role("button", name="签发", exact=True).click()
    expect(head.get_by_role("link", name=re.compile("打开PDF"))).to_be_visible(timeout=40_000)
    looked(head)
    code = head.locator(".paper-facts dd.keep-number").first.inner_text()

    unit = visitor("phone")
    sign_in(unit, "dawa", "zhaoyang")
    unit.goto("/dawa/received-papers")
    looked(unit)
    unit.locator(".received-title a").first.click()
    unit.get_by_role("button", name="签收").click()
    expect(unit.get_by_text("已签收，发文单位会看到签收人和时间。")).to_be_visible()
    looked(unit)
    unit.goto(f"/dawa/cases/{item.number}/supervision-answer")
    unit.get_by_label("回复内容").fill("已更换灯具并回访诉求人。")
    unit.get_by_label("责任人").fill("赵阳")
    unit.locator("#files").set_input_files(photo(tmp_path))
    looked(unit)
    unit.get_by_role("button", name="提交督办回复").click()
    expect(unit.get_by_text("督办回复已提交，等待审核。")).to_be_visible()

    clerk.goto("/city/supervision")
    clerk.get_by_role("link", name="审核", exact=True).click()
    reply = clerk.get_by_role("region", name="督办回复")
    expect(reply.get_by_role("link", name="路灯.jpg")).to_be_visible()
    looked(clerk)
    clerk.get_by_label("办结", exact=False).first.check()
    clerk.get_by_label("核查方式和情况").fill("电话回访诉求人，已修复。")
    clerk.get_by_role("button", name="登记审核结论").click()
    expect(clerk.get_by_text("审核结论已登记")).to_be_visible()
    expect(clerk.locator("#supervisions")).to_contain_text("已办结")

    anybody = visitor("phone", javascript=False)
    anybody.goto("/verify")
    anybody.get_by_label("验证码").fill(code.lower())
    anybody.get_by_role("button", name="核验", exact=True).click()
    expect(anybody.get_by_role("heading", name="有这份文书")).to_be_visible()
    expect(anybody.get_by_text(re.compile("督办通知单"))).to_be_visible()
    assert overflow(anybody) <= 0


def photo(folder: Path) -> Path:
    path = folder / "路灯.jpg"
    Image.new("RGB", (80, 60), "white").save(path, "JPEG")
    return path


def test_a_leader_reads_a_report_writes_on_it_and_reads_what_came_of_it(
    panjin, site, visitor, item
):
    at = clock.now() - timedelta(days=20)
    item.supervised(at=at).answered(at=at).reviewed(Verdict.FALSE, "回访", "没有修", at=at)
    item.supervised(Rung.SECOND, Ground.FALSE, at=at).answered(at=at)
    item.reviewed(Verdict.NOT_DONE, "现场查看", "灯仍不亮", at=at)
    lead(panjin, UNIT, PostKind.CHIEF, "周正", "局长", at=at)
    superior(panjin)
    quiet(panjin)
    item.supervised(Rung.BULLETIN, Ground.NOT_DONE, at=at)
    site.settle()
    boss = visitor("phone")
    sign_in(boss, "city", "qinchuan")
    boss.goto("/city/received-papers")
    looked(boss)
    boss.locator(".received-title a").first.click()
    looked(boss)
    boss.get_by_role("button", name="下达批示").click()
    expect(boss.get_by_text("请填写批示").first).to_be_visible()
    boss.locator("#text").fill("请住建局主要负责同志到现场，3日内办结。")
    boss.get_by_role("button", name="下达批示").click()
    expect(boss.get_by_text("批示已下达")).to_be_visible()
    looked(boss)

    clerk = visitor()
    sign_in(clerk, "city", "linjing")
    clerk.goto("/city/instructions")
    expect(clerk.get_by_text(re.compile("批示于督办专报〔"))).to_be_visible()
    looked(clerk)
    clerk.get_by_role("link", name="反馈", exact=True).click()
    clerk.locator("#text").fill("已办结，诉求人满意。")
    looked(clerk)
    clerk.get_by_role("button", name="反馈").click()
    expect(clerk.get_by_text("已反馈，等待领导阅示。")).to_be_visible()

    boss.goto("/city/instructions")
    expect(boss.get_by_text("已办结，诉求人满意。")).to_be_visible()
    looked(boss)
    boss.get_by_role("button", name="已阅").click()
    expect(boss.get_by_text("已阅，该批示办结。")).to_be_visible()


def superior(cast) -> None:
    """秦川, who has an account, is the 上级主要领导 of the district."""
    with cast.standing():
        place = db.session.get_one(Unit, cast.unit("大洼区民心网工作站"))
        place.valid_from = min(place.valid_from, SINCE)
        holder = Holder(user=db.session.get_one(User, cast.actor("qinchuan").user_id))
        by = cast.actor("gaoyuan")
        posts.hold(place, PostKind.SUPERIOR, holder, since=SINCE, by=by, at=clock.now())
        db.session.commit()
