"""The workbench of a tenant, and of the city's office: /<desk>/…"""

from __future__ import annotations

from flask import Blueprint, g

pages = Blueprint("workbench", __name__, url_prefix="/<desk>")


@pages.url_value_preprocessor
def _drop_desk(endpoint: str | None, values: dict[str, object] | None) -> None:
    """Views need not take the desk: `web.life` finds it by what is kept here."""
    if values is not None:
        g.desk_slug = values.pop("desk", None)


from minxin.web.workbench import (  # noqa: E402,F401
    absences,
    case,
    cases,
    choosing,
    closing,
    cohandling,
    consulting,
    contact,
    dispatch,
    duty,
    entry,
    exchange,
    extension,
    followup,
    handling,
    home,
    imports,
    instructing,
    judging,
    letters,
    merging,
    messages,
    notices,
    paper_acts,
    paper_starts,
    papers,
    promising,
    publishing,
    questions,
    received_papers,
    reopening,
    reporting,
    reporting_back,
    returning,
    screening,
    signing_in,
    summaries,
    supervising,
    supervision_board,
)
