"""HTTP only: guard, load by reach, call one verb, commit, render."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from minxin.config import LOGINS, Settings
from minxin.web import (
    console,
    door,
    errors,
    life,
    oversight,
    portal,
    presence,
    remembering,
    render,
    workbench,
)

LARGEST_REQUEST = 130 * 1024 * 1024  # six photos of 20 MB and the form


def flask_config(settings: Settings) -> dict[str, Any]:
    """What Flask and its extensions read of the settings."""
    urls = settings.database_urls
    engine = {
        "pool_size": settings.pool_size,
        "max_overflow": 5,
        "pool_pre_ping": True,
        "hide_parameters": True,  # an error's text never holds what was to be written
        "use_insertmanyvalues": False,  # writes INSERT … SELECT: not under a wall
    }
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_BINDS": {login: {"url": urls[login], **engine} for login in LOGINS[1:]},
        "SESSION_KEY_PREFIX": "session:",
        "SESSION_PERMANENT": True,
        "PERMANENT_SESSION_LIFETIME": timedelta(minutes=30),
        "SESSION_REFRESH_EACH_REQUEST": True,
        "SESSION_COOKIE_NAME": "minxin",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "WTF_I18N_ENABLED": False,  # not by Flask-Babel: forms speak Chinese (web.forms)
        "WTF_CSRF_TIME_LIMIT": None,  # a form left open over lunch is still good
        "RATELIMIT_STORAGE_URI": "redis://",  # the pool of create_app reaches the server
        "RATELIMIT_KEY_PREFIX": "limit",
        "RATELIMIT_SWALLOW_ERRORS": True,  # Valkey away: serve rather than refuse, and meanwhile
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,  # each process counts for itself
        "RATELIMIT_HEADERS_ENABLED": False,
    }


def behind(app: Flask, proxies: int) -> None:
    """Take addresses from so many reverse proxies: limits count citizens, not the proxy.

    With none in front the header is anybody's invention and is not read.
    """
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0
        )


def register(app: Flask) -> None:
    """Wire the life of a request and every page."""
    settings: Settings = app.extensions["settings"]
    behind(app, settings.proxies)
    life.register(app)
    presence.register(app)
    remembering.register(app)
    door.register(app)
    render.register(app)
    errors.register(app)
    app.register_blueprint(portal.pages)
    app.register_blueprint(oversight.pages)
    app.register_blueprint(console.pages)
    app.register_blueprint(workbench.pages)
