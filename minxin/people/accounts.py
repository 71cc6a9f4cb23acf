"""Accounts: made by one hand, given their role by another (三权分立, compliance.md)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from minxin.audit import log
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import appointing, given, passwords
from minxin.people.actor import Actor
from minxin.people.models import Unit, User
from minxin.people.roles import ADMINISTRATORS, CITY_DESK, Role

USERNAME = re.compile(r"[a-z][a-z0-9_.]{2,29}")
_LETTERS = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789")
"""Without signs that look alike on paper."""


@dataclass(frozen=True)
class NewAccount:
    """A person to be given an account at a unit; `role` is proposed, not given."""

    unit_id: int
    username: str
    name: str
    role: str


@dataclass(frozen=True)
class Issued:
    """An account and its first password, to be handed over once: it is kept nowhere."""

    user: User
    password: str


def seen(user: User) -> str:
    """What a page about this account showed."""
    return given.seen(user.name, user.unit_id, user.role, user.active, user.waiting)


def create(new: NewAccount, *, by: Actor, at: datetime, password: str | None = None) -> Issued:
    """Make an account that waits for the security administrator before it can sign in.

    password: the hash of many at once is the caller's (rosters). Raises Refused.
    """
    unit = the_unit(new.unit_id)
    username = new.username.strip().lower()
    if not USERNAME.fullmatch(username):
        raise Refused("用户名用3至30位小写字母、数字、点和下划线，以字母开头", "username")
    name = given.name(new.name, "姓名", limit=30)
    role = check_role(new.role, unit)
    _check_free(unit.tenant_id, username)
    check_separate(unit.tenant_id, name, role)
    password = password or fresh_password()
    user = appointing.add_user(unit, username, name, role, password_hash=passwords.hashed(password))
    user.active, user.waiting, user.made_by_id = False, True, by.user_id
    note("account.create", user, by, at, role=role, unit_id=unit.id)
    return Issued(user, password)


def reissue(new: NewAccount, *, by: Actor, at: datetime) -> Issued | None:
    """The account that this very form made a moment ago, with a password anew: sent twice, made
    once. None where the name belongs to somebody else's account."""
    unit = the_unit(new.unit_id)
    user = db.session.scalar(
        select(User).where(
            User.tenant_id == unit.tenant_id,
            User.username == new.username.strip().lower(),
            User.waiting,
            User.made_by_id == by.user_id,
            User.unit_id == unit.id,
            User.name == new.name.strip(),
            User.role == new.role,
        )
    )
    return reset_password(user, by=by, at=at) if user else None


def found_administrator(new: NewAccount, *, by: Actor, at: datetime) -> Issued:
    """The first administrator of a kind in a tenant, in use at once: there is nobody to approve.

    Only for the head of the city office, and only where the tenant has none of the kind.
    """
    if by.role is not Role.OFFICE_HEAD:
        raise Refused("只有市民心网办负责人可以设立区县的首任管理员")
    unit = the_unit(new.unit_id)
    if new.role not in ADMINISTRATORS:
        raise Refused("请选择管理员类别", "role")
    if others(unit.tenant_id, Role(new.role)):
        raise Refused(f"本区县已有{Role(new.role).label}，请由本区县的管理员新增账号并授权", "role")
    issued = create(new, by=by, at=at)
    issued.user.active, issued.user.waiting = True, False
    note("account.found", issued.user, by, at, role=new.role)
    return issued


def reset_password(user: User, *, by: Actor, at: datetime) -> Issued:
    """A new first password, to be changed at sign-in; every session of the account ends.

    Who makes accounts may not get into those that watch over him: an administrator's password
    is reset by the head of the city office alone.
    """
    if user.role in ADMINISTRATORS and by.role is not Role.OFFICE_HEAD:
        raise Refused("管理员账号的密码只能由市民心网办负责人重置")
    if by.user_id == user.id:
        raise Refused("修改自己的密码请用右上角的“修改密码”")
    password = fresh_password()
    user.password_hash = passwords.hashed(password)
    user.must_change, user.failures, user.locked_until = True, 0, None
    user.stamp += 1
    note("password.reset", user, by, at)
    return Issued(user, password)


