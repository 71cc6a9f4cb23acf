"""The receipt of what a browser sent, kept for half an hour by the key of its form.

Not in the session: two requests of one session (a double click) overwrite each other's session
whole, and the one that arrives second would lose what the first has put there. The key is known
to both, so both show the same receipt.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import cast

from flask import g, session

from minxin.cases.submission import Receipt
from minxin.extensions import valkey
from minxin.privacy.ring import vault

KEPT_FOR = timedelta(minutes=30)


def keep(key: str, receipt: Receipt) -> None:
    """Keep a receipt, sealed: whoever reads the store learns no query code."""
    sealed = vault().seal(json.dumps(asdict(receipt)), key)
    valkey.raw.set(_name(key), sealed, ex=KEPT_FOR)


def remember(key: str) -> None:
    """This session has sent the form with this key."""
    session["receipt"] = key


def last() -> Receipt | None:
    """The receipt of what this session sent last; None for strangers and after half an hour."""
    key: str | None = session.get("receipt")
    if key is None:
        return None
    sealed = cast("bytes | None", valkey.raw.get(_name(key)))
    return Receipt(**json.loads(vault().open(sealed, key))) if sealed else None


def forget() -> None:
    """Throw the receipt away before its time."""
    key = session.pop("receipt", None)
    if key:
        valkey.raw.delete(_name(key))


def _name(key: str) -> str:
    return f"receipt:{g.city.slug}:{key}"
