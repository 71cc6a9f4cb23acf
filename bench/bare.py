"""The bare floor: a pool of psycopg and a plain Jinja template, and no application around them.

It runs the very statements with which a page reads its cases, by the same login under the same
wall. No session, no person, no counters, no layout, no words for codes and dates.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, Template
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from bench.inside import Statement
from minxin.config import from_environment

PAGES = "BENCH_PAGES"
"""Names the file that holds what each page reads: {name: statements}, pickled."""

LIST = """<!doctype html><title>{{ rows|length }}</title><table>
{% for row in rows %}<tr><td><a href="/cases/{{ row.number }}">{{ row.number }}</a></td>
<td>{{ row.title }}</td><td>{{ row.urgency }}</td><td>{{ row.kind }}</td><td>{{ row.source }}</td>
<td>{{ row.unit_name }}</td><td>{{ row.state }}</td><td>{{ row.due_at }}</td>
<td>{{ row.updated_at }}</td></tr>
{% endfor %}</table>"""
CASE = """<!doctype html><title>{{ rows|length }}</title>
{% for row in rows %}<dl>
{% for name, value in row.items() %}<dt>{{ name }}</dt><dd>{{ value }}</dd>
{% endfor %}</dl>
{% endfor %}"""


def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """The rows of a page (its name is the path): a list as a table, a case as terms and values."""
    name = environ["PATH_INFO"].strip("/")
    body = _page(name) if name != "healthz" else b"ready"
    start("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]


def _page(name: str) -> bytes:
    rows: list[Any] = []
    for login, statements in _pages()[name]:
        with _pool(login).connection() as connection:
            connection.execute(statements[0].settings)
            for each in statements:
                rows += connection.execute(each.sql, each.parameters).fetchall()
    if name == "case":
        return _template(CASE).render(rows=rows).encode()
    # A search first reads ids, which are no rows of the page.
    return _template(LIST).render(rows=[row for row in rows if "number" in row]).encode()


@cache
def _pages() -> dict[str, list[tuple[str, list[Statement]]]]:
    """Of each page the statements, those of one login in one transaction."""
    with open(os.environ[PAGES], "rb") as file:
        known: dict[str, list[Statement]] = pickle.load(file)
    return {
        name: [(login, list(each)) for login, each in groupby(statements, lambda s: s.login)]
        for name, statements in known.items()
    }


@cache
def _pool(login: str) -> ConnectionPool[Any]:
    url = from_environment(os.environ).database_urls[login]
    return ConnectionPool(
        url.replace("postgresql+psycopg", "postgresql"),
        kwargs={"row_factory": dict_row},
        min_size=4,
        max_size=8,
        open=True,
    )


@cache
def _template(source: str) -> Template:
    return Environment(autoescape=True).from_string(source)
