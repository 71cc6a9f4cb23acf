"""The Flask extensions, made once; `create_app` binds them to an application."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from flask_htmx import HTMX
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry
from sqlalchemy import DateTime, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, registry

from minxin.sessions import ReachSession, current_scope

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of a city's schema. Instants are aware; JSON is jsonb."""

    registry: ClassVar[registry] = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: DateTime(timezone=True),
            dict[str, Any]: JSONB,
            list[Any]: JSONB,
        },
    )


class Valkey:
    """The Redis connection of this process."""

    raw: Redis

    def connect(self, url: str) -> None:
        """Open the pool; nothing is sent before the first command.

        Once more and at once after a cut connection, then no more: whoever waits for a page gets
        an answer, and what was promised is sent by the sweep.
        """
        self.raw = Redis.from_url(url, retry=Retry(ConstantBackoff(0.05), 1))


db = SQLAlchemy(
    model_class=Base,
    session_options={"class_": ReachSession, "scopefunc": current_scope},
)
login = LoginManager()
csrf = CSRFProtect()
htmx = HTMX()
limiter = Limiter(get_remote_address)
valkey = Valkey()
