"""审计日志 on its page: read by the auditor alone, narrowed, in pages."""

from __future__ import annotations

from datetime import datetime

import pytest

from minxin import clock
from minxin.audit import log
from minxin.clock import SHANGHAI
from minxin.extensions import db


def write(
    cast, act: str, slug: str = "shizhi", number: int = 1, at: datetime | None = None
) -> None:
    with cast.standing():
        for n in range(number):
            log.record(
                act,
                tenant_id=cast.tenant(slug),
                by=cast.actor("linjing"),
                at=at or clock.now(),
                object_kind="case",
                object_id=n,
                reason=f"理由{n:03}",
            )
        db.session.commit()


def page(cast, query: str = "") -> str:
    answer = cast.client("weiming").get(f"/console/audit{query}")
    assert answer.status_code == 200
    return answer.text


def test_the_auditor_reads_who_did_what(panjin):
    write(panjin, "contact.reveal")
    text = page(panjin)
    assert "查看联系方式" in text
    assert "林静" in text
    assert "理由000" in text


def test_within_his_tenants_wall(panjin):
    write(panjin, "contact.reveal", slug="dawa")
    assert "理由000" not in page(panjin)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?act=public", True),
        ("?act=roster", False),
        ("?act=%27", True),
        ("?person=林静", True),
        ("?person=别人", False),
        ("?first=2026-02-30", True),
        ("?first=2026-01-02&last=2026-01-02", True),
        ("?first=2026-01-03", False),
        ("?after=nonsense", True),
    ],
)
def test_it_is_narrowed(panjin, query, shown):
    write(panjin, "public.lift", at=datetime(2026, 1, 2, 23, 59, tzinfo=SHANGHAI))
    assert ("保留不遮" in page(panjin, query).split("<table")[-1]) is shown


def test_long_logs_come_in_pages(panjin):
    write(panjin, "contact.reveal", number=60)
    first = page(panjin)
    assert 'rel="next"' in first
    after = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = panjin.client("weiming").get(after).text
    assert second.count("<tr>") >= 10


@pytest.mark.parametrize(
    ("who", "status"),
    [("linjing", 403), ("gaoyuan", 403), ("chencheng", 403), ("chuwei", 403), (None, 302)],
)
def test_nobody_else_reads_it(panjin, who, status):
    answer = panjin.client(who).get("/console/audit")
    assert answer.status_code == status


@pytest.mark.parametrize(
    "address", ["/shizhi/cases", "/console/units", "/console/people", "/shizhi/letters"]
)
def test_the_auditor_reads_nothing_else(panjin, address):
    assert panjin.client("weiming").get(address).status_code in (403, 404)
