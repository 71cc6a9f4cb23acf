"""Errors as pages: a human sentence in the same frame, with an id that the log has too."""

from __future__ import annotations

import traceback
from contextlib import suppress
from typing import Any

from flask import Flask, g, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from minxin import logs
from minxin.errors import Refused
from minxin.extensions import db

log = logs.logger("errors")


def register(app: Flask) -> None:
    """One page for every refusal and failure."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(CSRFError, expired)
    app.register_error_handler(HTTPException, answered)
    app.register_error_handler(OperationalError, unavailable)
    app.register_error_handler(Exception, failed)


def refused(error: Refused) -> Any:
    """A verb said no and no form was there to say it beside a field."""
    return _page(400, message=error.message)


def expired(error: CSRFError) -> Any:
    """The form's session is gone or the form is not ours."""
    return _page(
        400, message="页面停留过久或登录已失效，请返回上一页刷新后重新提交，已填写的内容会保留"
    )


def answered(error: HTTPException) -> Any:
    """404, 403, 429 and their kin."""
    if error.response is not None:
        return error.response
    return _page(error.code or 500)


def unavailable(error: OperationalError) -> Any:
    """The database is away for a moment."""
    log.error("database unavailable", error_id=g.get("request_id"), error=type(error.orig).__name__)
    return _page(503)


def failed(error: Exception) -> Any:
    """A fault of ours: the trace goes to the log, without the values that caused it."""
    log.error(
        "failed", error_id=g.get("request_id"), error=type(error).__name__, trace=_trace(error)
    )
    return _page(500)


def _page(code: int, message: str = "") -> Any:
    with suppress(RuntimeError):  # no city was entered
        db.session.rollback()
    signed_out = g.get("desk") is None
    try:
        text = render_template(
            "errors/error.html",
            code=code,
            message=message,
            error_id=g.get("request_id"),
            public=signed_out,
        )
    except Exception as second:  # the frame itself needs the database
        log.error("error page failed", error_id=g.get("request_id"), error=type(second).__name__)
        text = render_template("errors/bare.html", code=code, error_id=g.get("request_id"))
    return text, code


def _trace(error: Exception) -> list[str]:
    """Where it happened: files, lines and functions; messages may hold personal data."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
