"""How fast papers are made, in how much memory; beside typst with the same text as a floor.

`make bench-papers` prints the figures side by side. Nothing here is a test.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdf
import typst

from minxin.documents import rendering, samples, signing
from minxin.documents.sheet import Sheet

RUNS = 7
PAPERS = 200
ASKED = {4: 0.4, 40: 1.5}
"""Pages → seconds that the issue asks for, on the machine where WeasyPrint took 0.22 and 0.62."""


def main() -> None:
    """Print seconds by length, memory after many papers, and the cost of a signature."""
    rendering.prepare()
    print(f"Median of {RUNS} warm runs; the floor is typst with the same text and face.\n")
    print(f"{'':18}{'pages':>7}{'minxin':>9}{'typst':>9}{'asked':>9}")
    for pages, asked in ASKED.items():
        sheet = _of_pages(pages)
        made = rendering.render(sheet)
        ours, floor = _median(lambda: rendering.render(sheet)), _median(lambda: _typst(sheet))  # noqa: B023
        print(f"督办专报{'':10}{made.pages:>7}{ours:>8.2f}s{floor:>8.2f}s{asked:>8.1f}s")
    notice = _median(lambda: rendering.render(samples.NOTICE))
    print(f"督办通知单{'':8}{1:>7}{notice:>8.2f}s")
    with tempfile.TemporaryDirectory() as folder:
        certificate = signing.load(signing.self_made(Path(folder)), "")
        pdf = rendering.render(samples.REPORT).pdf
        signed = _median(lambda: signing.sign(pdf, certificate, reason="测速"))
    print(f"{'signature':18}{'':7}{signed:>8.2f}s")
    with multiprocessing.get_context("spawn").Pool(1) as alone:
        before, after = alone.apply(_after_many)
    print(f"\nMemory of a worker: {before} MB warm, {after} MB after {PAPERS} papers (300 asked).")


def _after_many() -> tuple[int, int]:
    """(MB when warm, MB after many papers of every kind) of a process that makes nothing else."""
    rendering.prepare()
    before = _memory()
    for number in range(PAPERS):
        rendering.render(samples.short()[number % len(samples.short())])
    return before, _memory()


def _of_pages(wanted: int) -> Sheet:
    """A report of so many pages, or the fewest more."""
    sheet = samples.pages(wanted)
    while rendering.render(sheet).pages > wanted:
        lines = sheet.text.splitlines()
        sheet = replace(sheet, text="\n".join(lines[: -max(1, len(lines) // 20)]))
    return sheet


def _median(run: Callable[[], object]) -> float:
    spent = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def _typst(sheet: Sheet) -> int:
    head = (
        '#set page(paper: "a4", margin: (top: 37mm, right: 26mm, bottom: 35mm, left: 28mm))\n'
        '#set text(font: "FandolFang", size: 15.75pt, lang: "zh")\n'
        "#set par(justify: true, leading: 13.2pt, first-line-indent: 2em)\n"
    )
    text = "\n\n".join(line for line in sheet.text.splitlines() if not line.startswith("【"))
    pdf = typst.compile((head + text).encode(), font_paths=["/usr/local/share/fonts"])
    return len(pypdf.PdfReader(BytesIO(pdf)).pages)


def _memory() -> int:
    """What this process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024 // 1024


if __name__ == "__main__":
    main()
