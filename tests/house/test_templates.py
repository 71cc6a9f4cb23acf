"""Pages work with the network cut and under a policy that trusts only ourselves."""

from __future__ import annotations

import re

import pytest
from jinja2 import nodes

from minxin.config import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static/css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))

HOST = re.compile(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}", re.IGNORECASE)
NAMESPACE = re.compile(r"http://www\.w3\.org/\S*")
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "a script of its own": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
}
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
TOO_NEW = re.compile(r":has\(|color-mix\(|@container|container-type")
"""Office browsers are Chromium kernels from 90 on (looks.md)."""


def _text(path) -> str:
    return COMMENT.sub("", path.read_text())


@pytest.mark.parametrize("path", [*TEMPLATES, *STYLES, *SCRIPTS], ids=lambda path: path.name)
def test_nothing_is_loaded_from_another_host(path):
    found = HOST.findall(NAMESPACE.sub("", _text(path)))
    assert not found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_no_script_and_no_style_of_its_own(path):
    text = _text(path)
    for what, pattern in INLINE.items():
        assert not pattern.search(text), f"{what}: the policy of every answer forbids it"


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_are_understood_by_older_browsers(path):
    assert not TOO_NEW.search(path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_marked_safe(path):
    """What people wrote is escaped, always."""
    assert not re.search(r"\|\s*safe\b", _text(path))
    assert "autoescape false" not in _text(path)


def test_every_form_that_posts_holds_a_token():
    form = re.compile(r"<form\b[^>]*method=[\"']post[\"'][^>]*>(.*?)</form>", re.DOTALL | re.I)
    for path in TEMPLATES:
        for body in form.findall(_text(path)):
            held = re.search(r"hidden_tag|csrf_token|token_field|caller\(", body)
            again = "for name, text in again" in body  # repeats what was sent, its token included
            assert held or again, path.name


def test_every_template_can_be_read(app):
    for path in TEMPLATES:
        tree = app.jinja_env.parse(path.read_text())
        assert isinstance(tree, nodes.Template)
