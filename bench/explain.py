"""What PostgreSQL plans for every hot query: `python -m bench.explain`, kept in docs/explain.

Pages are asked for as people ask for them; each statement that they send is explained by the login
that sent it, with its tenant set. Nothing is written here by hand, so nothing can be forgotten.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient

from bench import shapes
from bench.city import temporary_folder
from bench.inside import Statement, asked, signed_in, statements
from bench.load import READER, RESPONDER, SCHEMA, TENANTS, found, load
from minxin import clock, create_app, embedded
from minxin.cases import overdue
from minxin.config import from_environment
from minxin.extensions import db
from minxin.tenancy.context import within

FILE = Path("docs/explain/queries.txt")
CASES = 100_000
DESKS = ((READER, "t01", "a district's station"), (RESPONDER, "t01", "a unit of a district"),
         (READER, "city", "the city's office"))  # fmt: skip
ROW = re.compile(r'data-href="/[^/]+/cases/([^"]+)"')
TAB = re.compile(r'<a class="tab" href="([^"]+)"')
IDS = re.compile(r"\{\d+(?:,\d+){9,}\}")
NEXT = re.compile(r'href="([^"]+)" rel="next"')


@dataclass(frozen=True)
class Explained:
    """One statement, who sent it from where first, and its plan."""

    where: str
    statement: Statement
    plan: str


def main() -> None:
    """Load a city, ask for its pages, and write their plans down."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cases", type=int, default=CASES)
    arguments.add_argument("--file", type=Path, default=FILE)
    given = arguments.parse_args()
    with temporary_folder() as folder:
        settings = from_environment({"MINXIN_DATA": str(folder)})
        servers = embedded.start(folder)
        try:
            found(settings)
            load(folder, given.cases)
            told = list(explained(create_app(settings)))
        finally:
            servers.stop()
    given.file.parent.mkdir(parents=True, exist_ok=True)
    given.file.write_text(_written(given.cases, told))
    print(f"{len(told)} statements written to {given.file}")


def explained(app: Flask) -> Iterator[Explained]:
    """The plan of each statement of the hot pages, once for each login that sends it."""
    seen: set[tuple[str, str]] = set()
    for where, sent in _sent(app):
        for each in sent:
            if (each.login, each.sql) not in seen:
                seen.add((each.login, each.sql))
                yield Explained(where, each, plan(app, each))


def plan(
    app: Flask, each: Statement, how: str = "ANALYZE, BUFFERS OFF, COSTS OFF, TIMING OFF"
) -> str:
    """What the database does for a statement, by its login under its settings."""
    with app.app_context(), db.engines[each.login].connect() as sql:
        sql.exec_driver_sql(each.settings)
        rows = sql.exec_driver_sql(f"EXPLAIN ({how}) {each.sql}", each.parameters)
        return "\n".join(row[0] for row in rows)


def hot(client: FlaskClient, desk: str) -> Mapping[str, str]:
    """The hot pages of a desk by name: every tab as the desk shows it, a second page, filters,
    searches, a case, the notices."""
    pages = {}
    for name in ("todo", "cases"):
        first = client.get(f"/{desk}/{name}").text
        for url in TAB.findall(first):
            pages[f"{name} {url.partition('?')[2] or 'first tab'}"] = url.replace("&amp;", "&")
    listed = client.get(f"/{desk}/cases").text
    if following := NEXT.search(listed):
        pages["cases, second page"] = following[1].replace("&amp;", "&")
    filters = "kind=complaint&source=web"
    pages["cases, filtered"] = f"/{desk}/cases?{filters}"
    pages["cases, searched"] = f"/{desk}/cases?q={quote(shapes.COMMON)}"
    if row := ROW.search(listed):
        pages["case"] = f"/{desk}/cases/{row[1]}"
    return pages | {"notices": f"/{desk}/notices"}


def _sent(app: Flask) -> Iterator[tuple[str, list[Statement]]]:
    for username, desk, called in DESKS:
        client = signed_in(app, desk, username)
        for name, path in hot(client, desk).items():
            yield f"{called}: {name}", asked(app, client, path)
    with app.app_context(), statements(app) as sent, within(SCHEMA, login="city"):
        overdue.sweep(clock.now())
        db.session.rollback()
    yield "the sweep: clocks to look at", [each for each in sent if "FOR UPDATE" in each.sql]


def _written(cases: int, told: list[Explained]) -> str:
    head = (
        f"Plans of the hot queries over {cases:,} cases of {TENANTS} tenants, each by the login\n"
        "that the page uses, with its tenant set. Made by: python -m bench.explain\n"
        "A statement stands where it was sent first.\n"
    )
    parts = [
        f"{'=' * 100}\n{each.where}  (login: minxin_{each.statement.login})\n\n"
        f"{_short(each.statement.sql)}\n\n{IDS.sub(_how_many, each.plan)}\n"
        for each in told
    ]
    return head + "\n" + "\n".join(parts)


def _how_many(ids: re.Match[str]) -> str:
    return f"{{{ids[0].count(',') + 1} ids}}"


def _short(sql: str) -> str:
    """A statement without its long list of columns."""
    flat = " ".join(sql.split())
    return re.sub(r"^SELECT (.{120}).*? FROM (?=[a-z_]+ )", r"SELECT \1 … FROM ", flat)


if __name__ == "__main__":
    main()
