"""What was typed into a form goes along through the door: none of it is lost with a session.

The form's own token says whose form it is, long after the session that it was made in: see `mark`.
Who signs in as the same person finds the form filled in again; nobody else gets anything of it.
Files and passwords never go along.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import cast

from flask import current_app, g, request
from flask_login import current_user
from itsdangerous import BadData, URLSafeTimedSerializer
from redis.exceptions import RedisError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from minxin.extensions import valkey
from minxin.privacy.ring import vault
from minxin.privacy.vault import VaultError

KEPT_FOR = timedelta(minutes=30)
MOST = 400_000
"""Characters. The longest form of the workbench holds a quarter of that."""

TOKEN, PARAMETER = "csrf_token", "carried"
_SECRET = re.compile(r"passw|^(old|new|again|code|carried|csrf_token)$", re.IGNORECASE)
_NOT_WRITTEN = re.compile(r"[a-z_]{0,30}|\d{0,6}|\d{4}-\d\d-\d\d(T[\d:]+)?", re.ASCII)
"""Values of choices, numbers of rows, dates: nobody would miss them."""


@dataclass(frozen=True)
class Carried:
    """A form as it was sent: where to, from which desk, under whose mark, its texts."""

    path: str
    desk: str
    mark: str
    fields: list[tuple[str, str]]
    files: bool


def mark(user_id: int) -> str:
    """What the tokens of a session's forms hold: it names nobody, and is known again as his."""
    nonce = secrets.token_hex(12)
    return f"{g.desk.slug}.{nonce}.{_seal_of(user_id, nonce)[0]}"


def taken() -> Carried | None:
    """The form of this request, where it is one of ours: its token is genuine and marked."""
    held, fields, files = _held(), list[tuple[str, str]](), False
    with suppress(HTTPException):  # too large, or broken off
        fields = posted()
        files = any(upload.filename for upload in request.files.values())
    if held.count(".") != 2 or sum(len(name) + len(text) for name, text in fields) > MOST:
        return None
    return Carried(request.path, held.partition(".")[0], held, fields, files)


def genuine() -> bool:
    """Was the form of this request made here, in whatever session?"""
    return bool(_held())


def posted() -> list[tuple[str, str]]:
    """The fields of this request that may be kept: no files, no passwords, no tokens of ours."""
    pairs = request.form.items(multi=True)
    return [(name, text) for name, text in pairs if not _SECRET.search(name)]


def secret() -> bool:
    """Does the form of this request hold a password or a code, which is never kept?"""
    return any(_SECRET.search(name) and name != TOKEN for name in request.form)


def written(fields: list[tuple[str, str]]) -> list[str]:
    """What a person wrote among the fields, to be read and copied."""
    return [text for name, text in fields if name != "token" and not _NOT_WRITTEN.fullmatch(text)]


def belongs(form: Carried, user_id: int) -> bool:
    """Is it this person's form?"""
    nonce, seal = form.mark.split(".")[1:]
    return seal in _seal_of(user_id, nonce)


def sealed(form: Carried) -> str:
    """For a hidden field of the sign-in form: nothing has to be remembered here meanwhile."""
    blob = vault().seal(json.dumps(asdict(form), ensure_ascii=False), _at_the_door())
    return base64.urlsafe_b64encode(blob).decode()


def opened(text: str | None) -> Carried | None:
    """What was sealed; None for anything else."""
    with suppress(VaultError, ValueError):
        if text:
            return _read(vault().open(base64.urlsafe_b64decode(text), _at_the_door()))
    return None


def keep(form: Carried, user_id: int) -> str:
    """Keep a form for its person and answer the address where it can be sent again."""
    key = secrets.token_urlsafe(16)
    name = _name(user_id, key)
    blob = vault().seal(json.dumps(asdict(form), ensure_ascii=False), name)
    valkey.raw.set(name, blob, ex=KEPT_FOR)
    return f"{page_of(form.path)}?{PARAMETER}={key}"


def kept() -> Carried | None:
    """The form that the address of this page asks for, of the person who is signed in."""
    if "carried" not in g:
        g.carried = _kept()
    found: Carried | None = g.carried
    return found


def refill(names: set[str]) -> MultiDict[str, str] | None:
    """What to fill a form with these fields with, where it is the one that was carried."""
    form = kept() if request.method == "GET" else None
    if form is None or form.path != request.path:
        return None
    if not names.intersection(name for name, _ in form.fields):
        return None
    g.refilled = True
    return MultiDict(form.fields)


def left_over() -> list[str]:
    """What was carried here and no form took: shown, so that it can at least be copied."""
    form = None if g.get("refilled") else kept()
    return written(form.fields) if form else []


def not_shown() -> None:
    """The form that was filled in again is not on the page after all."""
    g.refilled = False


def page_of(path: str) -> str:
    """The page that a form belongs to: where it was sent to, or the nearest one above it."""
    routes = current_app.url_map.bind(request.host)
    while path.strip("/"):
        try:
            routes.match(path, method="GET")
        except RequestRedirect:
            path += "/"
        except HTTPException:
            path = path.rstrip("/").rpartition("/")[0]
        else:
            return path
    return f"/{g.desk.slug}/"


def _held() -> str:
    """What the token of this request's form holds; empty where it was not made here."""
    token = request.headers.get("X-CSRFToken") or ""
    with suppress(HTTPException):
        token = request.form.get(TOKEN) or token
    reader = URLSafeTimedSerializer(str(current_app.secret_key), salt="wtf-csrf-token")
    try:
        return str(reader.loads(token))
    except BadData:
        return ""


def _kept() -> Carried | None:
    key = request.args.get(PARAMETER, "")
    if not key or g.get("desk") is None or not current_user.is_authenticated:
        return None
    name = _name(current_user.user.id, key[:64])
    with suppress(RedisError, VaultError, ValueError):
        blob = cast("bytes | None", valkey.raw.get(name))
        return _read(vault().open(blob, name)) if blob else None
    return None


def _read(text: str) -> Carried:
    said = json.loads(text)
    return Carried(**{**said, "fields": [(name, value) for name, value in said["fields"]]})


def _seal_of(user_id: int, nonce: str) -> list[str]:
    who = f"{g.city.slug}:{user_id}:{nonce}"
    return [digest.hex() for digest in vault().blind_indexes(who, "form")]


def _at_the_door() -> str:
    return f"carried:{g.city.slug}"


def _name(user_id: int, key: str) -> str:
    return f"carried:{g.city.slug}:{user_id}:{key}"
