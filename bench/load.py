"""A city of a hundred tenants and any number of cases, written by COPY, without the ORM.

The superuser of the run's own embedded server writes: application logins may not COPY under
row-level security. Shapes follow a city's life: a few large tenants and many small ones, nine
cases in ten closed, the rest with running clocks; words that are common, middling and rare.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import Cursor
from sqlalchemy import create_engine

from minxin import clock, create_app
from minxin.cases import starter
from minxin.cases.models import FAR
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
TENANTS = 100
UNITS = 12
"""Units of a tenant below its station."""

OPEN = ("unclaimed", "claimed", "dispatched", "accepted", "handling", "signing", "reported",
        "follow_up", "to_rate", "rated")  # fmt: skip
WEIGHTS = (2, 3, 8, 10, 50, 4, 8, 8, 4, 3)
THINGS = (
    *("路灯", "供热", "路面", "物业收费", "夜间施工", "垃圾清运", "停水", "违法停车", "井盖"),
    *("油烟", "公交线路", "噪声", "低保", "养老保险", "拖欠工资", "树木修剪", "积水"),
)
TROUBLES = ("不亮", "不达标", "破损", "无人处理", "扰民", "影响出行", "多次反映未解决", "存在隐患")
PLACES = tuple(f"{road}{kind}" for road in ("向海", "兴隆", "中华", "石油", "康宁", "惠宾", "泰山")
               for kind in ("大街", "路", "小区", "花园"))  # fmt: skip
RARE = "㛃䶮桥"
RARE_SHARE = 1 / 5000


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
            for number in range(UNITS):
                appointing.add_unit(tenant, f"单位{number}", under=station, since=since)
            role = Role.OFFICE_CLERK if rank == 0 else Role.STATION
            appointing.add_user(
                station, "reader", "测速", role, password_hash=password, must_change=False
            )
        db.session.commit()


def load(folder: Path, number: int, *, open_share: float = 0.1) -> None:
    """Fill the city with `number` cases, of which a share is still open."""
    url = addresses(folder).database_url.replace("minxin_owner@", "postgres@")
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"SET search_path = '{SCHEMA}'")
        units = _units(cursor)
        cases = list(_Cases(units, number, open_share))
        _copy(cursor, "cases", _CASE_COLUMNS, (case.row() for case in cases))
        words = {text: _vector(text) for text in {case.subject for case in cases}}
        _copy(
            cursor,
            "case_texts",
            "tenant_id, case_id, words",
            ((case.tenant_id, case.id, words[case.subject]) for case in cases),
        )
        _copy(cursor, "assignments", _ASSIGNMENT_COLUMNS, (case.assignment() for case in cases))
        _copy(cursor, "clocks", _CLOCK_COLUMNS, (row for case in cases for row in case.clocks()))
        _copy(cursor, "case_events", _EVENT_COLUMNS, (e for case in cases for e in case.events()))
        _copy(cursor, "tallies", "tenant_id, unit_id, state, number", _tallies(cases))
        for table in ("cases", "tallies"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 10000000)")
        connection.commit()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


class _Case:
    """One case in as many columns as the hot pages read."""

    def __init__(
        self,
        case_id: int,
        unit: tuple[int, int],
        rng: random.Random,
        now: datetime,
        open_share: float,
    ) -> None:
        self.id = case_id
        self.unit_id, self.tenant_id = unit
        self.open = rng.random() < open_share
        self.state = rng.choices(OPEN, WEIGHTS)[0] if self.open else "closed"
        self.received = now - timedelta(hours=rng.uniform(1, 24 * (20 if self.open else 1000)))
        self.due = now + timedelta(hours=rng.uniform(-24, 240)) if self.open else FAR
        place = RARE if rng.random() < RARE_SHARE else rng.choice(PLACES)
        self.subject = f"{place}{rng.choice(THINGS)}{rng.choice(TROUBLES)}"

    def row(self) -> tuple[object, ...]:
        closed = None if self.open else self.received + timedelta(days=9)
        return (
            self.id, self.tenant_id, f"B{self.id:08d}", "web", self.state, 6, "complaint", "normal",
            self.subject, f"{self.subject}，希望有关部门尽快处理。" * 4, self.subject, self.subject,
            self.received, self.received, self.due, self.due - timedelta(days=1), self.unit_id,
            closed, "", "", False, False,
        )  # fmt: skip

    def assignment(self) -> tuple[object, ...]:
        ended = None if self.open else self.received + timedelta(days=8)
        return (self.tenant_id, self.id, self.unit_id, "main", "请核实办理", self.received, ended)

    def clocks(self) -> Iterator[tuple[object, ...]]:
        stopped = None if self.open else self.received + timedelta(days=5)
        due = self.due if self.open else self.received + timedelta(days=10)
        yield (
            self.tenant_id, self.id, self.unit_id, "complaint", 1, "bench", self.received, due,
            due - timedelta(days=1), False, "{}", 1, stopped, 0, due,
        )  # fmt: skip

    def events(self) -> Iterator[tuple[object, ...]]:
        names = ("receive", "claim", "dispatch") if self.open else ("receive", "dispatch", "close")
        for hours, name in enumerate(names):
            at = self.received + timedelta(hours=hours)
            yield (self.tenant_id, self.id, name, at, "system", "系统", "", False, "{}")


class _Cases:
    """The same cases in every run: the seed is fixed, the sizes of tenants follow a long tail."""

    def __init__(self, units: list[tuple[int, int]], number: int, open_share: float) -> None:
        self._units = units
        self._number = number
        self._open_share = open_share

    def __iter__(self) -> Iterator[_Case]:
        rng = random.Random(20261122)
        now = clock.now()
        tenants: dict[int, list[tuple[int, int]]] = {}
        for unit in self._units:
            tenants.setdefault(unit[1], []).append(unit)
        keys = sorted(tenants)
        weights = [1 / (rank + 5) for rank in range(len(keys))]
        chosen = rng.choices(keys, weights, k=self._number)
        for case_id, tenant_id in enumerate(chosen, start=1):
            unit = rng.choice(tenants[tenant_id])
            yield _Case(case_id, unit, rng, now, self._open_share)


def _units(cursor: Cursor[tuple[int, int]]) -> list[tuple[int, int]]:
    cursor.execute("SELECT id, tenant_id FROM units WHERE kind = 'unit' ORDER BY id")
    return cursor.fetchall()


def _copy(
    cursor: Cursor[tuple[int, int]],
    table: str,
    columns: str,
    rows: Iterator[tuple[object, ...]],
) -> None:
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _vector(text: str) -> str:
    return " ".join(f"'{word}':{place}" for place, word in enumerate(tokens(text), start=1))


def _tallies(cases: list[_Case]) -> Iterator[tuple[object, ...]]:
    now = datetime.now(UTC)
    counted = Counter((case.tenant_id, case.unit_id, case.state) for case in cases)
    counted.update((c.tenant_id, c.unit_id, "late_unit") for c in cases if c.open and c.due <= now)
    for (tenant_id, unit_id, state), number in counted.items():
        yield tenant_id, unit_id, state, number


_CASE_COLUMNS = (
    "id, tenant_id, number, source, state, version, kind, urgency, subject, body, summary, "
    "wording, received_at, updated_at, due_at, yellow_at, unit_id, closed_at, place, "
    "public_text, has_phone, due_provisional"
)
_ASSIGNMENT_COLUMNS = "tenant_id, case_id, unit_id, part, opinion, sent_at, ended_at"
_CLOCK_COLUMNS = (
    "tenant_id, case_id, unit_id, rule_key, rule_version, calendar_version, started_at, due_at, "
    "yellow_at, provisional, inputs, version, stopped_at, late_seen, next_at"
)
_EVENT_COLUMNS = (
    "tenant_id, case_id, name, at, actor_kind, actor_name, actor_unit, internal, payload"
)
