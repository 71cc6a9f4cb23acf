"""Case numbers: the local date and a count of that day, given out under a row lock."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from minxin import clock
from minxin.cases.models import NumberSeries
from minxin.extensions import db


def next_number(at: datetime) -> str:
    """The next case number of the day, like 20261122-00017; unique in the city."""
    period = f"{clock.local(at):%Y%m%d}"
    return f"{period}-{_next('case', period, 1):05d}"


def next_numbers(at: datetime, count: int) -> list[str]:
    """A run of case numbers at once, for imports."""
    period = f"{clock.local(at):%Y%m%d}"
    last = _next("case", period, count)
    return [f"{period}-{number:05d}" for number in range(last - count + 1, last + 1)]


def tidy_number(text: str) -> str:
    """What was typed, brought to the spelling of a case number where it can be one.

    Half-width, without blanks; the dash may be missing or of any kind. Other text comes back as
    it is (half-width), to be looked up in vain.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    found = re.fullmatch(r"(\d{8})[-‐‑‒–—―−]*(\d{5,9})", plain, re.ASCII)
    return f"{found[1]}-{found[2]}" if found else plain


def _next(series: str, period: str, count: int) -> int:
    row = insert(NumberSeries).values(series=series, period=period, last=count)
    return db.session.execute(
        row.on_conflict_do_update(
            index_elements=["series", "period"], set_={"last": NumberSeries.last + count}
        ).returning(NumberSeries.last)
    ).scalar_one()
