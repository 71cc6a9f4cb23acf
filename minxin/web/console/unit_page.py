"""What the page of a unit shows: its forms, its appointments, its people, what it lacks."""

from __future__ import annotations

from typing import Any

from flask import render_template
from sqlalchemy import select
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired

from minxin import clock
from minxin.cases import readiness, succession
from minxin.extensions import db
from minxin.people import responders, units
from minxin.people.models import Post, Responder, Unit, User
from minxin.people.posts import PostKind
from minxin.people.roles import LABELS, Role
from minxin.people.units import UnitKind
from minxin.tenancy.models import Tenant
from minxin.web.console.acting import ActForm, choices, day_field, status
from minxin.web.console.units import indented
from minxin.web.forms import row_id


class NameForm(ActForm):
    """更名."""

    name = StringField("新名称", validators=[DataRequired("请填写新名称")])
    since = day_field("更名日期")


class PositionForm(ActForm):
    """移动."""

    under_id = SelectField("新的上级单位", coerce=row_id, validate_choice=False)


class MergerForm(ActForm):
    """合并."""

    into_id = SelectField("并入哪个单位", coerce=row_id, validate_choice=False)
    since = day_field("合并日期")


class ClosureForm(ActForm):
    """停用."""

    last_day = day_field("最后一日")


class ResponderForm(ActForm):
    """An appointment as 网络回应人."""

    user_id = SelectField("人员", coerce=row_id, validate_choice=False)
    post = RadioField("岗位", choices=[("A", "A岗"), ("B", "B岗")], default="A")
    since = day_field("任职日期")


class PostForm(ActForm):
    """A leading post."""

    kind = SelectField("职务", validators=[InputRequired("请选择职务")], validate_choice=False)
    user_id = SelectField("本单位账号", coerce=row_id, validate_choice=False)
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


def unit_page(row: Unit, tried: dict[str, ActForm] | None = None) -> Any:
    """The page, with the forms that were tried as they were typed."""
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
