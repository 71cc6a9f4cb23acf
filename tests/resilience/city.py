"""A whole city on servers of its own, which tests may kill: PostgreSQL, Valkey, web, workers."""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import psycopg

from minxin.config import ROOT
from minxin.demonstration import people
from minxin.embedded.account import account_for
from minxin.embedded.layout import OWNER, Layout, addresses
from minxin.embedded.postgres import binaries, start_postgres, stop_postgres
from minxin.embedded.valkey import binary, start_valkey
from minxin.supervisor import children

BACKGROUND = ("worker for short jobs", "worker for long jobs", "scheduler")
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')


class City:
    """The processes of one city. What is killed here belongs to this test alone."""

    def __init__(self, folder: Path) -> None:
        self.layout = Layout(folder)
        self.layout.make_folder()
        self.account = account_for(folder, binaries(), binary().parent)
        self.layout.make_private(self.layout.sockets, self.account.uid, self.account.gid)
        # Durable, as in production: what was committed must survive a cut in the middle.
        self.postgres = start_postgres(self.layout, self.account, durable=True)
        self.start_valkey()
        self.log = folder / "city.log"
        self.port = _free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        given = addresses(folder)
        self.superuser = given.database_url.replace(f"{OWNER}@", "postgres@", 1)
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MINXIN_")},
            "DATABASE_URL": given.database_url,
            "REDIS_URL": given.redis_url,
            "SECRET_KEY": secrets.token_hex(32),
            "MINXIN_CONTACT_KEY": secrets.token_hex(32),
            "MINXIN_DATA": str(folder / "data"),
            "MINXIN_BEAT": "0.1",
            "MINXIN_PROXIES": "1",  # each person here comes from an address of their own
        }
        self.in_hand: list[str] = json.loads(self._run("-m", "tests.resilience.founding"))

    def start(self, *names: str) -> None:
        """Start some of the city's processes (all without names) as `make run` does."""
        for child in children(self.port):
            if names and child.name not in names:
                continue
            command = list(child.command)
            if "--workers" in command:
                command[command.index("--workers") + 1] = "1"
            if setpriv := shutil.which("setpriv"):
                command = [setpriv, "--pdeathsig", "KILL", *command]
            with self.log.open("ab") as log:
                self.processes[child.name] = subprocess.Popen(
                    command, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
            if child.name == "web":
                eventually(self._answers)

    def end(self, *names: str) -> None:
        """End some of the processes."""
        for name in names or tuple(self.processes):
            process = self.processes.pop(name)
            for number in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(5)

    def kill_valkey(self) -> None:
        """As a power cut would: nothing of what it held comes back."""
        self.valkey.stop(signal.SIGKILL, 10)

    def start_valkey(self) -> None:
        self.valkey = start_valkey(self.layout, self.account, durable=False)

    def cut_postgres(self) -> None:
        """Stop it at once, sessions and all, and start it again: it replays what was committed."""
        self.postgres.stop(signal.SIGQUIT, 30)
        self.postgres = start_postgres(self.layout, self.account, durable=True)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask past every wall."""
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute("SET search_path = city_panjin")
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def let_time_pass(self) -> None:
        """As if what waits had been promised and sent a while ago."""
        past = "now() - interval '10 minutes'"
        self.rows(f"UPDATE outbox SET created_at = {past}, sent_at = {past} WHERE done_at IS NULL")

    def waiting(self) -> int:
        return int(self.rows("SELECT count(*) FROM outbox WHERE done_at IS NULL")[0][0])

    def lives(self) -> list[str]:
        """The processes that still run."""
        return [name for name, process in self.processes.items() if process.poll() is None]

    def words(self) -> str:
        return self.log.read_text(errors="replace")

    def close(self) -> None:
        self.end()
        self.valkey.stop(signal.SIGKILL, 10)
        stop_postgres(self.postgres)

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip().splitlines()[-1]

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        return False


@dataclass
class Answer:
    """What came back: its own address, status and text."""

    status: int
    url: str
    text: str

    def hidden(self) -> dict[str, str]:
        """The hidden fields of its forms."""
        found = {}
        for tag in HIDDEN.findall(self.text):
            name = re.search(r'name="([^"]*)"', tag)
            value = re.search(r'value="([^"]*)"', tag)
            if name:
                found[unescape(name[1])] = unescape(value[1]) if value else ""
        return found


@dataclass
class Person:
    """Somebody with a browser: cookies, redirects, forms with their tokens."""

    city: City
    address: str = field(default_factory=lambda: f"10.{'.'.join(map(str, secrets.token_bytes(3)))}")

    def __post_init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)

    def get(self, path: str) -> Answer:
        return self._open(path, None)

    def post(self, path: str, data: dict[str, str], origin: str = "") -> Answer:
        return self._open(path, urllib.parse.urlencode(data).encode(), origin)

    def send(self, path: str, **typed: str) -> Answer:
        """Open a form, fill it in and send it."""
        form = self.get(path)
        assert form.status == 200, form.text
        return self.post(path, {**form.hidden(), **typed})

    def sign_in(self, desk: str, username: str) -> Answer:
        answer = self.send(f"/{desk}/sign-in", username=username, password=people.PASSWORD)
        assert answer.status == 200, answer.text
        return answer

    def _open(self, path: str, data: bytes | None, origin: str = "") -> Answer:
        host = f"http://localhost:{self.city.port}"
        headers = {"Origin": origin or host, "X-Forwarded-For": self.address}
        request = urllib.request.Request(host + path, data, headers)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Answer(answer.status, answer.url, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.url, error.read().decode())


def eventually(holds: Callable[[], object], seconds: float = 40) -> object:
    """Wait until something holds and answer it; fails loudly when it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.1)
    raise AssertionError(f"did not come true within {seconds} seconds")


def told(city: City, answer: Answer) -> None:
    """The id on the page is in the log."""
    found = re.search(r'编号 (?:<span class="num">)?(\w+)', answer.text)
    assert found, answer.text
    eventually(lambda: found[1] in city.words())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
