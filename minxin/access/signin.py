"""Signing in: per desk, five failures lock, the first sign-in changes the password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from minxin.audit import log
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import authorising, passwords
from minxin.people.actor import Actor
from minxin.people.models import Unit, User
from minxin.people.roles import CITY_DESK, Role

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)

REFUSAL = "用户名或密码不正确，或该账号不能在此登录。连续5次登录失败的账号锁定15分钟"
"""One sentence for every reason, locked or unknown: who tries learns nothing about accounts."""


@dataclass(frozen=True)
class Attempt:
    """How a sign-in went; a refusal is committed too, for it counts."""

    user: User | None
    message: str = ""


def attempt(
    username: str, password: str, *, city_desk: bool, address: str, at: datetime
) -> Attempt:
    """Try a name and a password at a desk; the desk's login already limits the tenant.

    Five failures in a row lock the account for 15 minutes.
    """
    user = db.session.scalar(
        select(User).where(User.username == username.strip(), User.active).with_for_update()
    )
    fits = passwords.matches(user.password_hash if user else None, password)
    if user is None or (Role(user.role) in CITY_DESK) != city_desk:
        return Attempt(None, REFUSAL)
    who = Actor(name=user.name, user_id=user.id)
    if user.locked_until and user.locked_until > at:
        _note("sign_in.locked", user, who, address, at)
        return Attempt(None, REFUSAL)
    if not fits:
        user.failures += 1
        if user.failures >= MOST_FAILURES:
            user.locked_until, user.failures = at + LOCKED_FOR, 0
        _note("sign_in.failed", user, who, address, at)
        return Attempt(None, REFUSAL)
    user.failures, user.locked_until, user.last_sign_in_at = 0, None, at
    _note("sign_in.done", user, who, address, at, outcome="done")
    return Attempt(user)


def change_password(user: User, *, old: str, new: str, at: datetime) -> None:
    """Change one's own password; ends every other session. Raises Refused where it is weak."""
    if not passwords.matches(user.password_hash, old):
        raise Refused("原密码不正确", "old")
    if old == new:
        raise Refused("新密码不能与原密码相同", "new")
    passwords.check_new(new, username=user.username)
    user.password_hash = passwords.hashed(new)
    user.must_change = False
    user.stamp += 1
    log.record(
        "password.change",
        tenant_id=user.tenant_id,
        by=Actor(name=user.name, user_id=user.id),
        at=at,
        object_kind="user",
        object_id=user.id,
    )


def change_role(user: User, role: Role, *, by: Actor, at: datetime) -> None:
    """Give a person another role; every session of his ends (people.accounts)."""
    authorising.change_role(user, role, by=by, at=at)


def known(user_id: int) -> tuple[User, Actor] | None:
    """An active person and who he acts as, in one query: asked for by every request."""
    rows = db.session.execute(_KNOWN, {"user_id": user_id}).all()
    if not rows:
        return None
    return rows[0][0], _acting(rows[0][0], {row[1]: row[2] for row in rows})


# Written once: to put it together costs more than to run it, and every request runs it.
_own, _below = aliased(Unit), aliased(Unit)
_KNOWN = (
    select(User, _below.id, _below.name)
    .join(_own, _own.id == User.unit_id)
    .join(_below, (_below.tenant_id == _own.tenant_id) & _below.path.startswith(_own.path))
    .where(User.id == bindparam("user_id"), User.active)
)


def actor(user: User) -> Actor:
    """The acting person, with the unit and everything below it."""
    found = known(user.id)
    return found[1] if found else _acting(user, {})


def _acting(user: User, names: dict[int, str]) -> Actor:
    return Actor(
        name=user.name,
        user_id=user.id,
        role=Role(user.role),
        tenant_id=user.tenant_id,
        unit_id=user.unit_id,
        unit_name=names.get(user.unit_id, ""),
        unit_ids=frozenset(names),
    )


def _note(
    act: str, user: User, who: Actor, address: str, at: datetime, outcome: str = "refused"
) -> None:
    log.record(
        act,
        tenant_id=user.tenant_id,
        by=who,
        at=at,
        object_kind="user",
        object_id=user.id,
        outcome=outcome,
        address=address,
    )
