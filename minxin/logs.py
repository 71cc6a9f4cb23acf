"""Structured log lines on standard error: events with ids, never personal data."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def set_up() -> None:
    """One JSON line per event, or readable lines on a terminal."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer()
            if terminal
            else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


def logger(name: str) -> Any:
    """A logger that says where it stands."""
    return structlog.get_logger(where=name)
