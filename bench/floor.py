"""The application with one more address: a static page of any size, the floor of the figures."""

from __future__ import annotations

from flask import Response

from minxin.web.guards import everyone
from wsgi import app


@app.get("/floor/<int:size>")
@everyone
def floor(size: int) -> Response:
    """A page of `size` bytes that costs nothing to make."""
    return Response("x" * size, mimetype="text/html")
