"""Rendering: a page whole, or the very part of it that htmx swaps."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from flask_login import current_user

from minxin import clock
from minxin.calendars import words
from minxin.cases import states
from minxin.extensions import htmx
from minxin.web import carried, lines, marks
from minxin.web.filters import Asked
from minxin.web.frame import frame


def page(template: str, part: str | None = None, **values: Any) -> str:
    """Render a page, or only its part where htmx asked for a swap."""
    if part and htmx and not htmx.boosted and not htmx.history_restore_request:
        return render_template(part, **values)
    return render_template(template, **values)


def listed(template: str, asked: Asked, **values: Any) -> Response:
    """Render a list, or the part that htmx swaps; the browser keeps its address in few words."""
    shown = lines.of(values["page"].rows, by_unit=asked.by_unit)
    values = {"asked": asked, "lines": shown, **values}
    answer = make_response(page(template, "workbench/_list.html", **values))
    if htmx:
        answer.headers["HX-Push-Url"] = asked.url(**_where_on())
    return answer


def _where_on() -> dict[str, Any]:
    return {"after": request.args["after"]} if request.args.get("after") else {}


def register(app: Flask) -> None:
    """Filters and values that templates have."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for filter_ in (
        marks.moment,
        marks.full_moment,
        marks.day,
        marks.tone,
        words.due_text,
    ):
        app.add_template_filter(filter_)
    app.add_template_global(marks.remaining)
    app.add_template_global(marks.waited)
    app.add_template_global(carried.left_over)
    app.jinja_env.globals["states"] = states
    app.context_processor(_values)


def _values() -> dict[str, Any]:
    asks = g.get("desk") is not None and not g.get("away")  # else nobody is there to be asked
    signed_in = asks and current_user and current_user.is_authenticated
    return {
        "city": g.get("city"),
        "desk": g.get("desk"),
        "frame": frame() if signed_in else None,
        "now": clock.now(),
    }
