"""What a clock was given beside its rule: pauses, outages, extensions, as its row keeps them.

{"pauses": [{"start", "end" or None, "reason", "by"}], "outages": [{"id", "start", "end",
"reason"}], "extensions": [{"workdays", "reason", "by", "at"}], "until": a day that a person chose};
instants are ISO text.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypedDict

from minxin.calendars.due import Extension
from minxin.calendars.pauses import Window

Inputs = Mapping[str, Any]
"""The JSON of `Clock.inputs`."""


class Terms(TypedDict):
    """Inputs as `calendars.due.compute` takes them."""

    pauses: list[Window]
    outages: list[Window]
    extensions: list[Extension]
    until: date | None


def terms(inputs: Inputs) -> Terms:
    """Read stored inputs; a pause that still runs has no end and is left out."""
    return {
        "pauses": [_window(each) for each in inputs.get("pauses", []) if each["end"]],
        "outages": [_window(each) for each in inputs.get("outages", [])],
        "extensions": [Extension(each["workdays"]) for each in inputs.get("extensions", [])],
        "until": date.fromisoformat(inputs["until"]) if inputs.get("until") else None,
    }


def paused(inputs: Inputs) -> bool:
    """Does the clock stand still now? Then it has no due instant until it is resumed."""
    return any(not each["end"] for each in inputs.get("pauses", []))


def open_pause(inputs: Inputs) -> Inputs | None:
    """The pause that still runs."""
    return next((each for each in inputs.get("pauses", []) if not each["end"]), None)


def with_pause(inputs: Inputs, *, reason: str, by: str, at: datetime) -> dict[str, Any]:
    """The inputs with a pause from an instant on."""
    pause = {"start": as_text(at), "end": None, "reason": reason, "by": by}
    return {**inputs, "pauses": [*inputs.get("pauses", []), pause]}


def resumed(inputs: Inputs, at: datetime) -> dict[str, Any]:
    """The inputs with the pause ended; one that ended as it began took nothing and goes."""
    ended = [each if each["end"] else {**each, "end": as_text(at)} for each in inputs["pauses"]]
    return {**inputs, "pauses": [each for each in ended if each["end"] > each["start"]]}


def with_extension(
    inputs: Inputs, workdays: int, *, reason: str, by: str, at: datetime
) -> dict[str, Any]:
    """The inputs with an approved 延期, counted from the due day before it (1.8 A14)."""
    given = {"workdays": workdays, "reason": reason, "by": by, "at": as_text(at)}
    return {**inputs, "extensions": [*inputs.get("extensions", []), given]}


def with_outage(inputs: Inputs, outage: Inputs) -> dict[str, Any]:
    """The inputs with an outage {"id", "start", "end", "reason"}; once, whatever is run twice."""
    return {**inputs, "outages": [*_others(inputs, outage["id"]), dict(outage)]}


def without_outage(inputs: Inputs, outage_id: int) -> dict[str, Any]:
    """The inputs without an outage that was declared in error."""
    kept = {**inputs, "outages": _others(inputs, outage_id)}
    return {name: given for name, given in kept.items() if given}


def as_text(at: datetime) -> str:
    """An instant as inputs keep it: in UTC, so that texts compare as instants do."""
    return at.astimezone(UTC).isoformat()


def _others(inputs: Inputs, outage_id: int) -> list[Any]:
    return [each for each in inputs.get("outages", []) if each["id"] != outage_id]


def _window(each: Inputs) -> Window:
    reason = f"{each['reason']}（{each['by']}批准）" if each.get("by") else each["reason"]
    return Window(
        datetime.fromisoformat(each["start"]), datetime.fromisoformat(each["end"]), reason
    )
