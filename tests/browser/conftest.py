"""Chromium at a city that really runs.

`site`      the running cities (tests/browser/serving.py); emptied after each test
`desktop`   a page at 1366×768, `phone` one at 390×844, both with a session of their own
`visitor`   makes more such pages: visitor("phone", javascript=False), visitor(city="linshi")

Pages have the city as base URL: `page.goto("/cases/new")`. A script that fails or breaks the
content policy fails the test. `site.settle()` waits until the workers are through.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.serving import HOSTS, Site, served

Visitor = Callable[..., Page]

expect.set_options(timeout=15_000)  # two cores run the city, its workers and Chromium

DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1366, "height": 768}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-proxy-server",
    "--host-resolver-rules=" + ",".join(f"MAP {host} 127.0.0.1" for host in HOSTS.values()),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these in one process of a parallel run: the running cities are started once."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def running_site(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(app, tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def site(panjin: Any, linshi: Any, running_site: Site) -> Iterator[Site]:
    """The cities as they were founded. Their workers are through before they are emptied."""
    yield running_site
    running_site.travel()
    for city in HOSTS:
        running_site.settle(city)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[Visitor]:
    """Makes pages, each in a session of its own; what their scripts got wrong fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def visit(device: str = "desktop", *, javascript: bool = True, city: str = "panjin") -> Page:
        context = browser.new_context(
            base_url=site.url("", city=city),
            java_script_enabled=javascript,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **DEVICES[device],
        )
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on("console", lambda said: faults.extend(_policy_breach(said.text)))
        contexts.append(context)
        return context.new_page()

    yield visit
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def desktop(visitor: Visitor) -> Page:
    return visitor("desktop")


@pytest.fixture
def phone(visitor: Visitor) -> Page:
    return visitor("phone")


def _policy_breach(text: str) -> list[str]:
    return [text] if "Content Security Policy" in text else []
