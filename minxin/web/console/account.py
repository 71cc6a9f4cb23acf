"""One account: what it is, and what each of the two hands may do with it."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.extensions import db
from minxin.people import accounts, authorising
from minxin.people.accounts import Issued
from minxin.people.models import Unit, User
from minxin.people.roles import CITY_DESK, LABELS, Role
from minxin.tenancy.models import Tenant
from minxin.web.console import pages
from minxin.web.console.acting import ActForm, carried_out, choices, status, the_user, went
from minxin.web.console.menu import ORGANISING
from minxin.web.console.units import indented
from minxin.web.forms import row_id
from minxin.web.guards import permitted
from minxin.web.life import me

STATES = {"active": "在用", "waiting": "待授权", "locked": "停用"}


class UnitForm(ActForm):
    """调动."""

    unit_id = SelectField("调到", coerce=row_id, validate_choice=False)


class PersonForm(ActForm):
    """Another spelling of the name."""

    name = StringField("姓名", validators=[DataRequired("请填写姓名")])


class RoleForm(ActForm):
    """Another role."""

    role = SelectField("新角色", validate_choice=False)


class LockForm(ActForm):
    """停用."""

    reason = StringField("停用理由", validators=[DataRequired("请填写停用理由")])


FORMS = {"person": PersonForm, "unit": UnitForm, "role": RoleForm, "lock": LockForm,
         "act": ActForm}  # fmt: skip


@pages.get("/people/<int:user_id>")
@permitted(*ORGANISING)
def account(user_id: int) -> Any:
    """One account."""
    return _page(the_user(user_id, *ORGANISING))


@pages.post("/people/<int:user_id>/name")
@permitted(P.ORGANISATION_MANAGE)
def account_name(user_id: int) -> Any:
    """Another spelling."""
    user, form = the_user(user_id, P.ORGANISATION_MANAGE), PersonForm(prefix="person-")
    return _acted(
        user,
        "person",
        form,
        lambda: accounts.correct_name(user, form.name.data, by=me(), at=clock.now()),
        "姓名已更正。",
    )


@pages.post("/people/<int:user_id>/unit")
@permitted(P.ORGANISATION_MANAGE)
def account_unit(user_id: int) -> Any:
    """调动."""
    user, form = the_user(user_id, P.ORGANISATION_MANAGE), UnitForm(prefix="unit-")
    return _acted(
        user,
        "unit",
        form,
        lambda: accounts.change_unit(user, form.unit_id.data or 0, **_acting(form)),
        "已调动，该账号在各处的登录已退出。原单位的任职请另行登记卸任。",
    )


@pages.post("/people/<int:user_id>/password")
@permitted(P.ORGANISATION_MANAGE)
def account_password(user_id: int) -> Any:
    """A new first password, shown on the page that answers."""
    user, form = the_user(user_id, P.ORGANISATION_MANAGE), ActForm(prefix="act-")
    issued: list[Issued] = []
    if carried_out(
        form, lambda: issued.append(accounts.reset_password(user, by=me(), at=clock.now()))
    ):
        return show(issued[0], waits=user.waiting)
    return _page(user, {"act": form})


@pages.post("/people/<int:user_id>/approval")
@permitted(P.ROLE_MANAGE)
def account_approval(user_id: int) -> Any:
    """授权."""
    return _secure(user_id, authorising.approve, "已授权，本人可用初始密码登录。")


@pages.post("/people/<int:user_id>/unlocking")
@permitted(P.ROLE_MANAGE)
def account_unlocking(user_id: int) -> Any:
    """恢复."""
    return _secure(user_id, authorising.unlock, "账号已恢复，可以登录。")


@pages.post("/people/<int:user_id>/role")
@permitted(P.ROLE_MANAGE)
def account_role(user_id: int) -> Any:
    """Another role."""
    user, form = the_user(user_id, P.ROLE_MANAGE), RoleForm(prefix="role-")
    return _acted(
        user,
        "role",
        form,
        lambda: authorising.change_role(user, form.role.data or "", **_acting(form)),
        "角色已调整，该账号在各处的登录已退出。",
    )


@pages.post("/people/<int:user_id>/locking")
@permitted(P.ROLE_MANAGE)
def account_locking(user_id: int) -> Any:
    """停用."""
    user, form = the_user(user_id, P.ROLE_MANAGE), LockForm(prefix="lock-")
    return _acted(
        user,
        "lock",
        form,
        lambda: authorising.lock(user, form.reason.data, **_acting(form)),
        "账号已停用，在各处的登录已退出。",
    )


def _secure(user_id: int, verb: Any, words: str) -> Any:
    user, form = the_user(user_id, P.ROLE_MANAGE), ActForm(prefix="act-")
    return _acted(user, "act", form, lambda: verb(user, **_acting(form)), words)


def _acting(form: ActForm) -> dict[str, Any]:
    return {"by": me(), "at": clock.now(), "shown": form.shown.data}


def _acted(user: User, name: str, form: ActForm, verb: Any, words: str) -> Any:
    user_id = user.id
    if carried_out(form, verb):
        return went(words, url_for("console.account", user_id=user_id))
    return _page(db.session.get_one(User, user_id), {name: form})


def show(issued: Issued, waits: bool) -> Any:
    """The one page that shows a first password."""
    return render_template(
        "console/issued.html",
        issued=issued,
        role=Role(issued.user.role),
        waits=waits,
        back=url_for("console.account", user_id=issued.user.id),
    )


def _page(user: User, tried: dict[str, ActForm] | None = None) -> Any:
    tried = tried or {}
    forms: dict[str, Any] = {
        name: tried.get(name) or form(None, prefix=f"{name}-") for name, form in FORMS.items()
    }
    for form in forms.values():
        form.shown.data = accounts.seen(user)
    if "person" not in tried:
        forms["person"].name.data = user.name
    tenant = db.session.get_one(Tenant, user.tenant_id)
    offer_units(forms["unit"].unit_id, tenant.id)
    if "unit" not in tried:
        forms["unit"].unit_id.data = user.unit_id
    forms["role"].role.choices = roles(tenant)
    if "role" not in tried:
        forms["role"].role.data = user.role
    maker = db.session.get(User, user.made_by_id) if user.made_by_id else None
    page = render_template(
        "console/account.html",
        user=user,
        tenant=tenant,
        unit=db.session.get_one(Unit, user.unit_id),
        role=LABELS[Role(user.role)],
        state=STATES["active" if user.active else "waiting" if user.waiting else "locked"],
        maker=maker.name if maker else "",
        forms=forms,
        tried=tried,
        organising=check.has(me(), P.ORGANISATION_MANAGE),
        securing=check.has(me(), P.ROLE_MANAGE),
        own=user.id == me().user_id,
    )
    return page, status(*tried.values())


def offer_units(field: Any, tenant_id: int) -> None:
    """Units of a tenant to choose from."""
    choices(field, indented(tenant_id), "请选择")


def roles(tenant: Tenant) -> list[tuple[str, str]]:
    """Roles that somebody of the tenant can have."""
    municipal = tenant.kind == "municipal"
    never = {Role.STATION} if municipal else CITY_DESK
    return [(role.value, label) for role, label in LABELS.items() if role not in never]
