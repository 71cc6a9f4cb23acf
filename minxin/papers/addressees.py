"""Whom a paper goes to, by post on the day (1.8 A23). Who is missing is named, never left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from minxin.documents.recipients import Recipient
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.models import Post, Unit, User
from minxin.people.posts import PostKind, valid_on
from minxin.tenancy.models import Tenant


def unit(unit_: Unit, part: str = "to") -> Recipient:
    """Anybody of a unit."""
    return Recipient(part, unit_.tenant_id, unit_.id, unit_.name)


def chief(unit_: Unit, day: date) -> Recipient:
    """The 一把手 of a unit. Raises Refused, saying who has to be entered where."""
    found = _holders([unit_.id], PostKind.CHIEF, day)
    if not found:
        raise Refused(
            f"{unit_.name}没有登记一把手，专报无法送达。"
            f"请先在“管理—单位—{unit_.name}”登记一把手，再下发"
        )
    return _person("to", unit_, found[0])


def superior(unit_: Unit, day: date) -> Recipient:
    """The 上级主要领导: entered for the unit, or for one above it; else its 分管领导."""
    above = [int(each) for each in unit_.path.strip("/").split("/")][::-1]
    found = _holders(above, PostKind.SUPERIOR, day)
    nearest = sorted(found, key=lambda held: above.index(held.unit_id))
    held = nearest or _holders([unit_.id], PostKind.OVERSEER, day)
    if not held:
        raise Refused(
            f"{unit_.name}没有登记上级主要领导，专报无法抄报。"
            f"请先在“管理—单位”登记上级主要领导（登记在工作站即可），再下发"
        )
    return _above(unit_, held[0])


def city_leaders(day: date) -> list[Recipient]:
    """市政府主要领导. Raises Refused where none is entered."""
    query = (
        select(Post, Unit)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Post.post == PostKind.CITY_LEADER, valid_on(day))
        .order_by(Post.id)
    )
    found = db.session.execute(query).all()
    if not found:
        raise Refused("没有登记市主要领导，情节严重的专报无法上报，请先在“管理—单位—市政府”登记")
    return [_person("report", place, held) for held, place in found]


def _holders(unit_ids: Sequence[int], post: PostKind, day: date) -> list[Post]:
    query = select(Post).where(Post.unit_id.in_(unit_ids), Post.post == post, valid_on(day))
    return list(db.session.scalars(query.order_by(Post.id)))


def _person(part: str, unit_: Unit, held: Post) -> Recipient:
    account = db.session.get(User, held.user_id) if held.user_id else None
    return Recipient(
        part,
        unit_.tenant_id,
        unit_.id,
        unit_.name,
        account.id if account and account.active else None,
        held.name,
        held.title or UNTITLED.get(PostKind(held.post), ""),
    )


def _above(unit_: Unit, held: Post) -> Recipient:
    """Somebody above a unit is no official of it: a 区长 is called by the district, a 副市长 by his
    title alone."""
    called = _person("report", unit_, held)
    district = db.session.get_one(Tenant, unit_.tenant_id)
    own = district.kind == "municipal" or called.post.startswith(district.name)
    return replace(called, unit="" if own else district.name)


UNTITLED = {
    PostKind.CHIEF: "主要负责同志",
    PostKind.SUPERIOR: "主要负责同志",
    PostKind.OVERSEER: "分管负责同志",
    PostKind.CITY_LEADER: "主要负责同志",
}
"""What a paper calls the holder of a post whose title was not entered."""
