"""`python -m worker [short|long|schedule]`: one process of the background."""

from __future__ import annotations

import sys

from rq import SimpleWorker, Worker

from minxin.extensions import valkey
from worker import queues, schedule
from worker.application import app


def main(part: str = "short") -> int:
    """short: quick jobs without a fork each · long: imports, forked · schedule: the cron table."""
    app()  # wires the connections
    if part == "schedule":
        schedule.run()
    elif part in queues.NAMES:
        kind = SimpleWorker if part == "short" else Worker
        kind([queues.queue(part)], connection=valkey.raw, log_job_description=False).work(
            logging_level="WARNING"
        )
    else:
        print("python -m worker [short|long|schedule]", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
