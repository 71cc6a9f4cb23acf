"""A demonstration city of its own, in a temporary folder, run by the real supervisor."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from minxin.supervisor import children


@dataclass(frozen=True)
class Running:
    """Where the city answers, and its data folder."""

    address: str
    folder: Path


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A data folder that goes when the run is over."""
    folder = Path(tempfile.mkdtemp(prefix="minxin-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_city(folder: Path, *, demonstration: bool = True) -> Iterator[Running]:
    """Start the city of a folder, wait until it answers, and end it."""
    port = free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DATABASE_URL", "REDIS_URL", "MINXIN_"))
    }
    environment |= {"MINXIN_DATA": str(folder), "PORT": str(port)}
    environment |= {"MINXIN_DEMONSTRATION": "1" if demonstration else "0"}
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", "up"]
    with (folder / "up.log").open("wb") as log:
        city = subprocess.Popen(flask, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", city, folder / "up.log")
        yield Running(f"http://127.0.0.1:{port}", folder)
    finally:
        city.send_signal(signal.SIGINT)
        city.wait(60)


@contextmanager
def served(target: str, folder: Path, more: dict[str, str] | None = None) -> Iterator[str]:
    """Serve a WSGI application of the bench as the city's web is served; answers its host."""
    port = free_port()
    command = next(child for child in children(port) if child.name == "web").command
    environment = {**os.environ, "MINXIN_DATA": str(folder), **(more or {})}
    server = subprocess.Popen(
        [target if word == "wsgi:app" else word for word in command],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path | None = None) -> None:
    """Wait until a page answers. Raises SystemExit where the process ends or takes two minutes."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    said = log.read_text()[-3000:] if log else ""
    raise SystemExit(f"{url} does not answer\n{said}")


def free_port() -> int:
    """A port of the loopback that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
