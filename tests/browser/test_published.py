"""公开审核 and the public pages in Chromium: decided side by side, then read by anybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from minxin import clock
from minxin.cases import publications
from minxin.extensions import db
from tests.browser.looking import barriers, overflow
from tests.browser.test_lists import sign_in
from tests.cases.walking import Walk

pytestmark = pytest.mark.browser

BODY = (
    "我叫王小明，住兴隆台区某某小区3栋2单元501，电话13812345678，车牌辽LD12345，楼下烧烤店油烟扰民"
)
SHOWN = (
    "我叫王某某，住兴隆台区某某小区*栋*单元***，电话138****5678，车牌辽L******，楼下烧烤店油烟扰民"
)


def put(cast) -> str:
    """A dispatched case whose public text holds four things that are nobody's business."""
    walk = Walk(cast, clock.now(), subject="烧烤店扰民").dispatched("大洼区住建局", at=clock.now())
    with cast.standing():
        case = walk.case()
        case.summary, case.public_text = "烧烤店油烟扰民", BODY
        publications.scan(case, at=clock.now())
        db.session.commit()
    return walk.number


def published(page: Page, number: str) -> None:
    page.goto(f"/city/cases/{number}/publication")
    expect(page.get_by_text("还有 4 处没有确认")).to_be_visible()
    page.get_by_role("button", name="公开", exact=True).click()
    expect(page.get_by_text("还有4处个人信息没有确认遮盖或保留").first).to_be_visible()
    for choice in page.get_by_label("遮盖", exact=True).all():
        choice.check()
    page.get_by_role("button", name="公开", exact=True).click()
    expect(page.get_by_text("已公开，群众可在")).to_be_visible()


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_what_was_reviewed_is_read_without_script_and_without_barrier(panjin, visitor, device):
    number = put(panjin)
    head = visitor(device)
    sign_in(head, "city", "gaoyuan")
    head.goto(f"/city/cases/{number}/publication")
    assert overflow(head) == 0
    assert barriers(head) == []
    published(head, number)
    reader = visitor(device, javascript=False)
    reader.goto("/published")
    reader.get_by_label("查找").fill("烧烤")
    reader.get_by_role("button", name="查找").click()
    reader.get_by_role("link", name="烧烤店油烟扰民").click()
    expect(reader.get_by_text(SHOWN)).to_be_visible()
    seen = visitor(device)
    for address in ("/published", reader.url, "/results", "/notice", "/consultations"):
        seen.goto(address)
        assert overflow(seen) == 0, address
        assert barriers(seen) == [], address


def test_the_auditor_reads_who_published(panjin, visitor):
    number = put(panjin)
    head = visitor()
    sign_in(head, "city", "gaoyuan")
    published(head, number)
    auditor = visitor()
    sign_in(auditor, "shizhi", "weiming")
    auditor.goto("/console/audit")
    expect(auditor.get_by_role("heading", name="审计日志")).to_be_visible()
    assert overflow(auditor) == 0
    assert barriers(auditor) == []
