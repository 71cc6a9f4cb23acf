"""The city's own processes, run for a browser as production runs them.

Web and workers are the commands of `make run` (minxin.supervisor.children), on the database and
Valkey number of this test process: a page answers through granian, with CSRF and limits on, and
a promise is kept by a real RQ worker. The scheduler stays out: what comes by the clock is called
by the tests that are about it, so that nothing else happens at a time that nobody chose.

The clock of these processes can be set (libfaketime): `site.travel(instant)` takes them to another
day, where they live on at the usual pace. PostgreSQL, Valkey and Chromium keep their own.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from minxin import clock, supervisor
from minxin.background import Outbox
from minxin.config import ROOT, Settings
from minxin.extensions import db
from minxin.tenancy.context import within
from worker import queues

HOSTS = {"panjin": "panjin.test", "linshi": "linshi.test"}
"""City → host, as tests/conftest.py founds them. Chromium maps both to this machine."""

_ANSWER_SECONDS = 60
_SETTLE_SECONDS = 60
_AGAIN_SECONDS = 3
_LOOK_SECONDS = 1
"""How often a process looks whether its clock was set."""


@dataclass(frozen=True)
class Site:
    """Both cities behind one port. `url("/tracking")` is the first city's page."""

    app: Flask
    port: int
    log: Path
    offset: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def travel(self, instant: datetime | None = None) -> None:
        """Take web and workers to an aware instant; back to the present without one.

        The web begins anew where time goes back: its server dates answers by the latest second
        that it has seen, and Chromium judges by that date how old a cookie is.
        """
        before = self.now()
        seconds = (instant - clock.now()).total_seconds() if instant else 0.0
        new = self.offset.with_suffix(".new")
        new.write_text(f"{seconds:+.3f}\n")
        new.replace(self.offset)
        time.sleep(_LOOK_SECONDS + 0.2)
        if self.now() < before - timedelta(seconds=1):
            _stop([self.processes.pop("web")])
            self.begin("web")

    def begin(self, name: str) -> None:
        """Start one of the processes of `minxin.supervisor.children` and wait for an answer."""
        child = next(each for each in supervisor.children(self.port) if each.name == name)
        env = _environment(self.app.extensions["settings"], self.offset)
        with self.log.open("ab") as log:
            self.processes[name] = _start(_fewer(list(child.command)), env, log.fileno())
        if name == "web":
            _wait_for(self)

    def now(self) -> datetime:
        """What their clock says."""
        return clock.now() + timedelta(seconds=float(self.offset.read_text()))

    def url(self, path: str = "/", city: str = "panjin") -> str:
        return f"http://{HOSTS[city]}:{self.port}{path}"

    def settle(self, city: str = "panjin") -> None:
        """Wait until the workers have kept every promise of a city.

        What is not kept after some seconds is sent again, as the scheduler does in life: Valkey is
        emptied between tests, at times under a worker's hands.
        """
        started = time.monotonic()
        sent_again = started
        while waiting := self._waiting(city):
            now = time.monotonic()
            if now - started > _SETTLE_SECONDS:
                raise AssertionError(f"{len(waiting)} promises were not kept\n{self.words()}")
            if now - sent_again > _AGAIN_SECONDS:
                for outbox_id, queue in waiting:
                    queues.send(f"city_{city}", outbox_id, queue)
                sent_again = now
            time.sleep(0.05)

    def words(self) -> str:
        """The last lines that the processes wrote."""
        return self.log.read_text(errors="replace")[-4000:]

    def _waiting(self, city: str) -> list[tuple[int, str]]:
        with self.app.app_context(), within(f"city_{city}", login="city"):
            undone = select(Outbox.id, Outbox.queue).where(Outbox.done_at.is_(None))
            return [(row.id, row.queue) for row in db.session.execute(undone)]


@contextmanager
def served(app: Flask, folder: Path) -> Iterator[Site]:
    """Run web and workers until the block ends. They end with this process, however it ends."""
    site = Site(app, _free_port(), folder / "site.log", folder / "clock")
    site.offset.write_text("+0\n")
    try:
        for child in supervisor.children(site.port):
            if child.name != "scheduler":
                site.begin(child.name)
        yield site
    finally:
        _stop(site.processes.values())


def _fewer(command: list[str]) -> list[str]:
    """One web process is enough for a browser, and starts sooner."""
    if "--workers" in command:
        command[command.index("--workers") + 1] = "1"
    return command


def _environment(settings: Settings, offset: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("MINXIN_")},
        "DATABASE_URL": settings.database_urls["owner"],
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "MINXIN_CONTACT_KEY": settings.contact_keys[1],
        "MINXIN_DATA": str(settings.folder),
        "LD_PRELOAD": _faketime(),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_CACHE_DURATION": str(_LOOK_SECONDS),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _start(command: list[str], env: dict[str, str], log: int) -> subprocess.Popen[bytes]:
    if setpriv := shutil.which("setpriv"):
        command = [setpriv, "--pdeathsig", "KILL", *command]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def _faketime() -> str:
    """The library that sets a process's clock, as Debian and Ubuntu install it."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        raise AssertionError("libfaketime is missing: run bin/install --tests")
    return str(found[0])


def _wait_for(site: Site) -> None:
    deadline = time.monotonic() + _ANSWER_SECONDS
    while not _answers(site.port):
        if any(process.poll() is not None for process in site.processes.values()):
            raise AssertionError(f"a process of the site ended\n{site.words()}")
        if time.monotonic() > deadline:
            raise AssertionError(f"the site does not answer\n{site.words()}")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop(processes: Collection[subprocess.Popen[bytes]]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        deadline = time.monotonic() + 5
        while any(p.poll() is None for p in processes) and time.monotonic() < deadline:
            time.sleep(0.05)
