"""The cron table of the installation, one line per duty."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps

from redis.exceptions import RedisError
from rq.cron import CronScheduler
from rq.exceptions import StopRequested

from minxin import clock, logs
from minxin.attachments import orphans
from minxin.audit import chain
from minxin.background import outstanding, send
from minxin.cases import overdue, promises, publishing, uploaded
from minxin.comparison import rollups, summaries
from minxin.exchange import bulletins
from minxin.extensions import db, valkey
from minxin.supervision import facts, proposing
from minxin.tenancy.context import within
from minxin.tenancy.registry import City
from worker import queues
from worker.application import app
from worker.faults import place

log = logs.logger("schedule")

AWAY_SECONDS = 3.0


def duty(verb: Callable[[City], None]) -> Callable[[], None]:
    """A job of the table: runs for every city; one that fails does not keep the others waiting."""

    @wraps(verb)
    def for_every_city() -> None:
        with app().app_context():
            cities: tuple[City, ...] = app().extensions["cities"].all()
            for city in cities:
                try:
                    with within(city.schema, login="city"):
                        verb(city)
                except Exception as error:
                    log.error("duty failed", duty=verb.__name__, city=city.slug, error=place(error))

    return for_every_city


@duty
def resend(city: City) -> None:
    """Send again what was promised and not done, unless it still waits in its queue."""
    promises = outstanding(clock.now())
    db.session.commit()
    waiting = {name: queues.waiting(name) for name in {queue for _, queue in promises}}
    for outbox_id, queue in promises:
        if queues.job_id(city.schema, outbox_id) not in waiting[queue]:
            send(city.schema, outbox_id, queue)


@duty
def sweep(city: City) -> None:
    """Turn due instants into events and reminders, in batches; then count what is late."""
    at = clock.now()
    while overdue.sweep(at):
        db.session.commit()
    overdue.count(at)
    db.session.commit()


@duty
def compare(city: City) -> None:
    """Bring today's and yesterday's roll-ups up to date."""
    rollups.refresh_recent(clock.now())
    db.session.commit()


@duty
def clear_files(city: City) -> None:
    """Let go of workbooks that waited too long, and of stored files that nothing names."""
    at = clock.now()
    uploaded.expire(at)
    db.session.commit()
    gone = orphans.clear(app().extensions["store"], city.schema, at)
    log.info("files cleared", city=city.slug, gone=gone)


@duty
def complete_bulletins(city: City) -> None:
    """Give tenants that were added what the city office had published before."""
    bulletins.bring_all()
    db.session.commit()


@duty
def summarise(city: City) -> None:
    """Open the week's summaries, and record those that are missing when they are due."""
    at = clock.now()
    summaries.open_week(at)
    summaries.miss(at)
    db.session.commit()


@duty
def link_audit(city: City) -> None:
    """Link what was added to the audit log since."""
    while chain.extend(clock.now()):
        db.session.commit()
    db.session.commit()


@duty
def scan_again(city: City) -> None:
    """Look again at what the masker failed on: its page promises that."""
    publishing.try_again()
    db.session.commit()


@duty
def recheck(city: City) -> None:
    """Look again through what was published under an older masker."""
    while publishing.recheck(clock.now()):
        db.session.commit()
    db.session.commit()


@duty
def call_up(city: City) -> None:
    """Let promises wait whose review day has come."""
    promises.call_up(clock.now())
    db.session.commit()


@duty
def propose(city: City) -> None:
    """Keep the facts that will score, propose the rungs that facts speak for, and say so in working
    hours: each in a transaction of its own, so that nothing is locked for long."""
    at = clock.now()
    for step in (proposing.lapse, facts.sweep, proposing.sweep, proposing.announce):
        step(at)
        db.session.commit()


TABLE = (
    # duty, seconds between
    (resend, 10),
    (sweep, 20),
    (compare, 30),
    (link_audit, 60),
    (summarise, 300),
    (scan_again, 300),
    (call_up, 300),
    (propose, 300),
)

NIGHTLY = (
    # duty, minute and hour of the server's own time
    (clear_files, "30 2 * * *"),
    (complete_bulletins, "40 2 * * *"),
    (recheck, "50 2 * * *"),
)


def run(beat: float = 1.0) -> None:
    """Enqueue each duty at its beat until stopped; wait where Valkey is away.

    beat: what the seconds of the table are multiplied with.
    """
    cron = CronScheduler(connection=valkey.raw, name="minxin", logging_level="WARNING")
    for verb, seconds in TABLE:
        every = max(1, round(seconds * beat))
        cron.register(verb, "short", interval=every, result_ttl=0, ttl=3 * every)
    for verb, when in NIGHTLY:
        cron.register(verb, "long", cron=when, result_ttl=0, ttl=3600, job_timeout=3600)
    while True:
        try:
            cron.start()  # type: ignore[no-untyped-call]
            return
        except RedisError as error:
            log.warning("valkey away", error=type(error).__name__)
        except StopRequested:
            return
        try:
            time.sleep(AWAY_SECONDS)
        except StopRequested:
            return
