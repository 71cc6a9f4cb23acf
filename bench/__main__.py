"""List and case page through the real server, beside a static page of their size: `make bench`."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from bench.city import Running, free_port, running_city, temporary_folder, wait_for
from bench.load import PASSWORD, TENANTS, found, load
from minxin import embedded
from minxin.config import from_environment

SECONDS = 4.0
CLIENTS = 4
DESK = "t01"
"""The largest district."""


@dataclass(frozen=True)
class Figure:
    """One page measured: requests/s, milliseconds at the median and the 99th percentile, bytes."""

    page: str
    per_second: float
    p50_ms: float
    p99_ms: float
    size: int
    errors: int


def main() -> None:
    """Load, measure, print a table and, with --json, write a file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cases", type=int, default=10_000)
    arguments.add_argument("--json", help="write the figures to this file")
    given = arguments.parse_args()
    with temporary_folder() as folder:
        print(f"Loading {given.cases:,} cases over {TENANTS} tenants", flush=True)
        servers = embedded.start(folder)
        found(from_environment({"MINXIN_DATA": str(folder)}))
        load(folder, given.cases)
        servers.stop()
        with running_city(folder, demonstration=False) as city:
            figures = list(_measure(city))
    _print(figures)
    if given.json:
        with open(given.json, "w") as file:
            json.dump(
                {"cases": given.cases, "figures": [asdict(f) for f in figures]}, file, indent=1
            )


def _measure(city: Running) -> Iterator[Figure]:
    host = city.address.removeprefix("http://")
    cookie = _sign_in(host)
    listed = _get(host, f"/{DESK}/todo?view=at_units", cookie)[1].decode()
    number = re.search(rf'href="(/{DESK}/cases/[^"/?]+)"', listed)
    if number is None:
        raise SystemExit("The list shows no case")
    pages = {
        "list": f"/{DESK}/todo?view=at_units",
        "list, filtered": f"/{DESK}/cases?kind=complaint&source=web",
        "search": f"/{DESK}/cases?" + urlencode({"q": "路灯不亮"}),
        "case page": number.group(1),
    }
    with _floor(city) as floor_host:
        for name, path in pages.items():
            figure = _drive(name, host, path, cookie)
            yield figure
            yield _drive(f"  static page of {figure.size:,} bytes", floor_host,
                         f"/floor/{figure.size}", "")  # fmt: skip


def _drive(name: str, host: str, path: str, cookie: str) -> Figure:
    times: list[float] = []
    sizes: list[int] = []
    errors: list[int] = []
    _get(host, path, cookie)
    end = time.perf_counter() + SECONDS

    def client() -> None:
        connection = http.client.HTTPConnection(host)
        while (started := time.perf_counter()) < end:
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            body = answer.read()
            times.append(time.perf_counter() - started)
            sizes.append(len(body))
            if answer.status != 200:
                errors.append(answer.status)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ordered = sorted(times)
    return Figure(
        page=name,
        per_second=round(len(times) / SECONDS, 1),
        p50_ms=round(statistics.median(ordered) * 1000, 1),
        p99_ms=round(ordered[int(len(ordered) * 0.99) - 1] * 1000, 1),
        size=sizes[-1],
        errors=len(errors),
    )


@contextmanager
def _floor(city: Running) -> Iterator[str]:
    """The same server with the same settings, and the static address besides."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "2", "--blocking-threads", "4", "--no-ws"]
    command += ["--http", "1", "--log-level", "warning", "bench.floor:app"]
    environment = {**os.environ, "MINXIN_DATA": str(city.folder)}
    server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def _sign_in(host: str) -> str:
    """The cookie of a unit's responder."""
    _, page, cookie = _get(host, f"/{DESK}/sign-in", "")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.decode())
    if token is None:
        raise SystemExit("The sign-in page has no form")
    form = {"csrf_token": token.group(1), "username": "reader", "password": PASSWORD}
    connection = http.client.HTTPConnection(host)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    connection.request("POST", f"/{DESK}/sign-in", urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 302:
        raise SystemExit(f"Sign-in answered {answer.status}")
    return (answer.getheader("Set-Cookie") or cookie).partition(";")[0]


def _get(host: str, path: str, cookie: str) -> tuple[int, bytes, str]:
    connection = http.client.HTTPConnection(host)
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}")
    return answer.status, body, (answer.getheader("Set-Cookie") or "").partition(";")[0]


def _print(figures: list[Figure]) -> None:
    print(f"{'page':34}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'bytes':>10}{'errors':>8}")
    for figure in figures:
        print(
            f"{figure.page:34}{figure.per_second:>9}{figure.p50_ms:>9}{figure.p99_ms:>9}"
            f"{figure.size:>10,}{figure.errors:>8}"
        )


if __name__ == "__main__":
    main()
