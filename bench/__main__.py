"""The hot pages through the real server, beside two floors of the same run: `make bench`.

For each number of cases: the list, a filtered list, a search for a common and for a rare word, the
case page, and one move (认领, each on a case of its own). Beside a page stand the same server with
a static page of its size, and the same rows bare: see bench.floor and bench.bare.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient

from bench import driving, shapes
from bench.bare import PAGES
from bench.city import Running, running_city, served, temporary_folder
from bench.driving import Taken
from bench.inside import Statement, asked, signed_in, statements
from bench.load import TENANTS, found, load
from minxin import create_app, embedded
from minxin.config import Settings, from_environment

SIZES = (10_000, 100_000, 1_000_000)
DESK = "t01"
"""The largest district; 认领 is done at the city's desk."""
ROUNDS = 3
SECONDS = 2.0
"""Page and floors take turns, so that what else the machine does falls on all of them."""


@dataclass(frozen=True)
class Figure:
    """One page measured: asked by four browsers at once, `alone_ms` is the median of a single one.

    The floors are requests/s; of_bare is the share of the bare one that the page reaches.
    """

    page: str
    per_second: float
    alone_ms: float
    p50_ms: float
    p99_ms: float
    statements: int
    bytes: int
    errors: int
    static_per_second: float | None = None
    bare_per_second: float | None = None
    of_bare: float | None = None


def main() -> None:
    """Load, measure, print a table for each size and, with --json, write a file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cases", type=int, action="append", help="one size (or several)")
    arguments.add_argument("--json", default="var/bench.json", help="where the figures are written")
    given = arguments.parse_args()
    sizes = []
    with temporary_folder() as folder:
        settings = from_environment({"MINXIN_DATA": str(folder)})
        servers = embedded.start(folder)
        try:
            found(settings)
            for number in given.cases or SIZES:
                sizes.append(_of_size(folder, settings, number))
        finally:
            servers.stop()
    file = Path(given.json)
    file.parent.mkdir(parents=True, exist_ok=True)
    said = {"processors": os.cpu_count(), "python": platform.python_version(), "sizes": sizes}
    file.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n")
    print(f"Written to {file}")


def _of_size(folder: Path, settings: Settings, number: int) -> dict[str, object]:
    print(f"Loading {number:,} cases over {TENANTS} tenants", flush=True)
    started = time.perf_counter()
    load(folder, number)
    loaded = round(time.perf_counter() - started, 1)
    busy = os.getloadavg()[0]
    with running_city(folder, demonstration=False) as city:
        figures = list(_measure(city, settings, number))
    print(f"\n{number:,} cases, loaded in {loaded} s; load average before {busy:.1f}")
    _print(figures)
    return {
        "cases": number,
        "loaded_s": loaded,
        "load_average_before": round(busy, 2),
        "figures": [asdict(figure) for figure in figures],
    }


def _measure(city: Running, settings: Settings, number: int) -> Iterator[Figure]:
    host = city.address.removeprefix("http://")
    app = create_app(settings)
    reader = signed_in(app, DESK)
    pages = _pages(reader)
    asks = {name: asked(app, reader, path) for name, path in pages.items()}
    cookie, _ = driving.sign_in(host, DESK)
    with ExitStack() as floors:
        told = _tell(city.folder, asks)
        static = floors.enter_context(served("bench.floor:app", city.folder))
        bare = floors.enter_context(served("bench.bare:app", city.folder, {PAGES: str(told)}))
        for name, path in pages.items():
            print(f"  {name}", flush=True)
            yield _page(name, (host, path, cookie), static, bare, len(asks[name]))
        print("  move", flush=True)
        yield _move(app, host, static)


def _pages(reader: FlaskClient) -> dict[str, str]:
    """The addresses that are measured, by name; the case is the first of the list."""
    listed = f"/{DESK}/todo?view=at_units"
    case = re.search(rf'data-href="(/{DESK}/cases/[^"]+)"', reader.get(listed).text)
    if case is None:
        raise SystemExit("The list shows no case")
    return {
        "list": listed,
        "filtered": f"/{DESK}/cases?kind=complaint&source=web",
        "common": f"/{DESK}/cases?q={quote(shapes.COMMON)}",
        "rare": f"/{DESK}/cases?q={quote(shapes.RARE)}",
        "case": case[1],
    }


def _page(name: str, place: tuple[str, str, str], static: str, bare: str, asks: int) -> Figure:
    page, plain, rows, alone = Taken(), Taken(), Taken(), Taken()
    driving.read(Taken(), *place, 0.5)
    driving.read(Taken(), bare, f"/{name}", "", 0.5)
    for _ in range(ROUNDS):
        driving.read(page, *place, SECONDS)
        driving.read(rows, bare, f"/{name}", "", SECONDS)
        driving.read(plain, static, f"/floor/{page.size}", "", SECONDS / 2)
    driving.read(alone, *place, SECONDS, clients=1)
    if plain.errors or rows.errors:
        raise SystemExit(f"A floor of {name} answered with errors")
    share = round(page.per_second / rows.per_second, 2)
    return _figure(name, page, alone, asks, plain.per_second, rows.per_second, share)


def _move(app: Flask, host: str, static: str) -> Figure:
    """认领 by the office's clerk: session, token and version, each on a case of its own."""
    forms = iter([(f"/city/cases/20260101-{n:08d}/claim", n) for n in range(1, shapes.POOL + 1)])
    clerk = signed_in(app, "city")
    for _ in range(3):
        path, _number = next(forms)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', clerk.get(path).text)
        form = {"csrf_token": token[1] if token else "", "version": shapes.VERSION}
        with statements(app) as seen:
            answer = clerk.post(path, data=form)
        if answer.status_code != 303:
            raise SystemExit(f"{path} answered {answer.status_code}")
    cookie, token_ = driving.sign_in(host, "city")
    sent = {"csrf_token": token_, "version": shapes.VERSION}
    page, plain, alone = Taken(), Taken(), Taken()
    driving.send(page, host, ((path, sent) for path, _ in forms), cookie, SECONDS * ROUNDS)
    driving.send(alone, host, ((path, sent) for path, _ in forms), cookie, SECONDS / 2, clients=1)
    driving.read(plain, static, f"/floor/{page.size}", "", SECONDS)
    return _figure("move", page, alone, len(seen), plain.per_second)


def _figure(
    name: str, page: Taken, alone: Taken, asks: int, static: float, bare: float | None = None,
    share: float | None = None,
) -> Figure:  # fmt: skip
    return Figure(
        page=name,
        per_second=page.per_second,
        alone_ms=alone.milliseconds(0.5),
        p50_ms=page.milliseconds(0.5),
        p99_ms=page.milliseconds(0.99),
        statements=asks,
        bytes=page.size,
        errors=page.errors,
        static_per_second=static,
        bare_per_second=bare,
        of_bare=share,
    )


def _tell(folder: Path, asks: dict[str, list[Statement]]) -> Path:
    """Write down for the bare floor what each page reads of its cases."""
    told = folder / "pages.pickle"
    pages = {name: [each for each in seen if each.of_cases] for name, seen in asks.items()}
    told.write_bytes(pickle.dumps(pages))
    return told


HEADS = ("page", "req/s", "alone ms", "p50 ms", "p99 ms", "statements", "bytes", "errors",
         "static req/s", "bare req/s", "of bare")  # fmt: skip


def _print(figures: Sequence[Figure]) -> None:
    print("".join(f"{head:>13}" for head in HEADS))
    for figure in figures:
        print("".join(f"{'' if each is None else each:>13}" for each in asdict(figure).values()))


if __name__ == "__main__":
    main()
