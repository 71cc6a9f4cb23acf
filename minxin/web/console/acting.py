"""What the console's forms share: days, one verb a form, and where an object is loaded from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask import abort, flash, redirect
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import Field, HiddenField, StringField
from wtforms.validators import InputRequired
from wtforms.widgets import DateInput

from minxin.access import check
from minxin.access.permissions import Permission
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people.models import Unit, User
from minxin.tenancy.models import Tenant
from minxin.web.forms import Form
from minxin.web.life import me
from minxin.workbooks.dates import to_datetime

NOBODY = 0
"""The choice of nobody in a list of people or units."""


class DayField(StringField):  # type: ignore[misc]
    """A day; one that does not exist is refused by name, whatever the browser let through."""

    widget = DateInput()
    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day. Raises ValueError with a Chinese sentence."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if text:
            try:
                moment = to_datetime(text)
            except Refused as refused:
                raise ValueError(refused.message) from None
            self.data = moment.date() if moment else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if isinstance(self.data, date) else ""


class ActForm(Form):
    """A form that changes one object: brings back what its page showed."""

    shown = HiddenField()
    conflict = False


def day_field(label: str) -> Any:
    """A day that must be given."""
    return DayField(label, validators=[InputRequired("请填写日期")])


def carried_out(form: Form, verb: Callable[[], Any]) -> bool:
    """Check the form, do the verb, commit; where it is refused the form says why."""
    if not form.validate():
        return False
    try:
        verb()
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        form.blame(refusal)
        form.conflict = isinstance(refusal, Conflict)
        return False
    return True


def status(*forms: Form) -> int:
    """409 where somebody was faster, 422 where something is wrong, else 200."""
    if any(getattr(form, "conflict", False) for form in forms):
        return 409
    return 422 if any(form.errors for form in forms) else 200


def went(words: str, url: str) -> Response:
    """Say what happened and show where it can be seen."""
    flash(words, "done")
    return redirect(url, 303)


def the_unit(unit_id: int, permission: Permission) -> Unit:
    """The unit with this id: 404 outside the login's reach, 403 beyond the right."""
    unit = db.session.get(Unit, unit_id) if unit_id < 2**63 else None
    if unit is None:
        abort(404)
    _within(unit.tenant_id, permission)
    return unit


def the_user(user_id: int, *permissions: Permission) -> User:
    """The account with this id: 404 outside the login's reach, 403 beyond the rights."""
    user = db.session.get(User, user_id) if user_id < 2**63 else None
    if user is None:
        abort(404)
    _within(user.tenant_id, *permissions)
    return user


def the_tenant(slug: str | None) -> Tenant:
    """The tenant whose organisation a page shows: the own one, or at the city's desk the one
    asked for, at first the first."""
    by = me()
    if not by.at_city_desk:
        return db.session.get_one(Tenant, by.tenant_id)
    every = db.session.scalars(select(Tenant).order_by(Tenant.rank, Tenant.id)).all()
    found = next((tenant for tenant in every if tenant.slug == slug), None)
    if found is None and slug:
        abort(404)
    return found or every[0]


class _Held:
    """What `access.check.covers` asks of: a tenant's own."""

    def __init__(self, tenant_id: int) -> None:
        self.tenant_id = tenant_id
        self.unit_id: int | None = None


def _within(tenant_id: int, *permissions: Permission) -> None:
    if not any(check.covers(me(), permission, _Held(tenant_id)) for permission in permissions):
        abort(403)


def choices(field: Field, options: Iterable[tuple[Any, str]], first: str | None = None) -> None:
    """Give a select its options, an empty one first where nothing is chosen yet."""
    empty = [(NOBODY, first)] if first is not None else []
    field.choices = [*empty, *((value, words) for value, words in options)]
