"""The queues: `short` for quick jobs (no fork per job), `long` for imports, `papers`."""

from __future__ import annotations

from redis.exceptions import RedisError
from rq import Queue

from minxin import logs
from minxin.extensions import valkey

NAMES = ("short", "long", "papers")

log = logs.logger("queues")


def queue(name: str) -> Queue:
    """One of the queues on this process's connection."""
    return Queue(name, connection=valkey.raw, default_timeout=3600 if name == "long" else 120)


def job_id(schema: str, outbox_id: int) -> str:
    """What RQ calls the job of a promise."""
    return f"{schema}-{outbox_id}"


def waiting(name: str) -> set[str]:
    """The ids of the jobs that still wait in a queue."""
    return set(queue(name).get_job_ids())


def send(schema: str, outbox_id: int, name: str) -> None:
    """Hand a promise to RQ; where Valkey is away it stays in the outbox, and the sweep sends it."""
    try:
        queue(name).enqueue(
            "worker.jobs.keep_promise",
            schema,
            outbox_id,
            job_id=job_id(schema, outbox_id),
            result_ttl=0,
            failure_ttl=24 * 3600,
        )
    except RedisError as error:
        log.warning("not sent", outbox_id=outbox_id, error=type(error).__name__)
