"""People of a tenant: listed, found, and given accounts."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import or_, select
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import accounts
from minxin.people.accounts import Issued, NewAccount
from minxin.people.models import Unit, User
from minxin.people.roles import LABELS
from minxin.tenancy.models import Tenant
from minxin.web.console import pages
from minxin.web.console.account import STATES, offer_units, roles, show
from minxin.web.console.acting import carried_out, status, the_tenant
from minxin.web.console.menu import ORGANISING
from minxin.web.console.units import tenants
from minxin.web.forms import Form, row_id
from minxin.web.guards import permitted
from minxin.web.life import me

PAGE = 100


class AccountForm(Form):
    """A person to be given an account."""

    name = StringField("姓名", validators=[DataRequired("请填写姓名")])
    username = StringField("用户名", validators=[DataRequired("请填写用户名")])
    unit_id = SelectField("单位", coerce=row_id, validate_choice=False)
    role = SelectField("角色", validators=[InputRequired("请选择角色")], validate_choice=False)


@pages.get("/people")
@permitted(*ORGANISING)
def people() -> Any:
    """Accounts of a tenant; those that wait first."""
    tenant = the_tenant(request.args.get("tenant"))
    state = request.args.get("state", "")
    q = request.args.get("q", "").strip()[:30]
    query = (
        select(User.id, User.name, User.username, User.role, User.active, User.waiting,
               User.last_sign_in_at, User.locked_until, Unit.name.label("unit"),
               Unit.id.label("unit_id"))
        .join(Unit, Unit.id == User.unit_id)
        .where(User.tenant_id == tenant.id, *_of_state(state))
        .order_by(User.waiting.desc(), User.active.desc(), Unit.path, User.id)
    )  # fmt: skip
    if q:
        query = query.where(
            or_(
                User.name.contains(q, autoescape=True),
                User.username.contains(q.lower(), autoescape=True),
                Unit.name.contains(q, autoescape=True),
            )
        )
    after = request.args.get("from", "")
    skip = int(after) if after.isdigit() and len(after) < 7 else 0
    rows = db.session.execute(query.offset(skip).limit(PAGE + 1)).all()
    further = len(rows) > PAGE
    return render_template(
        "console/people.html",
        tenant=tenant,
        tenants=tenants(),
        rows=rows[:PAGE],
        next_url=_with(tenant, state, q, skip + PAGE) if further else None,
        first_url=_with(tenant, state, q, 0) if skip else None,
        state=state,
        q=q,
        states=STATES,
        roles=LABELS,
        organising=check.has(me(), P.ORGANISATION_MANAGE),
        now=clock.now(),
    )


@pages.route("/people/new", methods=["GET", "POST"])
@permitted(P.ORGANISATION_MANAGE)
def new_account() -> Any:
    """A form for one more account; its first password is shown on the page that answers."""
    tenant = the_tenant(request.args.get("tenant"))
    form = AccountForm()
    offer_units(form.unit_id, tenant.id)
    form.role.choices = [("", "请选择"), *roles(tenant)]
    if request.method == "GET" and request.args.get("unit", "").isdigit():
        form.unit_id.data = int(request.args["unit"])
    issued: list[Issued] = []
    if form.is_submitted() and carried_out(form, lambda: issued.append(_created(form, tenant))):
        return show(issued[0], waits=True)
    page = render_template("console/new_account.html", form=form, tenant=tenant)
    return page, status(form)


def _created(form: AccountForm, tenant: Tenant) -> Issued:
    unit = db.session.get(Unit, form.unit_id.data or 0)
    if unit is None or unit.tenant_id != tenant.id:
        raise Refused("请选择本区县在用的单位", "unit_id")
    new = NewAccount(unit.id, form.username.data, form.name.data, form.role.data)
    again = accounts.reissue(new, by=me(), at=clock.now())
    return again or accounts.create(new, by=me(), at=clock.now())


def _of_state(state: str) -> list[Any]:
    known: dict[str, list[Any]] = {
        "active": [User.active],
        "waiting": [User.waiting],
        "locked": [~User.active, ~User.waiting],
    }
    return known.get(state, [])


def _with(tenant: Tenant, state: str, q: str, skip: int) -> str:
    values: dict[str, Any] = {"tenant": tenant.slug, "state": state, "q": q, "from": skip or ""}
    return url_for("console.people", **{name: value for name, value in values.items() if value})
