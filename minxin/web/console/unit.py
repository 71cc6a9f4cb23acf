"""Acts on one unit: renamed, moved, merged, closed; who answers for it and who leads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, url_for

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import succession
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import posts, responders, units
from minxin.people.models import Post, Responder, Unit, User
from minxin.people.posts import Holder
from minxin.web.console import pages
from minxin.web.console.acting import ActForm, carried_out, went
from minxin.web.console.acting import the_unit as load
from minxin.web.console.unit_page import (
    ClosureForm,
    EndForm,
    MergerForm,
    NameForm,
    PositionForm,
    PostForm,
    ResponderForm,
    unit_page,
)
from minxin.web.guards import permitted
from minxin.web.life import me


@pages.get("/units/<int:unit_id>")
@permitted(P.ORGANISATION_MANAGE)
def unit(unit_id: int) -> Any:
    """Everything about a unit."""
    return unit_page(load(unit_id, P.ORGANISATION_MANAGE))


@pages.post("/units/<int:unit_id>/name")
@permitted(P.ORGANISATION_MANAGE)
def unit_name(unit_id: int) -> Any:
    """更名 from a day on."""
    row, form = load(unit_id, P.ORGANISATION_MANAGE), NameForm(prefix="name-")
    return _acted(
        row,
        "name",
        form,
        lambda: units.rename(row, form.name.data, since=form.since.data, **_acting(form)),
        lambda: f"已更名为{row.name}。此前的办理记录仍显示当时的名称。",
    )


@pages.post("/units/<int:unit_id>/position")
@permitted(P.ORGANISATION_MANAGE)
def unit_position(unit_id: int) -> Any:
    """Under another superior."""
    row, form = load(unit_id, P.ORGANISATION_MANAGE), PositionForm(prefix="position-")
    return _acted(
        row,
        "position",
        form,
        lambda: units.move(row, form.under_id.data or None, **_acting(form)),
        lambda: f"{row.name}及其下级单位已移到新的上级单位之下。",
    )


@pages.post("/units/<int:unit_id>/merger")
@permitted(P.ORGANISATION_MANAGE)
def unit_merger(unit_id: int) -> Any:
    """并入 another unit, which carries its open cases on."""
    row, form = load(unit_id, P.ORGANISATION_MANAGE), MergerForm(prefix="merger-")
    moved: list[int] = []

    def merge() -> None:
        into = db.session.get(Unit, form.into_id.data or 0)
        moved.append(succession.merge(row, into, since=form.since.data, **_acting(form)))

    return _acted(
        row,
        "merger",
        form,
        merge,
        lambda: (
            f"{row.name}已并入，{moved[0]}件未办结诉求由新单位承接，原有账号已转入新单位，需重新登录。"
        ),
    )


@pages.post("/units/<int:unit_id>/closure")
@permitted(P.ORGANISATION_MANAGE)
def unit_closure(unit_id: int) -> Any:
    """停用."""
    row, form = load(unit_id, P.ORGANISATION_MANAGE), ClosureForm(prefix="closure-")
    return _acted(
        row,
        "closure",
        form,
        lambda: succession.close(row, last_day=form.last_day.data, **_acting(form)),
        lambda: f"{row.name}已停用，不再出现在转办单位中。",
    )


@pages.post("/units/<int:unit_id>/responders")
@permitted(P.ORGANISATION_MANAGE)
def unit_responders(unit_id: int) -> Any:
    """A or B post."""
    row, form = load(unit_id, P.ORGANISATION_MANAGE), ResponderForm(prefix="responder-")

    def appoint() -> None:
        user = _person(row, form.user_id.data)
        responders.appoint(
            row, user, form.post.data, since=form.since.data, by=me(), at=clock.now()
        )

    return _acted(row, "responder", form, appoint, lambda: "网络回应人已登记。")


@pages.post("/units/<int:unit_id>/posts")
@permitted(P.ORGANISATION_MANAGE)
def unit_posts(unit_id: int) -> Any:
    """A leading post."""
    row, form = load(unit_id, P.ORGANISATION_MANAGE), PostForm(prefix="post-")

    def hold() -> None:
        user = _person(row, form.user_id.data) if form.user_id.data else None
        holder = Holder(user, form.name.data or "", form.title.data or "")
        posts.hold(row, form.kind.data, holder, since=form.since.data, by=me(), at=clock.now())

    return _acted(row, "post", form, hold, lambda: "职务已登记。")


@pages.post("/responders/<int:responder_id>/end")
@permitted(P.ORGANISATION_MANAGE)
def responder_end(responder_id: int) -> Any:
    """卸任."""
    return _ended(Responder, responder_id, responders.end)


@pages.post("/posts/<int:post_id>/end")
@permitted(P.ORGANISATION_MANAGE)
def post_end(post_id: int) -> Any:
    """卸任."""
    return _ended(Post, post_id, posts.end)


def _ended(table: type[Responder] | type[Post], held_id: int, verb: Callable[..., None]) -> Any:
    held: Any = db.session.get(table, held_id) if held_id < 2**63 else None
    if held is None:
        abort(404)
    row = load(held.unit_id, P.ORGANISATION_MANAGE)
    key = f"end-{table.__tablename__}-{held_id}"
    form = EndForm(prefix=f"{key}-")
    return _acted(
        row,
        key,
        form,
        lambda: verb(held, last_day=form.last_day.data, by=me(), at=clock.now()),
        lambda: "卸任日期已登记。没有接任的人时，本单位会出现在提醒中。",
    )


def _acting(form: ActForm) -> dict[str, Any]:
    return {"by": me(), "at": clock.now(), "shown": form.shown.data}


def _acted(
    row: Unit, name: str, form: ActForm, verb: Callable[[], Any], words: Callable[[], str]
) -> Any:
    unit_id = row.id
    if carried_out(form, verb):
        return went(words(), url_for("console.unit", unit_id=unit_id))
    return unit_page(db.session.get_one(Unit, unit_id), {name: form})


def _person(row: Unit, user_id: int | None) -> User:
    user = db.session.get(User, user_id or 0)
    if user is None or user.tenant_id != row.tenant_id:
        raise Refused("请选择人员", "user_id")
    return user
