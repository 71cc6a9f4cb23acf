"""The only clock: instants are aware UTC, rules are read in Shanghai time (1.8 A29)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)


def local(instant: datetime) -> datetime:
    """Return the aware ``instant`` as Shanghai wall time; a naive one raises ValueError."""
    if instant.tzinfo is None:
        raise ValueError("an instant must carry its time zone")
    return instant.astimezone(SHANGHAI)
