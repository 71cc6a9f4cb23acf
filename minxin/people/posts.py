"""Leading posts of a unit and who holds them, from a day to a day (1.8 A23, 第九条（二）)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select

from minxin.audit import log
from minxin.clock import local
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import given
from minxin.people.actor import Actor
from minxin.people.models import Post, Unit, User
from minxin.people.roles import Role


class PostKind(StrEnum):
    """The posts that the regulation names."""

    CHIEF = "chief"
    HEAD = "head"
    OVERSEER = "overseer"
    SUPERIOR = "superior"
    CITY_LEADER = "city_leader"

    @property
    def label(self) -> str:
        """The post in Chinese."""
        return _POSTS[self][0]

    @property
    def duty(self) -> str:
        """What the holder is there for."""
        return _POSTS[self][1]


_POSTS = {
    PostKind.CHIEF: ("一把手", "督办专报和问题类内参送达的人"),
    PostKind.HEAD: ("主管领导", "审签本单位的调查处理报告，须有本单位账号"),
    PostKind.OVERSEER: ("分管领导", "分管本单位的上级领导，重大紧急件向其请示"),
    PostKind.SUPERIOR: (
        "上级主要领导",
        "督办专报抄报的上级主要领导，登记在工作站的适用于全区县各单位",
    ),
    PostKind.CITY_LEADER: ("市主要领导", "情节严重的督办上报对象，只登记在市级机关"),
}


@dataclass(frozen=True)
class Holder:
    """Who holds a post: a person with an account, or a name."""

    user: User | None = None
    name: str = ""
    title: str = ""  # 局长, 副市长


def valid_on(day: date) -> ColumnElement[bool]:
    """SQL: the posts held on a day."""
    return and_(Post.valid_from <= day, or_(Post.valid_to.is_(None), Post.valid_to >= day))


def hold(unit: Unit, kind: str, holder: Holder, *, since: date, by: Actor, at: datetime) -> Post:
    """Let somebody hold a post from a day on; the one before ends the day before.

    A city has several 市主要领导 at a time; every other post has one holder.
    Raises Refused where the holder does not fit or the day is impossible.
    """
    if kind not in set(PostKind):
        raise Refused("请选择职务", "kind")
    post = PostKind(kind)
    _check_unit(unit, post)
    name = _check_holder(unit, post, holder)
    if since < unit.valid_from:
        raise Refused("任职日期不能早于单位的启用日期", "since")
    _succeed(unit, post, name, since)
    made = Post(
        tenant_id=unit.tenant_id,
        unit_id=unit.id,
        post=post,
        user_id=holder.user.id if holder.user else None,
        name=name,
        title=given.name(holder.title, "职务名称", field="title") if holder.title.strip() else "",
        valid_from=since,
    )
    db.session.add(made)
    db.session.flush()
    _note("post.hold", made, by, at, since)
    return made


def end(held: Post, *, last_day: date, by: Actor, at: datetime) -> None:
    """卸任: the last day in the post. Raises Refused for an impossible day."""
    if held.valid_to is not None and held.valid_to < local(at).date():
        raise Refused("该任职已经结束")
    if last_day < held.valid_from:
        raise Refused("卸任日期不能早于任职日期", "last_day")
    held.valid_to = last_day
    _note("post.end", held, by, at, last_day)


def _check_unit(unit: Unit, post: PostKind) -> None:
    if not unit.active:
        raise Refused("该单位已停用，不能再登记职务")
    if post is PostKind.CITY_LEADER and unit.kind != "office":
        raise Refused("市主要领导只能登记在市级机关", "kind")


def _check_holder(unit: Unit, post: PostKind, holder: Holder) -> str:
    user = holder.user
    if post is PostKind.HEAD:
        if user is None:
            raise Refused("主管领导要在系统中审签报告，请选择本单位的账号", "user_id")
        if user.unit_id != unit.id or not (user.active or user.waiting):
            raise Refused(f"{user.name}不是本单位在用账号，请先建账号或调到本单位", "user_id")
        if user.role != Role.UNIT_HEAD:
            raise Refused(
                f"{user.name}的角色不是{Role.UNIT_HEAD.label}，请先由安全管理员调整角色", "user_id"
            )
    return user.name if user else given.name(holder.name, "姓名", field="name", limit=30)


def _succeed(unit: Unit, post: PostKind, name: str, since: date) -> None:
    query = select(Post).where(
        Post.unit_id == unit.id,
        Post.post == post,
        or_(Post.valid_to.is_(None), Post.valid_to >= since),
    )
    for held in db.session.scalars(query.with_for_update()):
        if held.name == name and held.valid_from <= since:
            raise Refused(f"{name}已经登记为{post.label}，不需要重复登记", "user_id")
        if post is PostKind.CITY_LEADER:
            continue
        if held.valid_from >= since:
            raise Refused(
                f"{post.label}自{held.valid_from:%Y-%m-%d}起已另有登记，任职日期须在此之后", "since"
            )
        held.valid_to = since - timedelta(days=1)


def _note(act: str, held: Post, by: Actor, at: datetime, day: date) -> None:
    log.record(
        act,
        tenant_id=held.tenant_id,
        by=by,
        at=at,
        object_kind="post",
        object_id=held.id,
        payload={"unit_id": held.unit_id, "post": held.post, "day": day.isoformat()},
    )
