"""网络回应人: who answers for a unit, A and B post, from a day to a day (第九条（一）)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from minxin.audit import log
from minxin.clock import local
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.people.models import Responder, Unit, User
from minxin.people.roles import Role

POSTS = ("A", "B")
ANSWERS = {"station": (Role.STATION, Role.RESPONDER)}
"""Roles that may hold the post, where it is not the responder's alone."""


def valid_on(day: date) -> ColumnElement[bool]:
    """SQL: the appointments in force on a day."""
    return and_(
        Responder.valid_from <= day, or_(Responder.valid_to.is_(None), Responder.valid_to >= day)
    )


def appoint(unit: Unit, user: User, post: str, *, since: date, by: Actor, at: datetime) -> None:
    """Appoint a person to the A or B post of the own unit; who held it until then ends the day
    before. Raises Refused where the person cannot hold it or the day is impossible."""
    if post not in POSTS:
        raise Refused("请选择A岗或B岗", "post")
    _check_person(unit, user)
    if since < unit.valid_from:
        raise Refused("任职日期不能早于单位的启用日期", "since")
    for held in _standing(unit, since):
        if held.post != post and held.user_id == user.id:
            raise Refused(f"{user.name}同期已是{held.post}岗，同一人不能兼任A、B岗", "user_id")
        if held.post == post:
            _succeed(held, user, since)
    made = Responder(
        tenant_id=unit.tenant_id, unit_id=unit.id, user_id=user.id, post=post, valid_from=since
    )
    db.session.add(made)
    db.session.flush()
    _note("responder.appoint", made, by, at, since)


def end(held: Responder, *, last_day: date, by: Actor, at: datetime) -> None:
    """卸任: the last day in the post. Raises Refused for an impossible day."""
    if held.valid_to is not None and held.valid_to < local(at).date():
        raise Refused("该任职已经结束")
    if last_day < held.valid_from:
        raise Refused("卸任日期不能早于任职日期", "last_day")
    held.valid_to = last_day
    _note("responder.end", held, by, at, last_day)


def _check_person(unit: Unit, user: User) -> None:
    if not unit.active:
        raise Refused("该单位已停用，不能再登记网络回应人")
    if user.unit_id != unit.id:
        raise Refused(f"{user.name}不是本单位人员，请先把账号调到本单位", "user_id")
    if not (user.active or user.waiting):
        raise Refused(f"{user.name}的账号已停用，请选择其他人", "user_id")
    roles = ANSWERS.get(unit.kind, (Role.RESPONDER,))
    if user.role not in roles:
        said = "、".join(role.label for role in roles)
        raise Refused(f"{user.name}的角色不是{said}，请先由安全管理员调整角色", "user_id")


def _standing(unit: Unit, since: date) -> list[Responder]:
    """Appointments that reach into the time from `since` on."""
    query = select(Responder).where(
        Responder.unit_id == unit.id,
        or_(Responder.valid_to.is_(None), Responder.valid_to >= since),
    )
    return list(db.session.scalars(query.with_for_update()))


def _succeed(held: Responder, user: User, since: date) -> None:
    if held.user_id == user.id and held.valid_from <= since:
        raise Refused(f"{user.name}已经在{held.post}岗上，不需要重复登记", "user_id")
    if held.valid_from >= since:
        raise Refused(
            f"{held.post}岗自{held.valid_from:%Y-%m-%d}起已另有登记，任职日期须在此之后", "since"
        )
    held.valid_to = since - timedelta(days=1)


def _note(act: str, held: Responder, by: Actor, at: datetime, day: date) -> None:
    log.record(
        act,
        tenant_id=held.tenant_id,
        by=by,
        at=at,
        object_kind="responder",
        object_id=held.id,
        payload={"unit_id": held.unit_id, "user_id": held.user_id, "post": held.post,
                 "day": day.isoformat()},
    )  # fmt: skip
