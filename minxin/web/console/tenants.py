"""Tenants of the city: listed, added, renamed, given their first administrators, closed."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, url_for
from sqlalchemy import func, select
from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import succession
from minxin.extensions import db
from minxin.people import accounts, tenants
from minxin.people.accounts import Issued, NewAccount
from minxin.people.models import Unit, User
from minxin.people.roles import Role
from minxin.tenancy.models import Tenant
from minxin.web.console import pages
from minxin.web.console.acting import ActForm, carried_out, choices, day_field, status, went
from minxin.web.forms import Form, row_id
from minxin.web.guards import permitted
from minxin.web.life import desks_changed, me

FIRST = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


class NewTenantForm(Form):
    """A district to be added."""

    name = StringField("区县名称", validators=[DataRequired("请填写区县名称")])
    slug = StringField("代码", validators=[DataRequired("请填写代码")])
    since = day_field("启用日期")


class TenantForm(ActForm):
    """Name and place in the order."""

    name = StringField("区县名称", validators=[DataRequired("请填写区县名称")])
    rank = IntegerField(
        "排序",
        validators=[InputRequired("请填写排序"), NumberRange(0, 999, "排序请填0至999之间的整数")],
    )


class AdministratorForm(Form):
    """The first administrator of a kind."""

    role = RadioField("类别", validators=[InputRequired("请选择管理员类别")])
    unit_id = SelectField("单位", coerce=row_id, validate_choice=False)
    name = StringField("姓名", validators=[DataRequired("请填写姓名")])
    username = StringField("用户名", validators=[DataRequired("请填写用户名")])


@pages.route("/tenants", methods=["GET", "POST"], endpoint="tenants")
@permitted(P.TENANT_MANAGE)
def every() -> Any:
    """All tenants, and a form for one more."""
    form = NewTenantForm(since=clock.local(clock.now()).date())
    if form.is_submitted() and carried_out(
        form,
        lambda: tenants.add(
            form.slug.data, form.name.data, since=form.since.data, by=me(), at=clock.now()
        ),
    ):
        desks_changed()
        return went(
            f"{form.name.data}已建立，并带有一个工作站。接下来请设立它的首任管理员。",
            url_for("console.tenant", tenant_slug=form.slug.data.strip()),
        )
    counted = select(Unit.tenant_id, func.count(Unit.id)).where(Unit.active)
    numbers = dict(db.session.execute(counted.group_by(Unit.tenant_id)).all())
    page = render_template(
        "console/tenants.html",
        form=form,
        rows=tenants.every(),
        numbers=numbers,
        without=tenants.without_administrator(),
    )
    return page, status(form)


@pages.get("/tenants/<tenant_slug>")
@permitted(P.TENANT_MANAGE)
def tenant(tenant_slug: str) -> Any:
    """One tenant."""
    return _page(_the(tenant_slug))


@pages.post("/tenants/<tenant_slug>/name")
@permitted(P.TENANT_MANAGE)
def tenant_name(tenant_slug: str) -> Any:
    """Another name or place in the order."""
    row, form = _the(tenant_slug), TenantForm(prefix="name-")
    if carried_out(
        form,
        lambda: tenants.change(
            row, form.name.data, form.rank.data, by=me(), at=clock.now(), shown=form.shown.data
        ),
    ):
        desks_changed()
        return went("区县名称和排序已保存。", url_for(".tenant", tenant_slug=tenant_slug))
    return _page(row, named=form)


@pages.post("/tenants/<tenant_slug>/closure")
@permitted(P.TENANT_MANAGE)
def tenant_closure(tenant_slug: str) -> Any:
    """停用, where no case is open."""
    return _use(tenant_slug, succession.close_tenant, "已停用，其工作台不能再登录。")


@pages.post("/tenants/<tenant_slug>/reopening")
@permitted(P.TENANT_MANAGE)
def tenant_reopening(tenant_slug: str) -> Any:
    """Into use again."""
    return _use(tenant_slug, tenants.reopen, "已恢复使用。")


@pages.post("/tenants/<tenant_slug>/administrators")
@permitted(P.TENANT_MANAGE)
def tenant_administrators(tenant_slug: str) -> Any:
    """The first administrator of a kind; the password is shown on this one page."""
    row = _the(tenant_slug)
    form = _administrator_form(row)
    issued: list[Issued] = []
    new = NewAccount(
        form.unit_id.data or 0, form.username.data or "", form.name.data or "", form.role.data or ""
    )
    if carried_out(
        form,
        lambda: issued.append(accounts.found_administrator(new, by=me(), at=clock.now())),
    ):
        return render_template(
            "console/issued.html",
            issued=issued[0],
            role=Role(issued[0].user.role),
            waits=False,
            back=url_for(".tenant", tenant_slug=tenant_slug),
        )
    return _page(row, administrator=form)


def _use(tenant_slug: str, verb: Any, words: str) -> Any:
    row, form = _the(tenant_slug), ActForm(prefix="use-")
    if carried_out(form, lambda: verb(row, by=me(), at=clock.now(), shown=form.shown.data)):
        desks_changed()
        return went(f"{row.name}{words}", url_for(".tenant", tenant_slug=tenant_slug))
    return _page(row, use=form)


def _the(tenant_slug: str) -> Tenant:
    row = db.session.scalar(select(Tenant).where(Tenant.slug == tenant_slug))
    if row is None:
        abort(404)
    return row


def _administrator_form(row: Tenant) -> AdministratorForm:
    form = AdministratorForm(prefix="administrator-")
    lacking = tenants.without_administrator().get(row.id, ())
    form.role.choices = [(role.value, role.label) for role in FIRST if role in lacking]
    units = db.session.execute(
        select(Unit.id, Unit.name)
        .where(Unit.tenant_id == row.id, Unit.active, Unit.kind.in_(("office", "station")))
        .order_by(Unit.path)
    )
    choices(form.unit_id, units)
    return form


def _page(
    row: Tenant,
    named: TenantForm | None = None,
    administrator: AdministratorForm | None = None,
    use: ActForm | None = None,
) -> Any:
    shown = tenants.seen(row)
    named = named or TenantForm(None, prefix="name-", name=row.name, rank=row.rank)
    administrator = administrator or _administrator_form(row)
    use = use or ActForm(None, prefix="use-")
    named.shown.data = use.shown.data = shown
    people = db.session.scalars(
        select(User)
        .where(User.tenant_id == row.id, User.role.in_([role.value for role in Role][-3:]))
        .order_by(User.role, User.id)
    ).all()
    page = render_template(
        "console/tenant.html",
        tenant=row,
        named=named,
        administrator=administrator,
        use=use,
        administrators=people,
        Role=Role,
    )
    return page, status(named, administrator, use)
