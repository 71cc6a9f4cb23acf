"""The database session: which login it uses and what each of its transactions starts with.

Every transaction begins with `SET LOCAL search_path` (the city) and `SET LOCAL minxin.tenant`
(the row filter), so a pooled connection carries nothing over. `SET` takes no bind parameter and
`set_config()` does not reach Citus nodes: only a checked schema name and an integer go in.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine, event

Login = Literal["tenant", "city", "public"]

SCHEMA = re.compile(r"city_[a-z][a-z0-9_]{0,40}")


@dataclass(frozen=True, eq=False)
class Context:
    """Where a request or a job stands: one context is one session.

    schema: the city's schema · login: the reach · tenant_id: the row filter, None for none.
    """

    schema: str
    login: Login
    tenant_id: int | None = None

    def __post_init__(self) -> None:
        if not SCHEMA.fullmatch(self.schema):
            raise ValueError(f"not a city schema: {self.schema!r}")
        if self.tenant_id is not None and type(self.tenant_id) is not int:
            raise ValueError("tenant_id must be an integer")

    def settings(self) -> str:
        """The SET LOCAL statements that open each transaction.

        Plans are never kept: the tenant is no parameter of a statement, so one that was made for
        the largest tenant would serve the smallest, and might walk the whole city for it.
        """
        tenant = "" if self.tenant_id is None else str(self.tenant_id)
        return (
            f"SET LOCAL search_path = '{self.schema}'; SET LOCAL minxin.tenant = '{tenant}'; "
            "SET LOCAL plan_cache_mode = 'force_custom_plan'"
        )


_context: ContextVar[Context | None] = ContextVar("minxin_context", default=None)


def current_scope() -> Context | None:
    """The scope of `db.session`: the context object itself."""
    return _context.get()


def current() -> Context:
    """The context in force. Raises RuntimeError where none was entered."""
    context = _context.get()
    if context is None:
        raise RuntimeError("no city was entered: use tenancy.context.within()")
    return context


_WROTE = "minxin_wrote"
_READS = ("SELECT ", "SET LOCAL ")
"""What statements that write nothing begin with; any other counts as writing."""


class ReachSession(Session):
    """Picks its engine by the login of the context in which it was made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.context = _context.get()
        self.opened: Connection | None = None  # the connection of the newest transaction

    def get_bind(
        self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any
    ) -> Engine | Connection:
        """The engine of the context's login. Raises RuntimeError outside a context."""
        if self.context is None:
            raise RuntimeError("no city was entered: use tenancy.context.within()")
        return self._db.engines[self.context.login]

    def end_reading(self) -> None:
        """Commit a transaction that has only read, which changes nothing but the driver's mind.

        psycopg forgets at every rollback what it has prepared, and tells the server so. A page that
        only reads would end with one, and each of its statements would be read and rewritten (the
        wall) anew. Nothing is flushed; what was written and not committed is still rolled back.
        """
        connection = self.opened
        if connection is None or connection.closed or connection.invalidated:
            return
        transaction = connection.get_transaction()
        if transaction is not None and connection.info.get(_WROTE) is False:
            transaction.commit()


@event.listens_for(ReachSession, "after_begin")
def _open_transaction(session: ReachSession, transaction: Any, connection: Connection) -> None:
    if session.context is not None and not connection.in_nested_transaction():
        connection.exec_driver_sql(session.context.settings())
        connection.info[_WROTE] = False
        session.opened = connection


@event.listens_for(Engine, "before_cursor_execute")
def _note_writing(connection: Connection, cursor: Any, statement: str, *more: Any) -> None:
    if not statement.startswith(_READS):
        connection.info[_WROTE] = True
