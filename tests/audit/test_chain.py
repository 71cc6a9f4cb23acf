"""The hash chain: whole as it grows; a changed, missing or cut entry shows."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select, text

from minxin.audit import chain, log
from minxin.audit.chain import AuditLink
from minxin.audit.log import AuditEntry
from minxin.clock import SHANGHAI
from minxin.extensions import db
from tests.conftest import Cast

AT = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)


def write(cast: Cast, number: int, first: int = 0) -> None:
    with cast.standing():
        for n in range(first, first + number):
            log.record(
                "contact.reveal",
                tenant_id=cast.tenant("dawa"),
                by=cast.actor("linjing"),
                at=AT,
                object_kind="case",
                object_id=n,
                reason=f"第{n}次回访",
                payload={"part": "phone", "n": n},
            )
        db.session.commit()


def extend(cast: Cast) -> int:
    with cast.standing():
        linked = 0
        while made := chain.extend(AT):
            linked += made
            db.session.commit()
        return linked


def faults(cast: Cast) -> list[str]:
    with cast.standing():
        return [fault.kind for fault in chain.verify()]


def as_owner(owner, statement: str) -> None:
    """What only the owner of the database could do, with the wall out of the way."""
    with owner.begin() as sql:
        sql.execute(text("SET LOCAL search_path TO city_panjin"))
        sql.execute(text("ALTER TABLE audit_entries NO FORCE ROW LEVEL SECURITY"))
        sql.execute(text(statement))
        sql.execute(text("ALTER TABLE audit_entries FORCE ROW LEVEL SECURITY"))


@pytest.fixture
def linked(panjin):
    """Five entries in the chain; where the chain stood before them."""
    extend(panjin)
    with panjin.standing():
        before = chain.newest()[0]
    write(panjin, 5)
    assert extend(panjin) == 5
    assert faults(panjin) == []
    return before


def nth(cast: Cast, position: int) -> int:
    with cast.standing():
        return db.session.scalars(
            select(AuditLink.entry_id).where(AuditLink.position == position)
        ).one()


def test_it_grows_by_what_is_new_and_a_second_time_by_nothing(panjin, linked):
    assert extend(panjin) == 0
    write(panjin, 2, first=5)
    with panjin.standing():
        assert chain.unlinked() == 2
    assert extend(panjin) == 2
    with panjin.standing():
        position, newest = chain.newest()
        assert position == linked + 7
        assert len(newest) == 64
    assert faults(panjin) == []


@pytest.mark.parametrize(
    "change",
    [
        "reason = '别的理由'",
        "actor_name = '别人'",
        "at = at + interval '1 second'",
        "payload = '{}'",
        "outcome = 'refused'",
        "tenant_id = tenant_id + 1",
    ],
)
def test_a_changed_entry_is_found(panjin, owner, linked, change):
    entry = nth(panjin, linked + 3)
    as_owner(owner, f"UPDATE audit_entries SET {change} WHERE id = {entry}")
    assert faults(panjin) == ["changed"]


def test_a_missing_entry_is_found(panjin, owner, linked):
    entry = nth(panjin, linked + 2)
    as_owner(owner, f"DELETE FROM audit_entries WHERE id = {entry}")
    assert faults(panjin) == ["missing"]


def test_a_link_that_is_gone_or_changed_is_found(panjin, owner, linked):
    with owner.begin() as sql:
        sql.execute(text(f"DELETE FROM city_panjin.audit_links WHERE position = {linked + 2}"))
    assert faults(panjin) == ["gap"]
    with owner.begin() as sql:
        sql.execute(
            text(f"UPDATE city_panjin.audit_links SET before = '0' WHERE position = {linked + 4}")
        )
    assert faults(panjin) == ["gap", "broken"]


def test_no_login_of_the_application_changes_entry_or_link(panjin, linked):
    with panjin.standing():
        for statement in (
            "UPDATE audit_entries SET reason = ''",
            "DELETE FROM audit_entries",
            "UPDATE audit_links SET hash = ''",
            "DELETE FROM audit_links",
        ):
            with pytest.raises(Exception, match="permission denied"), db.session.begin_nested():
                db.session.execute(text(statement))
        assert db.session.scalar(select(func.count(AuditEntry.id)))


def test_the_command_says_what_it_found_and_ends_with_it(panjin, owner, linked):
    runner = panjin.app.test_cli_runner()
    whole = runner.invoke(args=["audit", "verify", "--city", "panjin"])
    assert whole.exit_code == 0
    assert "环" in whole.output
    entry = nth(panjin, linked + 1)
    as_owner(owner, f"UPDATE audit_entries SET reason = '' WHERE id = {entry}")
    broken = runner.invoke(args=["audit", "verify", "--city", "panjin"])
    assert broken.exit_code == 1
    assert f"记录{entry}）内容被改动" in broken.output
    assert "不一致" in broken.output
