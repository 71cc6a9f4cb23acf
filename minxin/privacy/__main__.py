"""Reads {"text"[, "known"]} and writes {"spans": [[start, end, TYPE(, "review")]]}, one a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from minxin.privacy import finding, tagger


def main() -> None:
    """Answer line by line: whoever asks may wait for each answer before he asks again."""
    tagger.ready()
    for line in sys.stdin:
        if not line.strip():
            continue
        asked: Mapping[str, Any] = json.loads(line)
        hits = finding.find(asked["text"], asked.get("known") or {})
        spans = [
            [hit.start, hit.end, str(hit.kind), *([] if hit.sure else ["review"])] for hit in hits
        ]
        sys.stdout.write(json.dumps({"spans": spans}, ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
