"""One row of any table that hangs off a case, made from what the catalogue says of its columns.

New tables need nothing here: a column without a default gets a value of its type.
"""

from __future__ import annotations

import itertools
from typing import Any

from sqlalchemy import Connection, text

_COUNT = itertools.count(1)

COLUMNS = text(
    """
    SELECT c.column_name AS name, c.data_type AS type, f.target
    FROM information_schema.columns c
    LEFT JOIN (
        SELECT con.conrelid, a.attname, con.confrelid::regclass::text AS target
        FROM pg_constraint con JOIN pg_attribute a
          ON a.attrelid = con.conrelid AND a.attnum = con.conkey[1]
        WHERE con.contype = 'f' AND cardinality(con.conkey) = 1
    ) f ON f.conrelid = CAST(:table AS text)::regclass AND f.attname = c.column_name
    WHERE c.table_schema = current_schema() AND c.table_name = CAST(:table AS text)
      AND c.is_nullable = 'NO' AND c.column_default IS NULL AND c.is_identity = 'NO'
    """
)

VALUES = {
    "integer": "{n}",
    "bigint": "{n}",
    "boolean": "false",
    "jsonb": "'{{}}'",
    "timestamp with time zone": "now()",
    "date": "DATE '2026-01-01' + {n}",
    "bytea": "'\\x{n:08x}'::bytea",
    "tsvector": "''::tsvector",
    "character varying": "'planted {n}'",
    "text": "'planted {n}'",
}


def plant_row(sql: Connection, table: str, **given: Any) -> int:
    """Insert a row with the columns given and something fitting in every other; answers its id."""
    values = {name: repr(value) for name, value in given.items()}
    for column in sql.execute(COLUMNS, {"table": table}):
        if column.name in values:
            continue
        if column.target:
            _need(sql, column.target, given)
            values[column.name] = f"(SELECT min(id) FROM {column.target})"
        else:
            values[column.name] = VALUES[column.type].format(n=next(_COUNT))
    names = ", ".join(f'"{name}"' for name in values)
    made = text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(values.values())}) RETURNING id")
    return sql.execute(made).scalar_one()


def _need(sql: Connection, target: str, given: dict[str, Any]) -> None:
    """A row that can be pointed at, where this login may make one."""
    if (
        sql.scalar(text(f"SELECT 1 FROM {target} LIMIT 1")) is None
        and sql.scalar(text("SELECT current_user")) == "minxin_city"
    ):
        plant_row(sql, target, tenant_id=given["tenant_id"])
