"""Sessions are remembered by Valkey; while it is away nobody is known, and pages say so."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, g, request, session
from flask_session.redis import RedisSessionInterface
from flask_session.redis.redis import RedisSession
from redis.exceptions import RedisError

from minxin import logs
from minxin.extensions import valkey

log = logs.logger("sessions")


class Session(RedisSession):  # type: ignore[misc]
    """What is known of a browser. `away`: it could not be read, which is not the same as empty.
    `aside`: nobody asked for it. `kept_as`: the key that it was read from, none where it is new."""

    away = False
    aside = False
    kept_as: str | None = None


class Sessions(RedisSessionInterface):  # type: ignore[misc]
    """Flask-Session's, for a Valkey that may be restarted at any time."""

    session_class = Session

    def open_session(self, app: Flask, request: Request) -> Session:
        """The browser's session; an empty one marked as `away` where Valkey does not answer.

        A stylesheet has none: it is the same for everybody, and its answer, coming late, must not
        bring back the cookie of a session that was left meanwhile.
        """
        if request.path.startswith(f"{app.static_url_path}/"):
            unread = Session(sid=self._generate_sid(self.sid_length), permanent=self.permanent)
            unread.aside = True
            return unread
        try:
            opened: Session = super().open_session(app, request)
            if opened:
                opened.kept_as = self._get_store_id(opened.sid)
        except RedisError as error:
            log.warning("sessions away", error=type(error).__name__)
            opened = Session(sid=self._generate_sid(self.sid_length), permanent=self.permanent)
            opened.away = True
        return opened

    def save_session(self, app: Flask, session: Session, response: Response) -> None:
        """Keep it. What could not be read is not written: the browser keeps its cookie, and is
        known again when Valkey is back."""
        if session.away or session.aside:
            return
        try:
            super().save_session(app, session, response)
        except RedisError as error:
            log.warning("session not kept", error=type(error).__name__)

    def _upsert_session(self, lifetime: timedelta, session: Session, store_id: str) -> None:
        """Write it; one that was read before only where it still stands. Somebody may have
        signed out while this request was under way, and that ends it for good."""
        self.client.set(
            store_id,
            self.serializer.encode(session),
            ex=lifetime,
            xx=session.kept_as == store_id,
        )


def register(app: Flask) -> None:
    """Put our sessions in the place of Flask-Session's, and close the desks without them."""
    app.session_interface = Sessions(
        app,
        valkey.raw,
        key_prefix=app.config["SESSION_KEY_PREFIX"],
        permanent=app.config["SESSION_PERMANENT"],
    )
    app.before_request(_closed)


def away() -> bool:
    """Could the session of this request not be read?"""
    return bool(getattr(session, "away", False))


def needed() -> None:
    """Answer 503 where this page cannot do without the session (or its counted attempts)."""
    if away():
        abort(503)


def from_here() -> bool:
    """Does the browser say that a page of this very host sent the request?

    What takes the token's place where no session can hold one. Browsers set these headers
    themselves; a page of another site cannot.
    """
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(origin).netloc == request.host


def _closed() -> None:
    if g.get("desk") is not None:
        needed()