def change_unit(
    user: User, unit_id: int, *, by: Actor, at: datetime, shown: str | None = None
) -> None:
    """调动 inside the tenant. Every session ends: the account reaches other things from now on."""
    begin(user, shown)
    unit = the_unit(unit_id)
    if unit.tenant_id != user.tenant_id:
        raise Refused("账号不能调到其他区县，请在对方区县另建账号", "unit_id")
    if unit.id == user.unit_id:
        raise Refused(f"{user.name}已在该单位，不需要调动", "unit_id")
    if user.id == by.user_id:
        raise Refused("不能调动自己的账号，请由其他管理人员办理")
    check_role(user.role, unit)
    old, user.unit_id = user.unit_id, unit.id
    user.stamp += 1
    note("account.move", user, by, at, old=old, unit_id=unit.id)


def correct_name(user: User, name: str, *, by: Actor, at: datetime) -> None:
    """Correct the person's name. Past records keep what was written."""
    name = given.name(name, "姓名", limit=30)
    if name != user.name:
        user.name = name
        note("account.correct", user, by, at)


def check_role(role: str, unit: Unit) -> Role:
    """The role, where somebody of this unit can have it. Raises Refused."""
    if role not in set(Role):
        raise Refused("请选择角色", "role")
    wanted = Role(role)
    if wanted in CITY_DESK and unit.kind != "office":
        raise Refused(f"{wanted.label}须在市级机关，请核对单位和角色", "role")
    if wanted is Role.STATION and unit.kind != "station":
        raise Refused(f"{wanted.label}须在工作站，请核对单位和角色", "role")
    if wanted in (Role.RESPONDER, Role.UNIT_HEAD) and unit.kind == "office":
        raise Refused(f"{wanted.label}须在承办单位，请核对单位和角色", "role")
    if wanted in ADMINISTRATORS and unit.kind not in ("office", "station"):
        raise Refused(f"{wanted.label}须在市级机关或工作站，请核对单位和角色", "role")
    return wanted


def fresh_password() -> str:
    """A first password that meets the rule for new ones, easy to read out: Kdhr-7m4Q-wpzt."""
    while True:
        parts = ["".join(secrets.choice("".join(_LETTERS)) for _ in range(4)) for _ in range(3)]
        password = "-".join(parts)
        if all(set(password) & set(letters) for letters in _LETTERS):
            return password


def the_unit(unit_id: int) -> Unit:
    """The unit in use with this id. Raises Refused."""
    unit = db.session.get(Unit, unit_id)
    if unit is None or not unit.active:
        raise Refused("请选择在用的单位", "unit_id")
    return unit


def begin(user: User, shown: str | None) -> None:
    """Lock an account before it is changed. Raises Conflict where its page was stale."""
    db.session.flush()
    db.session.refresh(user, with_for_update=True)
    given.check_seen(shown, seen(user))


def _check_free(tenant_id: int, username: str) -> None:
    if db.session.scalar(
        select(User.id).where(User.tenant_id == tenant_id, User.username == username)
    ):
        raise Refused(f"用户名“{username}”已被使用，请换一个", "username")


def check_separate(tenant_id: int, name: str, role: Role, but: int | None = None) -> None:
    """One person does not hold two of the administrators' roles, in two accounts either."""
    if role not in ADMINISTRATORS:
        return
    query = select(User).where(
        User.tenant_id == tenant_id,
        User.name == name,
        User.role.in_(ADMINISTRATORS - {role}),
        User.active | User.waiting,
    )
    other = db.session.scalar(query.where(User.id != (but or 0)).limit(1))
    if other is not None:
        raise Refused(
            f"{name}已是{Role(other.role).label}，三类管理员不得由同一人兼任。"
            "确是同名不同人的，请在姓名后加注部门",
            "name",
        )


def others(tenant_id: int, role: Role, but: int = 0) -> int:
    """How many accounts in use have this role in the tenant, one of them aside."""
    query = select(func.count(User.id)).where(
        User.tenant_id == tenant_id, User.role == role, User.active, User.id != but
    )
    return db.session.scalar(query) or 0


def note(act: str, user: User, by: Actor, at: datetime, **payload: object) -> None:
    """Record an act on an account."""
    log.record(
        act,
        tenant_id=user.tenant_id,
        by=by,
        at=at,
        object_kind="user",
        object_id=user.id,
        payload=payload,
    )
