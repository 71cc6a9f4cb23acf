"""Takes the screenshots of this folder from a demonstration city: `make screens`."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.city import running_city, temporary_folder  # noqa: E402
from minxin.demonstration.people import PASSWORD  # noqa: E402

HERE = Path(__file__).parent
DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHROMIUM += ["--disable-background-networking", "--disable-component-update", "--lang=zh-CN"]

PAGES = (
    # name, who, address, size
    ("portal", None, "/", PHONE),
    ("submit", None, "/cases/new", PHONE),
    ("tracking", None, "/tracking", PHONE),
    ("sign-in", None, "/city/sign-in", DESKTOP),
    ("board", ("city", "linjing"), "/city/", DESKTOP),
    ("board-phone", ("city", "qinchuan"), "/city/", PHONE),
    ("todo", ("city", "linjing"), "/city/todo", DESKTOP),
    ("entry", ("city", "linjing"), "/city/entry", DESKTOP),
    ("imports", ("city", "linjing"), "/city/imports", DESKTOP),
    ("unit", ("dawa", "zhaoyang"), "/dawa/todo", DESKTOP),
    ("supervision", ("city", "linjing"), "/city/supervision", DESKTOP),
    ("received", ("dawa", "zhaoyang"), "/dawa/received-papers", PHONE),
)


def main() -> None:
    """One picture a page, and a case opened from the office's list."""
    with (
        temporary_folder() as folder,
        running_city(folder) as city,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        for name, who, path, size in PAGES:
            page = _open(browser, city.address, who, size)
            page.goto(city.address + path)
            _shoot(page, name)
        page = _open(browser, city.address, ("city", "linjing"), DESKTOP)
        page.goto(f"{city.address}/city/todo?view=to_rate")
        page.locator("table.list tbody a").first.click()
        _shoot(page, "case")
        browser.close()


def _open(browser: Browser, address: str, who: tuple[str, str] | None, size: dict) -> Page:
    page = browser.new_context(viewport=size, locale="zh-CN").new_page()
    if who is not None:
        desk, username = who
        page.goto(f"{address}/{desk}/sign-in")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
    return page


def _shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=HERE / f"{name}.png")
    print(f"docs/screens/{name}.png")


if __name__ == "__main__":
    main()
