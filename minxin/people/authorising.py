"""Roles given and taken, accounts stopped: the security administrator's hand (三权分立)."""

from __future__ import annotations

from datetime import datetime

from minxin.errors import Refused
from minxin.people import given
from minxin.people.accounts import begin, check_role, check_separate, note, others, the_unit
from minxin.people.actor import Actor
from minxin.people.models import User
from minxin.people.roles import ADMINISTRATORS, Role


def approve(user: User, *, by: Actor, at: datetime, shown: str | None = None) -> None:
    """授权: give a waiting account the role that was proposed; it may sign in from now on."""
    _secured(user, by)
    begin(user, shown)
    if not user.waiting:
        raise Refused("该账号已经授权，不需要再次授权")
    if user.made_by_id == by.user_id:
        raise Refused("建立账号的人不能给该账号授权，请由另一位安全管理员办理")
    unit = the_unit(user.unit_id)
    check_separate(user.tenant_id, user.name, check_role(user.role, unit), but=user.id)
    user.active, user.waiting = True, False
    note("account.approve", user, by, at, role=user.role)


def change_role(
    user: User, role: str, *, by: Actor, at: datetime, shown: str | None = None
) -> None:
    """Give an account another role; every session of it ends.

    Administrators' roles exclude one another and every other role: such a change needs another
    account. Raises Refused or Conflict.
    """
    _secured(user, by)
    begin(user, shown)
    wanted = check_role(role, the_unit(user.unit_id))
    if wanted == user.role:
        raise Refused(f"{user.name}的角色已经是{wanted.label}", "role")
    if wanted in ADMINISTRATORS or user.role in ADMINISTRATORS:
        raise Refused(
            "系统、安全、审计管理员互斥，也不与业务角色互换。请停用原账号，另建账号后授权", "role"
        )
    old, user.role = user.role, wanted
    user.stamp += 1
    note("role.change", user, by, at, old=old, role=wanted)


def lock(user: User, reason: str, *, by: Actor, at: datetime, shown: str | None = None) -> None:
    """停用: the account cannot sign in, and every session of it ends at once."""
    _secured(user, by)
    begin(user, shown)
    if not user.active:
        raise Refused("该账号没有在用，不需要停用")
    reason = given.name(reason, "停用理由", field="reason", limit=200)
    if user.role == Role.SECURITY_ADMIN and not others(user.tenant_id, Role(user.role), user.id):
        raise Refused("这是最后一个安全管理员，停用后无人能授权。请先另设一名")
    user.active = False
    user.stamp += 1
    note("account.lock", user, by, at, reason=reason)


def unlock(user: User, *, by: Actor, at: datetime, shown: str | None = None) -> None:
    """恢复 an account that was locked."""
    _secured(user, by)
    begin(user, shown)
    if user.active or user.waiting:
        raise Refused("该账号没有停用，不需要恢复")
    role = check_role(user.role, the_unit(user.unit_id))
    check_separate(user.tenant_id, user.name, role, but=user.id)
    user.active, user.failures, user.locked_until = True, 0, None
    note("account.unlock", user, by, at)


def _secured(user: User, by: Actor) -> None:
    if by.kind == "system":
        return
    if by.role is not Role.SECURITY_ADMIN:
        raise Refused("角色授权、停用和恢复只能由安全管理员办理")
    if user.id == by.user_id:
        raise Refused("不能给自己授权、停用或恢复，请由另一位安全管理员办理")
