"""What a unit lacks before it can be given a case (第九条（一）（二）)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import exists, select

from minxin.extensions import db
from minxin.people import posts, responders
from minxin.people.models import Post, Responder, Unit, User
from minxin.people.posts import PostKind
from minxin.people.roles import Role

RESPONDER = "A岗网络回应人"
HEAD = "主管领导"
STAFF = "工作站人员账号"


def lacking(day: date, unit_ids: Collection[int] | None = None) -> dict[int, tuple[str, ...]]:
    """Unit id → what is missing on a day, for units in use within the login's reach.

    A unit needs an A responder and a 主管领导 who can sign in. A station passes cases on: it
    counts with anybody on its staff. Offices get no cases. One statement.
    """
    answers = exists().where(
        Responder.unit_id == Unit.id,
        Responder.post == "A",
        responders.valid_on(day),
        User.id == Responder.user_id,
        User.unit_id == Unit.id,
        User.active,
    )
    signs = exists().where(
        Post.unit_id == Unit.id,
        Post.post == PostKind.HEAD,
        posts.valid_on(day),
        User.id == Post.user_id,
        User.unit_id == Unit.id,
        User.active,
        User.role == Role.UNIT_HEAD,
    )
    staffed = exists().where(User.unit_id == Unit.id, User.active, User.role == Role.STATION)
    query = select(Unit.id, Unit.kind, answers, signs, staffed).where(
        Unit.active, Unit.kind != "office"
    )
    if unit_ids is not None:
        query = query.where(Unit.id.in_(unit_ids))
    missing = {}
    for unit_id, kind, has_responder, has_head, has_staff in db.session.execute(query):
        if kind == "station":
            lacks: tuple[str, ...] = () if has_staff else (STAFF,)
        else:
            lacks = (*(() if has_responder else (RESPONDER,)), *(() if has_head else (HEAD,)))
        if lacks:
            missing[unit_id] = lacks
    return missing
