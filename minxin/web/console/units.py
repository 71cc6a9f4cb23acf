"""The tree of a tenant's units, and a form for one more."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request, url_for
from sqlalchemy import func, select
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import readiness
from minxin.extensions import db
from minxin.people import units
from minxin.people.models import Unit, User
from minxin.people.units import NewUnit, UnitKind
from minxin.tenancy.models import Tenant
from minxin.web.console import pages
from minxin.web.console.acting import carried_out, choices, day_field, status, the_tenant, went
from minxin.web.forms import Form, row_id
from minxin.web.guards import permitted
from minxin.web.life import desks, me


class NewUnitForm(Form):
    """A unit to be added."""

    name = StringField("单位名称", validators=[DataRequired("请填写单位名称")])
    kind = SelectField("类型", validators=[DataRequired("请选择单位类型")], validate_choice=False)
    under_id = SelectField("上级单位", coerce=row_id, validate_choice=False)
    since = day_field("启用日期")


@pages.get("/units", endpoint="units")
@permitted(P.ORGANISATION_MANAGE)
def tree() -> Any:
    """Every unit of a tenant, each below its superior; what ended is folded away."""
    tenant = the_tenant(request.args.get("tenant"))
    rows = db.session.scalars(
        select(Unit).where(Unit.tenant_id == tenant.id).order_by(Unit.path)
    ).all()
    people = (
        select(User.unit_id, func.count(User.id))
        .where(User.active, User.unit_id.in_([row.id for row in rows]))
        .group_by(User.unit_id)
    )
    return render_template(
        "console/units.html",
        tenant=tenant,
        tenants=tenants(),
        rows=[row for row in in_tree(rows) if row[1].active],
        ended=sorted((row for row in rows if not row.active), key=_ended, reverse=True),
        names={row.id: row.name for row in rows},
        people=dict(db.session.execute(people).all()),
        lacks=readiness.lacks(clock.now(), [row.id for row in rows]),
        UnitKind=UnitKind,
    )


@pages.route("/units/new", methods=["GET", "POST"])
@permitted(P.ORGANISATION_MANAGE)
def new_unit() -> Any:
    """A form for one more unit."""
    tenant = the_tenant(request.args.get("tenant"))
    form = NewUnitForm(since=clock.local(clock.now()).date())
    offer(form, tenant)
    if request.method == "GET" and request.args.get("under", "").isdigit():
        form.under_id.data = int(request.args["under"])
    made: list[Unit] = []
    if form.is_submitted() and carried_out(form, lambda: made.append(_added(form, tenant))):
        return went(
            f"{made[0].name}已建立。登记A岗网络回应人和主管领导以后，它才能接收第一件诉求。",
            url_for("console.unit", unit_id=made[0].id),
        )
    page = render_template("console/new_unit.html", form=form, tenant=tenant)
    return page, status(form)


def _added(form: NewUnitForm, tenant: Tenant) -> Unit:
    new = NewUnit(form.name.data, form.kind.data, form.since.data, form.under_id.data or None)
    return units.add(new, tenant_id=tenant.id, by=me(), at=clock.now())


def offer(form: NewUnitForm, tenant: Tenant) -> None:
    """Kinds that the tenant can have, and its units to stand under."""
    municipal = tenant.kind == "municipal"
    fits = [k for k in UnitKind if k != (UnitKind.STATION if municipal else UnitKind.OFFICE)]
    form.kind.choices = [("", "请选择"), *((kind.value, kind.label) for kind in fits)]
    choices(form.under_id, indented(tenant.id), "（无，直属本区县）")


def indented(tenant_id: int, but: str = "") -> list[tuple[int, str]]:
    """Units in use as options, lower ones set in. but: leave out what hangs below this path."""
    rows = [row for row in units.active(tenant_id) if not but or not row.path.startswith(but)]
    return [(row.id, f"{'　' * depth}{row.name}") for depth, row in in_tree(rows)]


def in_tree(rows: Any) -> list[tuple[int, Unit]]:
    """(depth, unit): each below its superior, siblings in the order of their making."""
    below: dict[int | None, list[Unit]] = {}
    known = {row.id for row in rows}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)
    found: list[tuple[int, Unit]] = []

    def walk(parent_id: int | None, depth: int) -> None:
        for row in sorted(below.get(parent_id, []), key=lambda row: row.id):
            found.append((depth, row))
            walk(row.id, depth + 1)

    walk(None, 0)
    return found


def tenants() -> list[tuple[str, str]]:
    """Tenants to choose between: at the city's desk alone."""
    if not me().at_city_desk:
        return []
    return [(desk.slug, desk.name) for desk in desks(g.city)]


def _ended(unit: Unit) -> Any:
    return unit.valid_to or unit.valid_from
