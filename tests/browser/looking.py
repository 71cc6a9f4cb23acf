"""What is looked for on every page: people with a keyboard or a screen reader, small screens."""

from __future__ import annotations

from functools import cache

from playwright.sync_api import Page

from minxin.config import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


def barriers(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it stands: rule, help, and the first places."""
    page.evaluate(_axe())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{wrong['id']}: {wrong['help']} at {[node['target'] for node in wrong['nodes'][:3]]}"
        for wrong in found["violations"]
    ]


def overflow(page: Page) -> int:
    """By how many CSS pixels the page is wider than its window, once its stylesheets are there."""
    page.wait_for_load_state()
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(width))


@cache
def _axe() -> str:
    return AXE.read_text()
