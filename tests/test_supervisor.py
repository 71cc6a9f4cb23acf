"""A city of small stand-in processes: what is tested is how they live and end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from minxin import supervisor
from minxin.embedded.layout import Layout, State
from minxin.supervisor import CannotRun, Child

WEB = """
import http.server, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""


def web(port: int) -> Child:
    return Child("web", [sys.executable, "-c", WEB, str(port)])


def sleeper(name: str, seconds: float) -> Child:
    return Child(name, ["sleep", str(seconds)])


@pytest.fixture
def port() -> int:
    return free_port()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(
    port: int,
    *,
    children: Callable[[int], Sequence[Child]],
    folder: Path | None = None,
    banner: Callable[[str], str] = str,
) -> None:
    supervisor.up(port=port, folder=folder, prepare=lambda: None, banner=banner, run=children)


def test_a_taken_port_is_told_before_anything_starts(port: int, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(CannotRun, match=f"Port {port}.*PORT={port + 1} make run"):
            run(port, folder=tmp_path / "var", children=lambda port: [web(port)])
    assert not (tmp_path / "var").exists()


def test_the_address_is_told_when_the_web_answers(port: int) -> None:
    told: list[str] = []

    def banner(address: str) -> str:
        told.append(address)
        os.kill(os.getpid(), signal.SIGTERM)
        return address

    run(port, children=lambda port: [web(port), sleeper("worker", 600)], banner=banner)
    assert told == [f"http://127.0.0.1:{port}"]


def test_one_that_dies_takes_the_others_along_and_is_named(port: int) -> None:
    with pytest.raises(CannotRun, match="scheduler ended by itself"):
        run(port, children=lambda port: [web(port), sleeper("scheduler", 0.5)])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0, "the web was left running"


def test_a_web_that_never_answers_is_given_up(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_ANSWER_SECONDS", 0.5)
    with pytest.raises(CannotRun, match="does not answer"):
        run(port, children=lambda port: [sleeper("web", 600)])


def test_one_folder_has_one_city(port: int, tmp_path: Path) -> None:
    folder = tmp_path / "var"

    def second(address: str) -> str:
        with pytest.raises(CannotRun, match="already runs"):
            run(free_port(), folder=folder, children=lambda port: [])
        os.kill(os.getpid(), signal.SIGTERM)
        return address

    run(port, folder=folder, children=lambda port: [web(port)], banner=second)
    assert State.read(Layout(folder)) is None, "the servers were left running"


def test_nothing_outlives_a_killed_supervisor(port: int, tmp_path: Path) -> None:
    folder = tmp_path / "var"
    code = (
        "import sys; from pathlib import Path; from tests import test_supervisor as t; "
        "t.run(int(sys.argv[1]), folder=Path(sys.argv[2]), children=lambda port: [t.web(port)])"
    )
    city = subprocess.Popen(
        [sys.executable, "-c", code, str(port), str(folder)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert city.stdout is not None
    guard = threading.Timer(60, city.kill)
    guard.start()
    assert any(line.startswith(b"http://") for line in city.stdout)
    guard.cancel()
    city.kill()
    city.wait()
    city.stdout.close()
    deadline = time.monotonic() + 20
    while State.read(Layout(folder)) is not None or _answers(port):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
