"""The masker on invented appeals: characters a second alone and together, beside the tagger's model
alone on the same texts; how soon it is ready and what it holds. `python -m bench.masking`."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

from minxin.demonstration.appeals import STORIES
from minxin.demonstration.questions import QUESTIONS
from minxin.privacy import finding, tagger
from minxin.privacy.veil import veiled

SAID = "我叫王小明，住幸福里3栋2单元501，电话13800001207，车牌辽LD12345。"
TIMES, AT_ONCE = 20, 32


def main() -> None:
    """Print the figures side by side."""
    began = time.perf_counter()
    tagger.ready()
    finding.find(SAID)
    ready = time.perf_counter() - began
    bodies = [*(story.body for story in STORIES), *(asked.body for asked in QUESTIONS)]
    texts = [SAID + body for body in bodies] * TIMES
    known: dict[str, str] = {}

    def together() -> None:
        for first in range(0, len(texts), AT_ONCE):
            finding.find_all([(text, known) for text in texts[first : first + AT_ONCE]])

    def floor() -> None:
        for first in range(0, len(texts), AT_ONCE):
            tagger.marks(texts[first : first + AT_ONCE])

    size = sum(map(len, texts))
    print(f"{len(texts)} texts, {size:,} characters; ready in {ready:.2f} s")
    for name, verb in (
        ("one text at a time", lambda: [finding.find(text) for text in texts]),
        (f"{AT_ONCE} together", together),
        ("rules alone (pages)", lambda: [veiled(text) for text in texts]),
        ("floor: the model alone", floor),
    ):
        print(f"{name:>24}  {size / _seconds(verb):>12,.0f} characters/s")
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'held at most':>24}  {held:>12,.0f} MB")


def _seconds(verb: Callable[[], object]) -> float:
    began = time.perf_counter()
    verb()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
