"""One unit: its names over time, who answers for it and leads it, its people; renamed, moved,
merged, closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, render_template, url_for
from sqlalchemy import select
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import readiness, succession
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import posts, responders, units
from minxin.people.models import Post, Responder, Unit, User
from minxin.people.posts import Holder, PostKind
from minxin.people.roles import LABELS, Role
from minxin.people.units import UnitKind
from minxin.tenancy.models import Tenant
from minxin.web.console import pages
from minxin.web.console.acting import ActForm, carried_out, choices, day_field, status, went
from minxin.web.console.acting import the_unit as load
from minxin.web.console.units import indented
from minxin.web.guards import permitted
from minxin.web.life import me


class NameForm(ActForm):
    """更名."""

    name = StringField("新名称", validators=[DataRequired("请填写新名称")])
    since = day_field("更名日期")


class PositionForm(ActForm):
    """移动."""

    under_id = SelectField("新的上级单位", coerce=int, validate_choice=False)


class MergerForm(ActForm):
    """合并."""

    into_id = SelectField("并入哪个单位", coerce=int, validate_choice=False)
    since = day_field("合并日期")


class ClosureForm(ActForm):
    """停用."""

    last_day = day_field("最后一日")


class ResponderForm(ActForm):
    """An appointment as 网络回应人."""

    user_id = SelectField("人员", coerce=int, validate_choice=False)
    post = RadioField("岗位", choices=[("A", "A岗"), ("B", "B岗")], default="A")
    since = day_field("任职日期")


class PostForm(ActForm):
    """A leading post."""

    kind = SelectField("职务", validators=[InputRequired("请选择职务")], validate_choice=False)
    user_id = SelectField("本单位账号", coerce=int, validate_choice=False)
    name = StringField("姓名")
    title = StringField("具体职务")
    since = day_field("任职日期")


class EndForm(ActForm):
    """卸任."""

    last_day = day_field("卸任日期")


_PLACES = {post: str(place) for place, post in enumerate((*responders.POSTS, *PostKind))}

FORMS = {
    "name": NameForm,
    "position": PositionForm,
    "merger": MergerForm,
    "closure": ClosureForm,
    "responder": ResponderForm,
    "post": PostForm,
}


@pages.get("/units/<int:unit_id>")
@permitted(P.ORGANISATION_MANAGE)
def unit(unit_id: int) -> Any:
    """Everything about a unit."""
    return _page(load(unit_id, P.ORGANISATION_MANAGE))


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
    return _page(db.session.get_one(Unit, unit_id), {name: form})


def _person(row: Unit, user_id: int | None) -> User:
    user = db.session.get(User, user_id or 0)
    if user is None or user.tenant_id != row.tenant_id:
        raise Refused("请选择人员", "user_id")
    return user


def _page(row: Unit, tried: dict[str, ActForm] | None = None) -> Any:
    tried = tried or {}
    today = clock.local(clock.now()).date()
    forms: dict[str, Any] = {
        name: tried.get(name) or form(None, prefix=f"{name}-", since=today, last_day=today)
        for name, form in FORMS.items()
    }
    for form in forms.values():
        form.shown.data = units.seen(row)
    people = db.session.scalars(
        select(User).where(User.unit_id == row.id).order_by(User.active.desc(), User.id)
    ).all()
    _offer(row, forms, people)
    if "name" not in tried:
        forms["name"].name.data = row.name
    page = render_template(
        "console/unit.html",
        unit=row,
        tenant=db.session.get(Tenant, row.tenant_id),
        kind=UnitKind(row.kind).label,
        above=db.session.get(Unit, row.parent_id) if row.parent_id else None,
        into=db.session.get(Unit, row.merged_into) if row.merged_into else None,
        lower=db.session.scalars(
            select(Unit).where(Unit.parent_id == row.id).order_by(Unit.id)
        ).all(),
        names=units.names(row),
        answering=_appointments(Responder, row),
        leading=_appointments(Post, row),
        people=people,
        known={user.id: user.name for user in people} | _names(row),
        lack=readiness.lacks(clock.now(), [row.id]).get(row.id),
        open_cases=succession.open_cases(row) if row.active else 0,
        forms=forms,
        tried=tried,
        end=lambda key: tried.get(key) or EndForm(None, prefix=f"{key}-", last_day=today),
        today=today,
        roles=LABELS,
        PostKind=PostKind,
    )
    return page, status(*tried.values())


def _appointments(table: type[Responder] | type[Post], row: Unit) -> Any:
    """Those in force or to come first, by post; past ones below, the newest first."""
    query = select(table).where(table.unit_id == row.id)
    held = db.session.scalars(query.order_by(table.valid_from.desc(), table.id.desc())).all()
    today = clock.local(clock.now()).date()
    return sorted(
        held,
        key=lambda one: "~" if one.valid_to and one.valid_to < today else _PLACES[one.post],
    )


def _names(row: Unit) -> dict[int, str]:
    """Names of people who answered for this unit, wherever they are now."""
    query = (
        select(User.id, User.name)
        .join(Responder, Responder.user_id == User.id)
        .where(Responder.unit_id == row.id)
    )
    return dict(db.session.execute(query).all())


def _offer(row: Unit, forms: dict[str, Any], people: Any) -> None:
    everybody = [
        (u.id, f"{u.name}（{LABELS[Role(u.role)]}）") for u in people if u.active or u.waiting
    ]
    choices(forms["responder"].user_id, everybody, "请选择")
    choices(forms["post"].user_id, everybody, "（没有账号，填写姓名）")
    options = [kind for kind in PostKind if kind != PostKind.CITY_LEADER or row.kind == "office"]
    forms["post"].kind.choices = [("", "请选择"), *((kind.value, kind.label) for kind in options)]
    others = indented(row.tenant_id, but=row.path)
    choices(forms["position"].under_id, others, "（无，直属本区县）")
    if not forms["position"].is_submitted():
        forms["position"].under_id.data = row.parent_id or 0
    choices(forms["merger"].into_id, others, "请选择")
