"""The one application of a worker process."""

from __future__ import annotations

from flask import Flask

from minxin import create_app
from worker import queues

_made: list[Flask] = []


def app() -> Flask:
    """Made at the first job; forked children share it."""
    if not _made:
        _made.append(create_app(send=queues.send))
    return _made[0]


def use(made: Flask) -> None:
    """Let a process that has an application already run jobs in it."""
    _made[:] = [made]
