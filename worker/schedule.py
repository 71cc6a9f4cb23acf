"""The cron table of the installation, one line per duty."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from rq.cron import CronScheduler

from minxin import clock, logs
from minxin.background import outstanding, send
from minxin.cases import overdue
from minxin.comparison import rollups
from minxin.extensions import db, valkey
from minxin.tenancy.context import within
from minxin.tenancy.registry import City
from worker.application import app

log = logs.logger("schedule")


def duty(verb: Callable[[], None]) -> Callable[[], None]:
    """A job of the table: runs inside the application."""

    @wraps(verb)
    def inside() -> None:
        with app().app_context():
            verb()

    return inside


@duty
def resend() -> None:
    """Send again what was promised and not done."""
    for city in _cities():
        with within(city.schema, login="city"):
            waiting = outstanding(clock.now())
            db.session.commit()
        for outbox_id, queue in waiting:
            send(city.schema, outbox_id, queue)


@duty
def sweep() -> None:
    """Turn due instants into events and reminders, in batches; then count what is late."""
    for city in _cities():
        with within(city.schema, login="city"):
            at = clock.now()
            while overdue.sweep(at):
                db.session.commit()
            overdue.count(at)
            db.session.commit()


@duty
def compare() -> None:
    """Bring today's and yesterday's roll-ups up to date."""
    for city in _cities():
        with within(city.schema, login="city"):
            rollups.refresh_recent(clock.now())
            db.session.commit()


TABLE = (
    # duty, seconds between
    (resend, 10),
    (sweep, 20),
    (compare, 30),
)


def run() -> None:
    """Enqueue each duty at its beat until stopped."""
    cron = CronScheduler(connection=valkey.raw, name="minxin")
    for verb, seconds in TABLE:
        cron.register(verb, "short", interval=seconds, result_ttl=0, ttl=3 * seconds)
    cron.start()  # type: ignore[no-untyped-call]


def _cities() -> tuple[City, ...]:
    every: tuple[City, ...] = app().extensions["cities"].all()
    return every
