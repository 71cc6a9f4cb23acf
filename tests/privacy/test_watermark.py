"""Whoever looks is named, with the minute."""

from datetime import UTC, datetime

from minxin.privacy import watermark

AT = datetime(2026, 11, 26, 1, 30, tzinfo=UTC)


def test_the_mark_names_person_unit_and_local_minute():
    assert watermark.mark("林静", "市民心网办", AT) == "林静 市民心网办 2026-11-26 09:30"
    assert watermark.mark("林静", "", AT) == "林静 2026-11-26 09:30"
