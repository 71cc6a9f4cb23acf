"""`python -m worker short|long|schedule`: one process of the background."""

from __future__ import annotations

import os
import sys

from rq import SimpleWorker, Worker

from minxin.cases import search
from minxin.extensions import valkey
from worker import queues, schedule
from worker.application import app


def main(part: str = "") -> int:
    """short: quick jobs without a fork each · long: imports, forked · schedule: the cron table."""
    if part not in (*queues.NAMES, "schedule"):
        print("python -m worker short|long|schedule", file=sys.stderr)
        return 2
    app()  # wires the connections
    if part == "schedule":
        schedule.run(beat=float(os.environ.get("MINXIN_BEAT") or 1))
        return 0
    search.prepare()  # once, not in every forked child
    kind = SimpleWorker if part == "short" else Worker
    worker = kind([queues.queue(part)], connection=valkey.raw, log_job_description=False)
    worker.work(logging_level="WARNING")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
