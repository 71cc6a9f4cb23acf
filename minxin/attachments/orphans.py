"""Stored files that nothing names: a form that was refused after its photo was kept, an import that
is done. They are cleared away at night, a day after somebody last put them in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnClause, column, select, table, text

from minxin.attachments.store import Store
from minxin.extensions import db

AGE = timedelta(days=1)
"""A file is kept before the row that names it is committed; no form takes a day."""

CATALOGUE = text(
    "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " WHERE c.relnamespace = CAST(:schema AS regnamespace) AND c.relkind IN ('r', 'p')"
    " AND a.attname ~ '(^|_)sha256$' AND NOT a.attisdropped ORDER BY 1, 2"
)


def clear(store: Store, schema: str, at: datetime) -> int:
    """Delete what no column called sha256, or something_sha256, of a city names; answers how many.

    Runs by the city's login, which sees every row. A table that it may not read stops everything:
    better a file too many than one too few.
    """
    names = naming(schema)
    if not names:
        raise LookupError("no column names a stored file")
    gone = store.delete_halves(schema, at - AGE)
    for digit in "0123456789abcdef":  # a sixteenth at a time, to hold little
        old = list(store.older(schema, at - AGE, digit))
        if old:
            named = _named(names, digit)
            gone += sum(
                store.delete_older(key, schema, at - AGE) for key in old if key not in named
            )
    return gone


def naming(schema: str) -> Sequence[tuple[str, str]]:
    """(table, column) of all that name stored files in a city."""
    rows = db.session.execute(CATALOGUE, {"schema": schema})
    return [(row.relname, row.attname) for row in rows]


def _named(names: Sequence[tuple[str, str]], digit: str) -> set[str]:
    found: set[str] = set()
    for table_name, column_name in names:
        key: ColumnClause[str] = column(column_name)
        query = select(key).select_from(table(table_name)).where(key.startswith(digit))
        found |= set(db.session.scalars(query))
    return found
