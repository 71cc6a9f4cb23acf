"""Outages of the platform: what was declared, a form for one, and what it would move."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from wtforms import DateTimeLocalField, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import outages, previews
from minxin.cases.outages import Declared
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.people import tenants
from minxin.web.console import pages
from minxin.web.console.acting import ActForm, carried_out, choices, status, went
from minxin.web.forms import row_id
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.marks import moment


class Instant(DateTimeLocalField):  # type: ignore[misc]
    """A date and time in Shanghai; what is none is said in our words."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it, or say how it is written."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("不是有效的日期和时间，请重新选择") from None
        if self.data is not None:
            self.data = self.data.replace(tzinfo=SHANGHAI)


FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class OutageForm(ActForm):
    """From when to when, where, and why."""

    starts_at = Instant("停机时间", format=FORMATS, validators=[InputRequired("请填写停机时间")])
    ends_at = Instant("恢复时间", format=FORMATS, validators=[InputRequired("请填写恢复时间")])
    tenant_id = SelectField("停机范围", coerce=row_id, validate_choice=False)
    reason = StringField(
        "停机原因",
        validators=[
            DataRequired("请写明停机原因"),
            Length(max=outages.REASON_LIMIT, message=f"不能超过{outages.REASON_LIMIT}个字"),
        ],
    )

    def declared(self) -> Declared:
        """What was typed."""
        return Declared(
            self.starts_at.data, self.ends_at.data, self.reason.data, self.tenant_id.data or None
        )


class WithdrawalForm(ActForm):
    """Which one, and why."""

    outage_id = HiddenField()
    reason = StringField(
        "撤销理由",
        validators=[
            DataRequired("请写明撤销的理由"),
            Length(max=outages.REASON_LIMIT, message=f"不能超过{outages.REASON_LIMIT}个字"),
        ],
    )


@pages.get("/outages", endpoint="outages")
@permitted(P.RULES_MANAGE)
def every() -> Any:
    """What was declared, and the form."""
    return _page(None)


@pages.post("/outages/preview")
@permitted(P.RULES_MANAGE)
def outage_preview() -> Any:
    """How many open clocks would move, and to when; nothing is stored."""
    form = _form()
    if not form.validate():
        return _page(form)
    try:
        drafted = outages.drafted(form.declared(), by=me(), at=clock.now())
    except Refused as refusal:
        form.blame(refusal)
        return _page(form)
    return render_template(
        "console/outage_preview.html",
        form=form,
        outage=drafted,
        place=dict(form.tenant_id.choices)[form.tenant_id.data or 0],
        preview=previews.preview_outage(drafted),
    )


@pages.post("/outages", endpoint="outage_declare")
@permitted(P.RULES_MANAGE)
def declare() -> Any:
    """Declare it."""
    form = _form()
    if carried_out(form, lambda: outages.declare(form.declared(), by=me(), at=clock.now())):
        return went("停机已登记，在办件的时限正在顺延。", url_for("console.outages"))
    return _page(form)


@pages.post("/outages/withdrawals")
@permitted(P.RULES_MANAGE)
def outage_withdrawals() -> Any:
    """Take back one that was declared in error."""
    form = WithdrawalForm()
    number = form.outage_id.data or ""
    known = int(number) if number.isdigit() and len(number) < 18 else 0
    if carried_out(
        form, lambda: outages.withdraw(known, form.reason.data, by=me(), at=clock.now())
    ):
        return went("停机登记已撤销，在办件正在恢复原时限。", url_for("console.outages"))
    return _page(None, form)


def _form() -> OutageForm:
    form = OutageForm()
    choices(form.tenant_id, [(each.id, each.name) for each in tenants.every()], "全市")
    form.tenant_id.data = form.tenant_id.data or 0
    return form


def _page(form: OutageForm | None, withdrawal: WithdrawalForm | None = None) -> Any:
    form = form or OutageForm(None)
    names = [(each.id, each.name) for each in tenants.every()]
    choices(form.tenant_id, names, "全市")
    places: dict[int | None, str] = {None: "全市", **dict(names)}
    withdrawal = withdrawal or WithdrawalForm(None)
    declared = outages.every()
    page = render_template(
        "console/outages.html",
        form=form,
        withdrawal=withdrawal,
        withdrawals={each.id: _withdrawal(each.id, withdrawal) for each in declared},
        rows=[(each, places.get(each.for_tenant_id, "")) for each in declared],
        span=lambda each: f"{moment(each.starts_at)} 至 {moment(each.ends_at)}",
        limit=outages.REASON_LIMIT,
    )
    return page, status(form, withdrawal)


def _withdrawal(outage_id: int, tried: WithdrawalForm) -> WithdrawalForm:
    """The form below one outage: as it was typed where it was the one that was tried."""
    form = tried if tried.outage_id.data == str(outage_id) else WithdrawalForm(None)
    form.reason.id = f"reason-{outage_id}"  # there are several on the page
    return form
