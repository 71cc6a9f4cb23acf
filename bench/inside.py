"""The application inside this process: what each request asks of the database, and of whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from bench.load import PASSWORD, READER
from minxin.extensions import db

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
CASES = re.compile(r"\b(cases|case_texts|clocks|case_events)\b")
"""Tables whose rows are what a page is about; the rest is its frame."""


@dataclass(frozen=True)
class Statement:
    """What a page asked of the database: by which login, under which settings."""

    login: str
    settings: str
    sql: str
    parameters: Any

    @property
    def of_cases(self) -> bool:
        """Does it read the cases themselves, rather than the frame around them?"""
        return CASES.search(self.sql) is not None


@contextmanager
def statements(app: Flask) -> Iterator[list[Statement]]:
    """The statements of a block. What opens each transaction is not counted but told of each."""
    seen: list[Statement] = []
    hooks = []
    with app.app_context():
        engines = {name: engine for name, engine in db.engines.items() if name}
    for login, engine in engines.items():
        hook = _hook(login, seen)
        event.listen(engine, "before_cursor_execute", hook)
        hooks.append((engine, hook))
    try:
        yield seen
    finally:
        for engine, hook in hooks:
            event.remove(engine, "before_cursor_execute", hook)


def _hook(login: str, seen: list[Statement]) -> Any:
    def note(connection: Any, _cursor: Any, sql: str, parameters: Any, *_more: Any) -> None:
        if sql.startswith("SET LOCAL"):
            connection.info["opened"] = sql
        elif not sql.startswith("EXPLAIN"):
            seen.append(Statement(login, connection.info.get("opened", ""), sql, parameters))

    return note


def signed_in(app: Flask, desk: str, username: str = READER) -> FlaskClient:
    """A browser at a desk."""
    client = app.test_client()
    path = f"/{desk}/sign-in"
    token = TOKEN.search(client.get(path).text)
    data = {"username": username, "password": PASSWORD, "csrf_token": token[1] if token else ""}
    answer = client.post(path, data=data)
    if answer.status_code != 302:
        raise SystemExit(f"Sign-in answered {answer.status_code}")
    return client


def asked(app: Flask, client: FlaskClient, path: str) -> list[Statement]:
    """What one request asks, in a process that has answered it before."""
    for _ in range(2):
        with statements(app) as seen:
            answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
    return seen
