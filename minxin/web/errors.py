"""Errors as pages: a human sentence in the same frame, with an id that the log has too.

A page that answers a form shows what was written, so that nothing has to be written again.
"""

from __future__ import annotations

import traceback
from contextlib import suppress
from typing import Any

from flask import Flask, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from redis.exceptions import RedisError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException

from minxin import logs
from minxin.errors import Refused
from minxin.extensions import db, login
from minxin.web import carried, door

log = logs.logger("errors")

AGAIN_AFTER = "15"
"""Seconds: when a browser or a proxy may ask again after a 503."""

UNSTORABLE = "填写的内容里有系统不能保存的字符或过大的数字，请删去后再提交"
EXPIRED = "页面停留过久或登录已失效，请返回上一页刷新后重新提交，已填写的内容会保留"


def register(app: Flask) -> None:
    """One page for every refusal and failure."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(CSRFError, expired)
    app.register_error_handler(HTTPException, answered)
    app.register_error_handler(DataError, unstorable)
    for away in (OperationalError, InterfaceError, PoolExhausted, RedisError):
        app.register_error_handler(away, unavailable)
    app.register_error_handler(Exception, failed)


def refused(error: Refused) -> Any:
    """A verb said no and no form was there to say it beside a field."""
    return _page(400, message=error.message, texts=_written())


def expired(error: CSRFError) -> Any:
    """The form's session is gone or the form is not ours: only the former comes back."""
    answer = door.returned()
    if answer is not None:
        return answer
    ours = g.get("desk") is None and carried.genuine()
    return _page(400, message=EXPIRED, texts=_written() if ours else [])


def answered(error: HTTPException) -> Any:
    """404, 403, 429 and their kin."""
    if error.response is not None:
        return error.response
    code = error.code or 500
    return _unavailable() if code == 503 else _page(code, texts=_written())


def unavailable(error: Exception) -> Any:
    """The database or Valkey is away for a moment."""
    cause = getattr(error, "orig", None) or error
    log.error("unavailable", error_id=g.get("request_id"), error=type(cause).__name__)
    return _unavailable()


def unstorable(error: DataError) -> Any:
    """A character or a number that no row can hold: no page of ours sends it."""
    log.warning("unstorable", error_id=g.get("request_id"), trace=_trace(error)[-1:])
    if request.method == "GET":
        return _page(404)
    return _page(400, message=UNSTORABLE, texts=_written())


def failed(error: Exception) -> Any:
    """A fault of ours: the trace goes to the log, without the values that caused it."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return unavailable(error)
    log.error(
        "failed", error_id=g.get("request_id"), error=type(error).__name__, trace=_trace(error)
    )
    return _page(500, texts=_written())


def _unavailable() -> Any:
    """In the plainest frame: the other ones ask the servers that are away."""
    _ask_nobody()
    again = _posted() if request.method == "POST" else []
    text, code = _page(503, again=again, texts=carried.written(again[:-1]), files=_with_files())
    answer = make_response(text, code)
    answer.headers["Retry-After"] = AGAIN_AFTER
    return answer


def _ask_nobody() -> None:
    """Render what follows without the person: to know who it is takes the servers."""
    g.away = True
    g._login_user = login.anonymous_user()  # where Flask-Login keeps the person of a request


def _page(code: int, **values: Any) -> Any:
    with suppress(Exception):  # no city was entered, or the connection is gone
        db.session.rollback()
    values |= {"code": code, "error_id": g.get("request_id"), "public": g.get("desk") is None}
    try:
        text = render_template("errors/error.html", **values)
    except Exception as second:  # the frame itself needs the database
        log.error("error page failed", error_id=g.get("request_id"), error=type(second).__name__)
        _ask_nobody()
        text = render_template("errors/bare.html", **values)
    return text, code


def _posted() -> list[tuple[str, str]]:
    """What was sent and can be sent again: nothing where a password would be missing."""
    with suppress(HTTPException):
        if not carried.secret():
            return [*carried.posted(), (carried.TOKEN, request.form.get(carried.TOKEN, ""))]
    return []


def _written() -> list[str]:
    with suppress(HTTPException):
        return carried.written(carried.posted()) if request.method == "POST" else []
    return []


def _with_files() -> bool:
    with suppress(HTTPException):
        return any(upload.filename for upload in request.files.values())
    return False


def _trace(error: Exception) -> list[str]:
    """Where it happened: files, lines and functions; messages may hold personal data."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
