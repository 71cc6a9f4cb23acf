"""What the pages themselves ask of the database, explained by the login that asks it (design §2).

The statements are those of real requests: a new one is looked at without being named here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bench.explain import hot, plan
from bench.inside import Statement, asked, statements
from minxin import clock
from minxin.cases import overdue
from minxin.extensions import db
from tests.cases import plans

HOT = ("cases", "case_texts", "clocks", "case_events", "assignments")
"""Tables that grow with a city. The others stay small, or hold a few rows of a case; notices have
a test of their own below, since two dozen people are too few to plan by person."""

BY_KEY = re.compile(r"\((?:case_|master_)?id = |number\)?(?:::text)? = ")
"""One case, or what hangs off one: what the wall then filters is that row alone."""


@pytest.fixture(scope="module")
def full(app, owner) -> Iterator[None]:
    with plans.filled(owner):
        yield


def faults(each: Statement, said: str) -> list[str]:
    """What is wrong with a plan: rows read without an index, or a tenant's rows filtered."""
    found = []
    for table in HOT:
        for scan in plans.scans(said, table):
            lines = scan.splitlines()
            conditions = [line for line in lines if "Index Cond" in line]
            by_key = any(BY_KEY.search(line) for line in conditions)
            if "Seq Scan" in lines[0]:
                found.append(f"{table} is read whole")
            elif each.login == "tenant" and not by_key:
                if not any("tenant_id" in line for line in conditions):
                    found.append(f"{table} is read without the tenant")
                if any("Filter" in line and "minxin.tenant" in line for line in lines):
                    found.append(f"{table} is filtered by tenant")
    return found


@pytest.mark.parametrize("username", ["mengyan", "zhaoyang", "sunli", "linjing"])
def test_every_page_reads_by_an_index_that_begins_with_its_tenant(username, cast, full):
    client, desk = cast.client(username), cast.desk(username)
    pages = hot(client, desk)
    assert {"case", "cases, searched", "cases, second page"} <= pages.keys()
    wrong = [
        f"{name}: {fault}\n{each.sql}\n{said}"
        for name, path in pages.items()
        for each in asked(cast.app, client, path)
        for said in [plan(cast.app, each, "COSTS OFF")]
        for fault in faults(each, said)
    ]
    assert not wrong, "\n\n".join(wrong)


def test_the_badge_of_notices_is_read_from_its_own_index(cast, full):
    (badge,) = [
        plan(cast.app, each, "COSTS OFF")
        for each in asked(cast.app, cast.client("zhaoyang"), "/dawa/cases")
        if "count" in each.sql and "notices" in each.sql
    ]
    assert "ix_notices_unread" in badge


def test_a_rare_filter_reads_only_what_it_finds(cast, full):
    sent = asked(cast.app, cast.client("mengyan"), "/dawa/cases?kind=other&source=visit")
    (listed,) = [plan(cast.app, each, "COSTS OFF") for each in sent if "FROM cases" in each.sql]
    (scan,) = plans.scans(listed, "cases")
    (condition,) = [line for line in scan.splitlines() if "Index Cond" in line]
    assert all(column in condition for column in ("tenant_id", "kind", "source"))


def test_a_search_reads_the_words_of_its_tenant(cast, full):
    for words in ("路灯", "w42"):  # in every fifth case, and in a few
        sent = asked(cast.app, cast.client("mengyan"), f"/dawa/cases?q={words}")
        (found,) = [plan(cast.app, each, "COSTS OFF") for each in sent if each.login == "city"]
        (scan,) = plans.scans(found, "case_texts")
        assert "ix_case_texts_tenant_id_words" in scan, scan


def test_the_sweep_finds_what_is_due_by_the_instant_alone(cast, full):
    with cast.standing(), statements(cast.app) as sent:
        overdue.sweep(clock.now())
        db.session.rollback()
    (picked,) = [plan(cast.app, each, "COSTS OFF") for each in sent if "FOR UPDATE" in each.sql]
    (scan,) = plans.scans(picked, "clocks")
    assert "ix_clocks_next_at" in scan
    assert any("next_at" in line for line in scan.splitlines() if "Index Cond" in line)
