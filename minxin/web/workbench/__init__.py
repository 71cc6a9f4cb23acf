"""The workbench of a tenant, and of the city's office: /<desk>/…"""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("workbench", __name__, url_prefix="/<desk>")


@pages.url_value_preprocessor
def _drop_desk(endpoint: str | None, values: dict[str, object] | None) -> None:
    """The desk is found before the view runs (web.life); views need not take it."""
    if values is not None:
        values.pop("desk", None)


from minxin.web.workbench import (  # noqa: E402,F401
    cases,
    closing,
    contact,
    dispatch,
    entry,
    followup,
    handling,
    home,
    imports,
    notices,
    reporting,
    screening,
    signing_in,
)
