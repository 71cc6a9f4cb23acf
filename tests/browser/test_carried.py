"""A form that outlives its session, in a real browser: signed in again, the text is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from minxin import clock
from minxin.background import Outbox
from minxin.demonstration import people
from minxin.extensions import db, valkey
from tests.web.workbench import stages

pytestmark = pytest.mark.browser

TEXT = "我写的办理情况：已到现场核实，\n更换灯具三盏。"
LOOKS = os.environ.get("MINXIN_LOOKS")
"""A folder: what the pages look like is kept there, to be looked at."""


@pytest.fixture
def number(panjin) -> str:
    """A case that 赵阳 has accepted; what its moves promised is nobody's to keep here."""
    made = stages.at_stage(panjin, "accepted")
    with panjin.standing():
        db.session.execute(update(Outbox).values(done_at=clock.now()))
        db.session.commit()
    return made


def look(page, name: str) -> None:
    if LOOKS:
        page.screenshot(path=str(Path(LOOKS) / f"{name}.png"), full_page=True)


def sign_in(page, username: str) -> None:
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(people.PASSWORD)
    page.get_by_role("button", name="登录").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_after_signing_in_again_the_text_is_in_its_form(
    panjin, number, visitor, site, javascript, device
):
    page = visitor(device, javascript=javascript)
    page.goto("/dawa/sign-in")
    sign_in(page, "zhaoyang")
    page.goto(f"/dawa/cases/{number}/log")
    page.get_by_label("办理情况").fill(TEXT)
    valkey.raw.delete(*valkey.raw.keys("session:*"))
    page.get_by_role("button", name="保存记录").click()

    expect(page.get_by_text("登录已失效")).to_be_visible()
    expect(page.get_by_text("更换灯具")).to_have_count(0)
    look(page, f"door-{device}-{javascript}")
    sign_in(page, "zhaoyang")

    expect(page.get_by_label("办理情况")).to_have_value(TEXT)
    expect(page.get_by_text("请核对后再提交一次")).to_be_visible()
    look(page, f"back-{device}-{javascript}")
    page.get_by_role("button", name="保存记录").click()
    expect(page.get_by_text("办理情况已记录")).to_be_visible()
    assert stages.state_of(panjin, number) == "handling"


def test_somebody_else_at_the_same_computer_finds_nothing(number, visitor):
    page = visitor("desktop", javascript=False)
    page.goto("/dawa/sign-in")
    sign_in(page, "zhaoyang")
    page.goto(f"/dawa/cases/{number}/log")
    page.get_by_label("办理情况").fill(TEXT)
    valkey.raw.delete(*valkey.raw.keys("session:*"))
    page.get_by_role("button", name="保存记录").click()
    sign_in(page, "qianjin")
    expect(page.get_by_text("更换灯具")).to_have_count(0)
    page.goto(f"/dawa/cases/{number}/log")
    expect(page.get_by_label("办理情况")).to_have_value("")
