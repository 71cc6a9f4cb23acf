"""Real worker processes on the test's own servers, and what tests wait for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from minxin import background
from minxin.config import ROOT, Settings
from minxin.extensions import valkey
from worker import queues

Start = Callable[..., "Process"]


class Process:
    """A `python -m worker …` of our own; `log()` is what it has said so far."""

    def __init__(self, part: str, env: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as target:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "worker", part],
                cwd=ROOT, env=env, stdout=target, stderr=target, stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def log(self) -> str:
        return self._log.read_text()

    def kill(self) -> None:
        """As a power cut would: the process and its forked children, at once."""
        pid = self.popen.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (pid, *map(int, children)):
            os.kill(each, 9)
        self.popen.wait(10)

    def stop(self) -> int:
        self.popen.terminate()
        return self.popen.wait(20)


@pytest.fixture(autouse=True)
def own_valkey(app: Flask, settings: Settings) -> Iterator[str]:
    """A Valkey number of its own: the city that browser tests run has workers at the other."""
    before = valkey.raw
    url = re.sub(r"db=(\d+)", lambda found: f"db={int(found[1]) + 8}", settings.redis_url)
    valkey.connect(url)
    valkey.raw.flushdb()
    yield url
    valkey.raw.flushdb()
    valkey.raw = before


@pytest.fixture
def start(settings: Settings, own_valkey: str, tmp_path: Path) -> Iterator[Start]:
    """Start parts of the background; what still runs at the end of the test is ended."""
    started: list[Process] = []

    def begin(part: str, **more: str) -> Process:
        env = {
            **os.environ,
            "DATABASE_URL": settings.database_urls["owner"],
            "REDIS_URL": own_valkey,
            "SECRET_KEY": settings.secret_key,
            "MINXIN_CONTACT_KEY": settings.contact_keys[1],
            "MINXIN_DATA": str(settings.folder),
            **more,
        }
        started.append(Process(part, env, tmp_path / f"{len(started)}.log"))
        return started[-1]

    yield begin
    for process in started:
        if process.popen.poll() is None:
            process.stop()


@pytest.fixture
def sending() -> Iterator[None]:
    """Promises of the test's own process reach RQ after their commit, as those of the web do."""
    background.send_with(queues.send)
    yield
    background.send_with(None)


def eventually(holds: Callable[[], object], seconds: float = 30) -> object:
    """Wait until something holds and return it; fails loudly when it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.1)
    pytest.fail(f"did not come true within {seconds} seconds")
