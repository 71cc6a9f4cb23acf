"""What people typed, checked before it is kept; and whether their page still showed the truth."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime

from minxin.clock import local
from minxin.errors import Conflict, Refused

NAME_LIMIT = 60
_BLANKS = re.compile(r"\s+")


def name(text: str, what: str, *, field: str = "name", limit: int = NAME_LIMIT) -> str:
    """A name without blanks at its ends. Raises Refused where it is empty or too long."""
    cleaned = _BLANKS.sub(" ", text).strip()
    if not cleaned:
        raise Refused(f"请填写{what}", field)
    if len(cleaned) > limit:
        raise Refused(f"{what}不能超过{limit}个字", field)
    return cleaned


def not_in_future(day: date, at: datetime, what: str, *, field: str) -> date:
    """A day that has come. Raises Refused for a later one: what takes effect later is done then."""
    if day > local(at).date():
        raise Refused(f"{what}不能晚于今天，请在生效当日办理", field)
    return day


def seen(*values: object) -> str:
    """What a page showed, in a few characters; its form brings them back (see `check_seen`)."""
    return hashlib.sha256("\x1f".join(map(str, values)).encode()).hexdigest()[:16]


def check_seen(shown: str | None, now: str) -> None:
    """Raises Conflict where the form was made from something that has changed since."""
    if shown and shown != now:
        raise Conflict(
            "这里的内容刚刚被他人修改，您的修改没有保存。请核对下方的最新内容后再提交一次"
        )
