"""Reads {"text"[, "known"]} and writes {"spans": [[start, end, TYPE(, "review")]]}, one a line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from minxin.privacy import finding, tagger

MOST = 32
"""Texts that are read together, where so many wait."""


def main() -> None:
    """Answer what waits on the standard input, in order; whoever sends one text and waits for its
    answer gets it."""
    tagger.ready()
    for asked in _waiting():
        texts = [(each["text"], each.get("known") or {}) for each in asked]
        for hits in finding.find_all(texts):
            spans = [
                [hit.start, hit.end, str(hit.kind), *([] if hit.sure else ["review"])]
                for hit in hits
            ]
            sys.stdout.write(json.dumps({"spans": spans}, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _waiting() -> Iterator[list[Mapping[str, Any]]]:
    rest = b""
    while chunk := os.read(sys.stdin.fileno(), 1 << 16):
        *lines, rest = (rest + chunk).split(b"\n")
        asked = [json.loads(line) for line in lines if line.strip()]
        for first in range(0, len(asked), MOST):
            yield asked[first : first + MOST]
    if rest.strip():
        yield [json.loads(rest)]


if __name__ == "__main__":
    main()
