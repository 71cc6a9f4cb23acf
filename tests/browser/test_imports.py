"""An import in Chromium: uploaded, mapped, watched until it is done; with script and without."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from minxin.demonstration import people
from tests.browser.looking import overflow
from tests.cases.test_importing import book, row

pytestmark = pytest.mark.browser


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "留言.xlsx"
    path.write_bytes(book(*(row(n) for n in range(40)), row(99, 留言时间="不记得")))
    return path


def sign_in(page) -> None:
    page.goto("/city/sign-in")
    page.get_by_label("用户名").fill("linjing")
    page.get_by_label("密码").fill(people.PASSWORD)
    page.get_by_role("button", name="登录").click()


def upload_and_begin(page, workbook: Path) -> None:
    page.goto("/city/imports")
    page.get_by_label("Excel 文件").set_input_files(workbook)
    page.get_by_role("button", name="上传并核对列").click()
    expect(page.get_by_label("主题")).to_have_value("3")
    page.get_by_role("button", name=re.compile("开始导入")).click()


def test_the_page_follows_the_import_by_itself(site, desktop, workbook):
    sign_in(desktop)
    upload_and_begin(desktop, workbook)
    expect(desktop.locator("#import .figures")).to_contain_text("40", timeout=30_000)
    assert not overflow(desktop)
    with desktop.expect_download() as download:
        desktop.get_by_role("link", name="下载未成功的行").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    desktop.get_by_role("link", name=re.compile("^已登记")).click()
    desktop.locator("td.col-no a").first.click()
    expect(desktop).to_have_url(re.compile(r"/city/cases/\d{8}-\d{5}$"))


def test_without_script_the_page_is_read_again(site, visitor, workbook):
    page = visitor("phone", javascript=False)
    sign_in(page)
    upload_and_begin(page, workbook)
    site.settle()
    page.reload()
    expect(page.locator("#import .figures")).to_contain_text("40")
