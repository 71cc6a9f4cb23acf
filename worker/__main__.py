"""`python -m worker short|long|papers|schedule`: one process of the background."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress

from redis.exceptions import RedisError
from rq import SimpleWorker, Worker
from rq.exceptions import StopRequested

from minxin import logs
from minxin.cases import search
from minxin.documents import rendering
from minxin.extensions import valkey
from worker import queues, schedule
from worker.application import app

log = logs.logger("worker")


def main(part: str = "") -> int:
    """short: quick jobs without a fork each · long: imports, forked · papers: PDF files, forked
    from a process that has its library loaded · schedule: the cron table."""
    if part not in (*queues.NAMES, "schedule"):
        print("python -m worker short|long|papers|schedule", file=sys.stderr)
        return 2
    app()  # wires the connections
    if part == "schedule":
        schedule.run(beat=float(os.environ.get("MINXIN_BEAT") or 1))
        return 0
    if part == "papers":
        rendering.prepare()  # once, not in every forked child
    else:
        search.prepare()
    _work(SimpleWorker if part == "short" else Worker, part)
    return 0


def _work(kind: type[SimpleWorker] | type[Worker], part: str) -> None:
    """Work until told to stop. RQ's worker gives up where Valkey goes away in the middle of a job;
    the process stays and begins anew, or the whole city would end with it."""
    while True:
        worker: SimpleWorker | Worker | None = None
        try:  # making one asks Valkey already
            worker = kind([queues.queue(part)], connection=valkey.raw, log_job_description=False)
            worker.work(logging_level="WARNING")
        except RedisError as error:
            log.warning("valkey away", part=part, error=type(error).__name__)
        with suppress(StopRequested):
            if worker is None or worker._shutdown_requested_date is None:
                time.sleep(schedule.AWAY_SECONDS)
        if worker is not None and worker._shutdown_requested_date is not None:
            return


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
