"""The sweep over a city's running clocks, as the scheduler runs it: `python -m bench.sweep`.

Beside the clocks that run out: what a look costs when nothing does, the counters, and the preview
of a city-wide outage, which has to compute every running clock anew.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import func, select

from bench.city import temporary_folder
from bench.load import SCHEMA, found, load
from minxin import create_app, embedded
from minxin.cases import outages, overdue, previews
from minxin.cases.models import CaseEvent, Clock
from minxin.cases.outages import Declared
from minxin.clock import SHANGHAI
from minxin.config import Settings, from_environment
from minxin.embedded import addresses
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.people import appointing
from minxin.people.actor import SYSTEM
from minxin.people.models import Unit
from minxin.people.roles import Role
from minxin.tenancy.context import within

AT = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
"""A Monday morning: reminders are sent."""

SPREAD = """
UPDATE {table} c SET due_at = v.due, yellow_at = v.due - interval '2 days' {more}
FROM (SELECT {key} AS id, timestamptz '{at}' + interval '1 hour'
      + (abs(hashint8({key})) % 14000) * interval '1 minute' AS due FROM clocks
      WHERE stopped_at IS NULL) v
WHERE c.{column} = v.id
"""
RUN_OUT = """
UPDATE {table} c SET due_at = v.due {more}
FROM (SELECT {key} AS id, timestamptz '{at}' - (abs(hashint8({key})) % 20) * interval '1 second'
      AS due FROM clocks WHERE stopped_at IS NULL ORDER BY hashint8({key} + 7) LIMIT {number}) v
WHERE c.{column} = v.id
"""


def main() -> None:
    """Load, sweep, print, and with --json write a file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--clocks", type=int, default=1_000_000)
    arguments.add_argument("--due", type=int, default=10_000)
    arguments.add_argument("--json", help="write the figures to this file")
    given = arguments.parse_args()
    with temporary_folder() as folder:
        settings = from_environment({"MINXIN_DATA": str(folder)})
        print(f"Loading {given.clocks:,} running clocks, {given.due:,} of them due", flush=True)
        servers = embedded.start(folder)
        try:
            found(settings)
            load(folder, given.clocks, open_share=1.0)
            _make_due(folder, given.due)
            figures = _measure(settings)
        finally:
            servers.stop()
    for name, value in figures.items():
        print(f"{name:44}{value:>12,}")
    if given.json:
        Path(given.json).write_text(json.dumps(figures, indent=1) + "\n")


def _measure(settings: Settings) -> dict[str, float]:
    app = create_app(settings)
    figures: dict[str, float] = {}

    def timed(name: str, act: Callable[[], object]) -> None:
        started = time.perf_counter()
        act()
        figures[f"{name}, s"] = round(time.perf_counter() - started, 2)

    with app.app_context(), within(SCHEMA, login="city"):
        _staff()
        running = select(func.count(Clock.id)).where(Clock.stopped_at.is_(None))
        figures["running clocks"] = db.session.scalar(running) or 0
        db.session.rollback()
        timed("sweep", _sweep)
        timed("sweep again, nothing due", _sweep)
        timed("counters", _count)
        for name, rows in (("lateness recorded", CaseEvent), ("notices sent", Notice)):
            query = select(func.count(rows.id))
            if rows is CaseEvent:
                query = query.where(CaseEvent.name == "overdue")
            figures[name] = db.session.scalar(query) or 0
        timed("preview of a city-wide outage", _preview)
    return figures


def _sweep() -> None:
    while overdue.sweep(AT):
        db.session.commit()
    db.session.rollback()


def _count() -> None:
    overdue.count(AT)
    db.session.commit()


def _preview() -> None:
    window = Declared(AT - timedelta(days=1, hours=1), AT - timedelta(days=1), "测速")
    previews.preview_outage(outages.drafted(window, by=SYSTEM, at=AT))


def _make_due(folder: Path, number: int) -> None:
    """Spread the due instants over ten days, and let so many clocks have run out just now."""
    url = addresses(folder).database_url.replace("minxin_owner@", "postgres@")
    with psycopg.connect(url, autocommit=True) as sql:
        sql.execute(f"SET search_path = '{SCHEMA}'")
        for statement in (SPREAD, RUN_OUT):
            for table, column, more in (
                ("cases", "id", ""),
                ("clocks", "case_id", ", next_at = v.due - interval '30 minutes'"),
            ):
                late = more.replace(" - interval '30 minutes'", "")
                shape = {"table": table, "column": column, "key": "case_id", "at": AT.isoformat()}
                wanted = late if statement is RUN_OUT else more
                sql.execute(statement.format(**shape, more=wanted, number=number))
        sql.execute("VACUUM ANALYZE")


def _staff() -> None:
    """A responder A, a B and a head for each unit: those who are told."""
    since = date(2026, 1, 1)
    for unit in db.session.scalars(select(Unit).where(Unit.kind == "unit")).all():
        for name, role, post in (
            ("a", Role.RESPONDER, "A"),
            ("b", Role.RESPONDER, "B"),
            ("head", Role.UNIT_HEAD, None),
        ):
            user = appointing.add_user(
                unit, f"{name}{unit.id}", "测速", role, password_hash="none", must_change=False
            )
            if post:
                appointing.appoint(user, post, since=since)
    db.session.commit()


if __name__ == "__main__":
    main()
