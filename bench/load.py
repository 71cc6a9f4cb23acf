"""A city of a hundred tenants and any number of cases, written by COPY, without the ORM.

The superuser of the run's own embedded server writes: application logins may not COPY under
row-level security.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Cursor
from sqlalchemy import create_engine
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from bench import shapes
from bench.shapes import Case, City, Row
from minxin import clock, create_app
from minxin.cases import starter, tallies
from minxin.cases.search import tokens
from minxin.config import Settings
from minxin.embedded import addresses
from minxin.extensions import db
from minxin.people import appointing, passwords
from minxin.people.roles import Role
from minxin.tenancy import founding, logins
from minxin.tenancy.context import within

SCHEMA = "city_bench"
PASSWORD = "Minxin-2026"
READER = "reader"
"""Signs in at each desk: the office's clerk at the city's, the station's at a district's."""
RESPONDER = "unit"
"""Signs in at a district's desk for its first unit."""
TENANTS = 100
UNITS = 12
"""Units of a tenant below its station."""
TABLES = ("cases", "case_texts", "contacts", "assignments", "clocks", "case_events", "tallies")
BATCH = 50_000
"""Cases that are made and copied at a time."""


def found(settings: Settings) -> None:
    """A city of a hundred tenants, each with a station, units and accounts to sign in with."""
    owner = create_engine(settings.database_urls["owner"])
    logins.prepare(owner, settings.database_urls)
    founding.found(owner, SCHEMA.removeprefix("city_"), "测速市", "localhost")
    owner.dispose()
    since = date(2026, 1, 1)
    password = passwords.hashed(PASSWORD)
    with create_app(settings).app_context(), within(SCHEMA, login="city"):
        starter.fill(clock.now())
        for rank in range(TENANTS):
            kind = "municipal" if rank == 0 else "district"
            tenant = appointing.add_tenant(f"t{rank:02d}", f"第{rank}区", kind=kind, rank=rank)
            station = appointing.add_unit(tenant, "工作站", kind="station", since=since)
            units = [
                appointing.add_unit(tenant, f"单位{number}", under=station, since=since)
                for number in range(UNITS)
            ]
            role = Role.OFFICE_CLERK if rank == 0 else Role.STATION
            for name, unit, role_ in (
                (READER, station, role),
                (RESPONDER, units[0], Role.RESPONDER),
            ):
                appointing.add_user(
                    unit, name, "测速", role_, password_hash=password, must_change=False
                )
        db.session.commit()


def load(folder: Path, number: int, *, open_share: float = 0.2) -> None:
    """Fill the city anew with `number` cases, of which a share is still open."""
    with psycopg.connect(superuser(folder)) as connection, connection.cursor() as cursor:
        cursor.execute(f"SET search_path = '{SCHEMA}'")
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        counted: Counter[tuple[int, int, str]] = Counter()
        words: dict[str, str] = {}
        now = clock.now()
        batch: list[Case] = []
        for case in shapes.cases(_city(cursor), number, open_share, now):
            batch.append(case)
            if len(batch) == BATCH:
                _write(cursor, batch, words)
                counted.update(tallied(batch, now))
                batch = []
                print(f"  {case.id:,} of {number:,}", flush=True)
        _write(cursor, batch, words)
        counted.update(tallied(batch, now))
        rows = ((*place, number) for place, number in counted.items())
        _copy(cursor, "tallies", "tenant_id, unit_id, state, number", rows)
        for table in ("cases", "tallies"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 10000000)")
        connection.commit()
    with psycopg.connect(superuser(folder), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def superuser(folder: Path) -> str:
    """The address of the run's own database server, as its superuser."""
    return addresses(folder).database_url.replace("minxin_owner@", "postgres@")


def tallied(cases: list[Case], now: Any) -> Iterator[tuple[int, int, str]]:
    """What counts each case: its state, and how late it is by the stage that its clock is at."""
    for case in cases:
        place = case.tenant_id, case.unit_id or 0
        yield *place, case.state
        if case.open and case.due <= now:
            stage = next(name for name, states in tallies.STAGES.items() if case.state in states)
            yield *place, f"late_{stage}"


def _city(cursor: Cursor[Any]) -> City:
    cursor.execute("SELECT tenant_id, id FROM units WHERE kind = 'unit' ORDER BY tenant_id, id")
    units: dict[int, list[tuple[int, int | None]]] = {}
    for tenant_id, unit_id in cursor.fetchall():
        units.setdefault(tenant_id, []).append((tenant_id, unit_id))
    (municipal,) = cursor.execute("SELECT id FROM tenants WHERE kind = 'municipal'").fetchone()  # type: ignore[misc]
    (version,) = cursor.execute("SELECT version FROM calendars ORDER BY id DESC").fetchone()  # type: ignore[misc]
    return City(municipal, list(units.values()), version)


def _write(cursor: Cursor[Any], cases: list[Case], words: dict[str, str]) -> None:
    for case in cases:
        if case.subject not in words:
            words[case.subject] = _vector(case.subject)
    texts = ((case.tenant_id, case.id, words[case.subject]) for case in cases)
    contacts = (row for case in cases if (row := case.contact()))
    assignments = (row for case in cases if (row := case.assignment()))
    _copy(cursor, "cases", _CASE_COLUMNS, (case.row() for case in cases))
    _copy(cursor, "case_texts", "tenant_id, case_id, words", texts)
    _copy(cursor, "contacts", _CONTACT_COLUMNS, contacts)
    _copy(cursor, "assignments", _ASSIGNMENT_COLUMNS, assignments)
    _copy(cursor, "clocks", _CLOCK_COLUMNS, (case.clock() for case in cases))
    _copy(cursor, "case_events", _EVENT_COLUMNS, (e for case in cases for e in case.events()))


def _copy(cursor: Cursor[Any], table: str, columns: str, rows: Iterator[Row]) -> None:
    others = _defaults(table, columns.split(", "))
    with cursor.copy(f"COPY {table} ({', '.join([columns, *others])}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((*row, *others.values()))


def _defaults(table: str, given: list[str]) -> dict[str, object]:
    """What the models write into columns that must have a value and are not given one."""
    columns = db.metadata.tables[table].columns
    defaults = {each.name: each.default for each in columns if not each.nullable}
    return {
        name: default.arg
        for name, default in defaults.items()
        if name not in given and isinstance(default, ScalarElementColumnDefault)
    }


def _vector(text: str) -> str:
    return " ".join(f"'{word}':{place}" for place, word in enumerate(tokens(text), start=1))


_CASE_COLUMNS = (
    "id, tenant_id, number, source, state, version, kind, urgency, subject, body, summary, "
    "wording, received_at, updated_at, due_at, yellow_at, clock_key, unit_id, closed_at, place, "
    "public_text, has_phone, due_provisional"
)
_CONTACT_COLUMNS = "tenant_id, case_id, name_mask, phone_mask, address_mask"
_ASSIGNMENT_COLUMNS = "tenant_id, case_id, unit_id, part, opinion, sent_at, ended_at"
_CLOCK_COLUMNS = (
    "tenant_id, case_id, unit_id, rule_key, rule_version, calendar_version, started_at, due_at, "
    "yellow_at, provisional, inputs, version, stopped_at, late_seen, next_at"
)
_EVENT_COLUMNS = (
    "tenant_id, case_id, name, at, actor_kind, actor_name, actor_unit, internal, payload"
)
