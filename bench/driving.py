"""Browsers that ask as fast as they are answered, on plain sockets so that they cost little."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.inside import TOKEN
from bench.load import PASSWORD, READER

CLIENTS = 4


@dataclass
class Taken:
    """What was measured of one page: seconds of each request, and what came back."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    size: int = 0
    errors: int = 0

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return round(len(self.times) / self.seconds, 1) if self.seconds else 0.0

    def milliseconds(self, share: float) -> float:
        """What so large a share of the requests took at most."""
        if len(self.times) < 2:
            return 0.0
        return round(statistics.quantiles(self.times, n=1000)[round(share * 1000) - 1] * 1000, 1)


class Browser:
    """One kept connection to a host, with a session's cookie where somebody signed in."""

    def __init__(self, host: str, cookie: str = "") -> None:
        self.host = host
        self.cookie = cookie
        name, _, port = host.partition(":")
        self._socket = socket.create_connection((name, int(port)))
        self._file = self._socket.makefile("rb")

    def get(self, path: str) -> tuple[int, bytes]:
        """(status, body) of a page."""
        return self._ask(f"GET {path} HTTP/1.1\r\n{self._head()}\r\n".encode())

    def post(self, path: str, form: Mapping[str, object]) -> tuple[int, bytes]:
        """(status, body) of what a form is answered with."""
        body = urlencode(form)
        head = f"{self._head()}Content-Type: application/x-www-form-urlencoded\r\n"
        head += f"Content-Length: {len(body)}\r\n"
        return self._ask(f"POST {path} HTTP/1.1\r\n{head}\r\n{body}".encode())

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._socket.close()

    def _head(self) -> str:
        cookie = f"Cookie: {self.cookie}\r\n" if self.cookie else ""
        return f"Host: {self.host}\r\n{cookie}"

    def _ask(self, request: bytes) -> tuple[int, bytes]:
        self._socket.sendall(request)
        status, size = int(self._file.readline().split()[1]), 0
        while (line := self._file.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            match name.lower():
                case b"content-length":
                    size = int(value)
                case b"set-cookie":
                    self.cookie = value.decode().strip().partition(";")[0]
        return status, self._file.read(size)


def sign_in(host: str, desk: str) -> tuple[str, str]:
    """(cookie, token for forms) of the reader at a desk."""
    browser, path = Browser(host), f"/{desk}/sign-in"
    form = {"csrf_token": _token(browser, path), "username": READER, "password": PASSWORD}
    status, _ = browser.post(path, form)
    if status != 302:
        raise SystemExit(f"Sign-in answered {status}")
    token = _token(browser, f"/{desk}/todo")
    browser.close()
    return browser.cookie, token


def _token(browser: Browser, path: str) -> str:
    found = TOKEN.search(browser.get(path)[1].decode())
    if found is None:
        raise SystemExit(f"{path} has no form")
    return found[1]


def read(
    taken: Taken, host: str, path: str, cookie: str, seconds: float, clients: int = CLIENTS
) -> None:
    """Ask for one page for so many seconds, by so many browsers at a time."""
    until = time.perf_counter() + seconds

    def one(browser: Browser) -> Iterator[tuple[int, bytes]]:
        while time.perf_counter() < until:
            yield browser.get(path)

    _drive(taken, host, cookie, one, 200, clients)


def send(
    taken: Taken,
    host: str,
    forms: Iterator[tuple[str, dict[str, object]]],
    cookie: str,
    seconds: float,
    clients: int = CLIENTS,
) -> None:
    """Send one form after the other, each to its own address, for so many seconds."""
    until = time.perf_counter() + seconds
    turn = threading.Lock()

    def one(browser: Browser) -> Iterator[tuple[int, bytes]]:
        while time.perf_counter() < until:
            with turn:
                following = next(forms, None)
            if following is None:
                return
            yield browser.post(*following)

    _drive(taken, host, cookie, one, 303, clients)


def _drive(
    taken: Taken,
    host: str,
    cookie: str,
    one: Callable[[Browser], Iterator[tuple[int, bytes]]],
    expected: int,
    clients: int,
) -> None:
    browsers = [Browser(host, cookie) for _ in range(clients)]

    def run(browser: Browser) -> None:
        last = time.perf_counter()
        for status, body in one(browser):
            answered = time.perf_counter()
            taken.times.append(answered - last)
            taken.size = len(body)
            taken.errors += status != expected
            last = time.perf_counter()

    started = time.perf_counter()
    threads = [threading.Thread(target=run, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.seconds += time.perf_counter() - started
    for browser in browsers:
        browser.close()
