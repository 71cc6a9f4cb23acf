"""Sample papers, each rendered once in a run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache

import pytest

from minxin.documents import rendering, samples
from minxin.documents.kinds import PaperKind
from minxin.documents.sheet import Sheet
from tests.documents.reading import File


@cache
def made(sheet: Sheet) -> File:
    """The file of a sheet, with the signs that the renderer found no face for."""
    heard = Boxes()
    logging.getLogger("weasyprint").addHandler(heard)
    try:
        file = File(rendering.render(sheet).pdf)
    finally:
        logging.getLogger("weasyprint").removeHandler(heard)
    file.boxes = heard.said
    return file


class Boxes(logging.Handler):
    """What the renderer says of signs that it drew as empty boxes (.notdef)."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if ".notdef" in record.getMessage():
            self.said.append(record.getMessage())


@pytest.fixture(scope="session")
def short() -> Callable[[PaperKind], File]:
    """A sample of a kind as it usually is."""
    return lambda kind: made(samples.of(kind))


@pytest.fixture(scope="session")
def long() -> Callable[[PaperKind], File]:
    """A sample of a kind over many pages."""
    return lambda kind: made(samples.of(kind, lengthy=True))


@pytest.fixture(scope="session")
def report() -> File:
    """Four pages of plain text."""
    return made(samples.pages(4))
