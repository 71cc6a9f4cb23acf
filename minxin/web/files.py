"""Files on their way out: what a browser shows without running anything, the rest to be saved."""

from __future__ import annotations

from typing import Any, Protocol

from flask import Response, current_app, g
from werkzeug.http import dump_options_header

from minxin.attachments.inspect import Inspected
from minxin.attachments.store import Store
from minxin.errors import Refused
from minxin.web.forms import given, stored

INLINE = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"})
"""What a browser shows without running anything; the rest is saved to disk."""

SANDBOX = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
THUMBNAIL = 400_000
"""A picture of at most so many bytes is its own small picture."""


class Kept(Protocol):
    """A row that names a file of the store."""

    name: Any
    mime: Any
    size: Any
    sha256: Any


def sent(file: Kept) -> Response:
    """The answer that carries a file: harmless in the browser, and kept by nobody."""
    store: Store = current_app.extensions["store"]
    shown = file.mime in INLINE
    response = Response(store.open(file.sha256, g.city.schema), mimetype=file.mime)
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Disposition"] = dump_options_header(
        "inline" if shown else "attachment", {"filename": file.name}
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response


def shown(name: str, mime: str, size: int, url: str) -> dict[str, Any]:
    """A file as components/attachments.html lists it."""
    picture = mime.startswith("image/")
    return {
        "name": name,
        "url": url,
        "kind": _kind(mime),
        "size": _size(size),
        "thumb_url": url if picture and size <= THUMBNAIL else None,
    }


def received(uploads: list[Any], most: int) -> list[tuple[str, Inspected]]:
    """Every upload of a form, inspected and stored. Raises Refused, naming the file."""
    chosen = given(uploads)
    if len(chosen) > most:
        raise Refused(f"一次最多上传{most}个文件", "files")
    kept = []
    for upload in chosen:
        try:
            kept.append(stored(upload))
        except Refused as refusal:
            raise Refused(f"“{upload.filename}”：{refusal.message}", "files") from None
    return kept


def _kind(mime: str) -> str:
    if mime.startswith("image/"):
        return "image"
    for part, kind in (("pdf", "pdf"), ("word", "doc"), ("excel", "sheet"), ("sheet", "sheet")):
        if part in mime:
            return kind
    return "other"


def _size(size: int) -> str:
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"
