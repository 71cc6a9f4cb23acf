"""Runs a whole city from one command: database servers if need be, web, worker, scheduler.

All of them end together: on Ctrl-C or SIGTERM, when one of them ends by itself, and (the kernel
sees to it) when this process is killed.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from minxin import embedded

HOST = "127.0.0.1"
_ANSWER_SECONDS = 90
_STOP_SECONDS = 15
_LOOK_SECONDS = 0.2


class CannotRun(Exception):
    """The city cannot run, or stopped by itself; the message says why and what to do."""


@dataclass(frozen=True)
class Child:
    """One process of the city. `name` is what messages call it."""

    name: str
    command: Sequence[str]


def children(port: int) -> list[Child]:
    """The processes of a city that listens on `port`."""
    python = sys.executable
    web = ["granian", "--interface", "wsgi", "--host", HOST, "--port", str(port)]
    web += ["--workers", "2", "--blocking-threads", "4", "--no-ws", "--http", "1"]
    web += ["--respawn-failed-workers", "--log-level", "warning", "wsgi:app"]
    return [
        Child("web", [python, "-m", *web]),
        Child("worker for short jobs", [python, "-m", "worker", "short"]),
        Child("worker for long jobs", [python, "-m", "worker", "long"]),
        Child("worker for papers", [python, "-m", "worker", "papers"]),
        Child("scheduler", [python, "-m", "worker", "schedule"]),
    ]


def up(
    *,
    port: int,
    folder: Path | None,
    prepare: Callable[[], None],
    banner: Callable[[str], str],
    run: Callable[[int], Sequence[Child]] = children,
) -> None:
    """Run until told to stop.

    `folder` holds the data of embedded servers; None where real servers are given by URL.
    `prepare()` runs once the servers answer: logins, migrations, first content.
    `banner(address)` is what to print once the web answers there (no slash at the end).
    Raises CannotRun (or embedded.EmbeddedError) with a sentence that says what to do.
    """
    _check_port(port)
    with ExitStack() as open_things:
        servers = None
        if folder is not None:
            open_things.enter_context(_only_one(folder))
            _tell(f"Starting PostgreSQL and Valkey, data under {folder}")
            servers = embedded.start(folder)
            open_things.callback(servers.stop)
            open_things.callback(_tell, "Stopping PostgreSQL and Valkey")
        _tell("Preparing the database")
        prepare()
        asked_to_stop = open_things.enter_context(_stop_signals())
        _tell("Starting web, workers and scheduler")
        processes: dict[str, subprocess.Popen[bytes]] = {}
        open_things.callback(_stop, processes, asked_to_stop)
        for child in run(port):
            processes[child.name] = _start(child)
        _watch(processes, servers, port, banner, asked_to_stop)


def _watch(
    processes: Mapping[str, subprocess.Popen[bytes]],
    servers: embedded.Servers | None,
    port: int,
    banner: Callable[[str], str],
    asked_to_stop: Callable[[], int],
) -> None:
    deadline = time.monotonic() + _ANSWER_SECONDS
    announced = False
    while not asked_to_stop():
        for name, process in processes.items():
            if process.poll() is not None:
                raise CannotRun(
                    f"{name} ended by itself (code {process.returncode}), so everything stops. "
                    "Its last lines above say why"
                )
        if servers is not None and not servers.running():
            raise CannotRun(
                f"PostgreSQL or Valkey ended, so everything stops; see {servers.folder}/log"
            )
        if not announced and _answers(port):
            _tell(banner(f"http://{HOST}:{port}"))
            announced = True
        if not announced and time.monotonic() > deadline:
            raise CannotRun(
                f"The web does not answer at http://{HOST}:{port}/healthz after "
                f"{_ANSWER_SECONDS} seconds, so everything stops. The lines above may say why"
            )
        time.sleep(_LOOK_SECONDS)


def _start(child: Child) -> subprocess.Popen[bytes]:
    command = list(child.command)
    if setpriv := shutil.which("setpriv"):
        command = [setpriv, "--pdeathsig", "TERM", *command]
    # A session of its own: Ctrl-C in the terminal reaches us alone, and we end them in order.
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)


def _stop(
    processes: Mapping[str, subprocess.Popen[bytes]], asked_to_stop: Callable[[], int]
) -> None:
    """End them, with a term; asked a second time, at once. What a job had not finished is run
    again later: its row in the outbox still stands."""
    _tell("Stopping web, workers and scheduler")
    patience = asked_to_stop()
    deadline = time.monotonic() + _STOP_SECONDS
    for process in processes.values():
        _signal_group(process, signal.SIGTERM)
    while any(process.poll() is None for process in processes.values()):
        if time.monotonic() > deadline or asked_to_stop() > patience:
            break
        time.sleep(0.05)
    for process in processes.values():
        _signal_group(process, signal.SIGKILL)  # also what a process left behind in its group
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotRun(
                f"Port {port} cannot be used ({error.strerror}). If another program listens there, "
                f"end it, or choose another port: PORT={port + 1} make run"
            ) from error


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Two schedulers on one city would do everything twice."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "city.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"A city already runs from {folder}: use that one, end it, or give another folder "
                "in MINXIN_DATA"
            ) from None
        yield


@contextmanager
def _stop_signals() -> Iterator[Callable[[], int]]:
    """Turns Ctrl-C and SIGTERM into a count that the loop looks at."""
    count = 0

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal count
        count += 1

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: count
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(text: str) -> None:
    print(text, flush=True)
