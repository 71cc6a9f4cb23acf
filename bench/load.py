"""Cases by the thousand, in batches and without the ORM."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import psycopg

from minxin import clock
from minxin.cases.search import tokens
from minxin.demonstration.people import SLUG
from minxin.embedded import addresses

SUBJECTS = (
    "路灯不亮",
    "室温不达标",
    "路面破损",
    "物业收费",
    "夜间施工",
    "垃圾清运",
    "停水",
    "违法停车",
)
STATES = ("unclaimed", "claimed", "dispatched", "accepted", "handling", "reported", "closed")
WEIGHTS = (2, 2, 3, 3, 6, 2, 82)
BATCH = 1000


def load(folder: Path, number: int) -> None:
    """Add cases to the demonstration city; most are closed, as in a city's life."""
    url = addresses(folder).database_url.replace("minxin_owner@", "minxin_city@")
    rng = random.Random(20261122)
    now = clock.now()
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"SET search_path = 'city_{SLUG}'")
        cursor.execute("SELECT id, tenant_id FROM units WHERE kind = 'unit'")
        units = cursor.fetchall()
        for start in range(0, number, BATCH):
            rows, texts = [], []
            for index in range(start, min(start + BATCH, number)):
                unit_id, tenant_id = rng.choice(units)
                state = rng.choices(STATES, WEIGHTS)[0]
                received = now - timedelta(hours=rng.uniform(1, 24 * 700))
                running = state != "closed"
                due = now + timedelta(hours=rng.uniform(-48, 240))
                subject = f"{rng.choice(SUBJECTS)}，第{index}次反映"
                rows.append(
                    (
                        f"B{index:07d}",
                        tenant_id,
                        "web",
                        state,
                        "complaint",
                        "normal",
                        subject,
                        subject,
                        received,
                        received,
                        due if running else clock.now().replace(year=9999),
                        due - timedelta(days=1),
                        unit_id,
                    )
                )
                texts.append(" ".join(tokens(subject)))
            cursor.executemany(_CASES, rows, returning=True)
            ids = []
            while True:
                ids.append(cursor.fetchone()[0])
                if not cursor.nextset():
                    break
            cursor.executemany(
                _TEXTS,
                [
                    (row[1], case_id, text)
                    for row, case_id, text in zip(rows, ids, texts, strict=True)
                ],
            )
            connection.commit()
    _settle(folder)


def _settle(folder: Path) -> None:
    """Fresh statistics, as autovacuum would have them after a load."""
    url = addresses(folder).database_url.replace("minxin_owner@", "postgres@")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


_CASES = """INSERT INTO cases (number, tenant_id, source, state, kind, urgency, subject, body,
 received_at, updated_at, due_at, yellow_at, unit_id, version, place, summary, wording, public_text,
 has_phone) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, '', '', '', '', false)
 RETURNING id"""
_TEXTS = (
    "INSERT INTO case_texts (tenant_id, case_id, words) VALUES (%s, %s, to_tsvector('simple', %s))"
)
