"""The receipt of what a browser sent, kept for half an hour by the key of its form.

Not in the session: two requests of one session (a double click) overwrite each other's session
whole, and the one that arrives second would lose what the first has put there. The key is known
to both, so both show the same receipt. While Valkey is away the browser keeps it, sealed.
"""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from typing import cast

from flask import Response, after_this_request, current_app, g, request, session
from redis.exceptions import RedisError

from minxin.cases.submission import Receipt
from minxin.extensions import valkey
from minxin.privacy.ring import vault
from minxin.privacy.vault import VaultError

KEPT_FOR = timedelta(minutes=30)
COOKIE = "receipt"


def keep(key: str, receipt: Receipt) -> None:
    """Keep a receipt, sealed: whoever reads the store learns no query code."""
    text = json.dumps(asdict(receipt))
    try:
        valkey.raw.set(_name(key), vault().seal(text, key), ex=KEPT_FOR)
    except RedisError:
        g.receipt = text


def remember(key: str) -> None:
    """This session has sent the form with this key."""
    session["receipt"] = key
    if text := g.get("receipt"):
        _give(base64.urlsafe_b64encode(vault().seal(text, _in_browser())).decode())


def last() -> Receipt | None:
    """The receipt of what this session sent last; None for strangers and after half an hour."""
    key: str | None = session.get("receipt")
    sealed = cast("bytes | None", valkey.raw.get(_name(key))) if key else None
    if key and sealed:
        return Receipt(**json.loads(vault().open(sealed, key)))
    if request.blueprint != "portal":
        return None
    with suppress(VaultError, ValueError):
        given = base64.urlsafe_b64decode(request.cookies.get(COOKIE, ""))
        return Receipt(**json.loads(vault().open(given, _in_browser())))
    return None


def forget() -> None:
    """Throw the receipt away before its time."""
    key = session.pop("receipt", None)
    if key:
        valkey.raw.delete(_name(key))
    if COOKIE in request.cookies:
        _give("")


def _give(value: str) -> None:
    """Let the browser keep the sealed receipt, for as long as the server would have."""

    @after_this_request
    def give(answer: Response) -> Response:
        answer.set_cookie(
            COOKIE,
            value,
            max_age=round(KEPT_FOR.total_seconds()) if value else 0,
            httponly=True,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            samesite="Lax",
        )
        return answer


def _in_browser() -> str:
    return f"receipt:{g.city.slug}"


def _name(key: str) -> str:
    return f"receipt:{g.city.slug}:{key}"
