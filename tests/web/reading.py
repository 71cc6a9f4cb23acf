"""Reading the lists of pages as a person would, and counting the statements behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from minxin.extensions import db

ROW = re.compile(r'<tr data-href="[^"]*/cases/([^"]+)"')
TAB = re.compile(r'<a class="tab" href="([^"]+)"[^>]*>([^<]+)(?:<span class="count[^>]*>([\d,]+))?')
NEXT = re.compile(r'<a class="btn btn-plain" href="([^"]+)" rel="next"')
CHIP = re.compile(r'class="chip-remove" href="([^"]+)"')
TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')


def numbers(page: str) -> list[str]:
    """The case numbers of a list, in its order."""
    return ROW.findall(page)


def tabs(page: str) -> dict[str, tuple[str, int | None]]:
    """The tabs by their words: (address, counter or None)."""
    return {
        word: (unescape(url), int(count.replace(",", "")) if count else None)
        for url, word, count in TAB.findall(page)
    }


def following(page: str) -> str | None:
    """The address of the next page."""
    found = NEXT.search(page)
    return unescape(found[1]) if found else None


def all_rows(client: FlaskClient, url: str) -> list[str]:
    """Every number of a list, page after page."""
    found: list[str] = []
    where: str | None = url
    while where:
        page = client.get(where).text
        found += numbers(page)
        where = following(page)
    return found


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL that pages run meanwhile, without the settings that open each transaction."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        if not statement.startswith("SET LOCAL"):
            seen.append(statement)

    engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
