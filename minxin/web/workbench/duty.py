"""值守: a month as a grid of units and days, the rates, what was filled in and why."""

from __future__ import annotations

import calendar as months
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import abort, g, render_template, request, url_for
from sqlalchemy import select
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from minxin import clock
from minxin.access.matrix import Reach, reach_of
from minxin.access.permissions import Permission as P
from minxin.cases import rulebook
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import duty, duty_modes
from minxin.people.duty import DutyDay, UnitRate
from minxin.people.duty_modes import Mode
from minxin.people.models import Unit
from minxin.tenancy.models import Tenant
from minxin.web.console.acting import carried_out, choices, day_field, went
from minxin.web.forms import Form, row_id
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.marks import full_moment
from minxin.web.workbench import pages

OLDEST = date(2016, 1, 1)


class FillForm(Form):
    """Which unit, which day, why."""

    unit_id = SelectField("单位", coerce=row_id, validate_choice=False)
    day = day_field("日期")
    reason = StringField(
        "理由",
        validators=[
            DataRequired("请写明补登的理由"),
            Length(max=duty.REASON_LIMIT, message=f"理由不能超过{duty.REASON_LIMIT}个字"),
        ],
    )


class ModeForm(Form):
    """Which days count, from which month on."""

    mode = RadioField(
        "计入值守率的日子",
        choices=[(mode.value, mode.label) for mode in Mode],
        validators=[InputRequired("请选择")],
    )
    from_month = day_field("自哪个月起")


@pages.get("/duty", endpoint="duty")
@permitted(P.DUTY_VIEW)
def duty_page() -> Any:
    """A month: every tenant side by side at the city's desk, the units of one, or the own ones."""
    return _page(_month(request.args.get("month", "")), request.args.get("tenant", ""))


@pages.post("/duty/backfills", endpoint="duty_backfills")
@permitted(P.DUTY_BACKFILL)
def backfills() -> Any:
    """补登 a day, with a reason."""
    form = FillForm()
    unit = db.session.get(Unit, form.unit_id.data or 0)

    def fill_in() -> None:
        if unit is None:
            raise Refused("请选择单位", "unit_id")
        duty.fill_in(unit, form.day.data, form.reason.data, by=me(), at=clock.now())

    tenant = _tenant_of(unit) or request.args.get("tenant", "")
    month = (form.day.data or clock.local(clock.now()).date()).replace(day=1)
    if carried_out(form, fill_in) and unit is not None:
        return went(f"{unit.name}已补登一天。", _url(month, tenant))
    return _page(_kept_month(month), tenant, fill=form)


@pages.post("/duty/mode", endpoint="duty_mode")
@permitted(P.RULES_MANAGE)
def mode() -> Any:
    """Which days count from a month on."""
    form = ModeForm()
    if carried_out(
        form,
        lambda: duty_modes.adopt(form.mode.data, form.from_month.data, by=me(), at=clock.now()),
    ):
        return went("值守口径已更改，此前的月份不变。", _url(None, ""))
    return _page(_month(""), "", mode=form)


def _page(
    month: date, tenant_slug: str, *, fill: FillForm | None = None, mode: ModeForm | None = None
) -> Any:
    first, last = month, month.replace(day=months.monthrange(month.year, month.month)[1])
    reach = reach_of(me().role, P.DUTY_VIEW)
    tenant = _tenant(tenant_slug) if reach is Reach.CITY else None
    calendar = rulebook.calendar_in_force()
    counts = duty_modes.counting(calendar.is_workday)
    rows = duty.rates(
        first,
        last,
        counts,
        at=clock.now(),
        tenant_id=tenant.id if tenant else None,
        unit_ids=me().unit_ids if reach is Reach.UNIT else None,
    )
    overview = reach is Reach.CITY and tenant is None
    values: dict[str, Any] = {
        "month": month,
        "previous": _url(_shifted(month, -1), tenant_slug),
        "following": _url(_shifted(month, 1), tenant_slug) if _has_begun(month) else None,
        "mode": duty_modes.mode_of(month, duty_modes.every()),
        "overview": overview,
        "tenant": tenant,
        "total": _mean(rows),
        "full": sum(row.rate.full for row in rows),
        "rows": rows,
    }
    if overview:
        form = mode or ModeForm(None, from_month=_shifted(_month(""), 1))
        values |= {"tenants": _tenants(rows, month), "mode_form": form, "modes": _adopted()}
    else:
        values |= _grid(rows, first, last, counts)
        values |= {"fill": _filling(fill, rows) if reach is Reach.CITY else None}
    status = 422 if (fill and fill.errors) or (mode and mode.errors) else 200
    return render_template("workbench/duty.html", **values), status


def _grid(rows: Sequence[UnitRate], first: date, last: date, counts: duty.Counts) -> dict[str, Any]:
    """Units by days: each cell a sign, its words and a title; and what was filled in."""
    ids = [row.unit_id for row in rows]
    known, spans = duty.days(first, last, ids), duty.spans(ids)
    today = clock.local(clock.now()).date()
    every = duty.days_of(first, last)
    grid = []
    for row in rows:
        since, until = spans[row.unit_id]
        cells = [
            _cell(
                day,
                known.get((row.unit_id, day)),
                today,
                counted=counts(day) and since <= day <= (until or day),
            )
            for day in every
        ]
        grid.append({"row": row, "percent": duty.rounded(row.rate.exact), "cells": cells})
    names = {row.unit_id: row.unit for row in rows}
    filled = [(names[row.unit_id], row) for row in known.values() if row.filled_in]
    return {
        "grid": grid,
        "days": [(day, "一二三四五六日"[day.weekday()], not counts(day)) for day in every],
        "filled": sorted(filled, key=lambda one: (one[1].day, one[0])),
    }


def _cell(day: date, row: DutyDay | None, today: date, *, counted: bool) -> tuple[str, str]:
    """(how a day looks, what its title says)."""
    said = f"{day.month}月{day.day}日"
    if row is not None and row.filled_in:
        return "filled", f"{said} {row.user_name}补登：{row.reason}"
    if row is not None:
        return "on", f"{said} 已值守，{full_moment(row.first_at)} {row.user_name}"
    if not counted:
        return "none", f"{said} 不计"
    if day >= today:
        return "coming", f"{said} 未到" if day > today else f"{said} 今日尚未值守"
    return "missed", f"{said} 缺勤"


def _tenants(rows: Sequence[UnitRate], month: date) -> list[dict[str, Any]]:
    """The tenants side by side: the mean of its units (A4), how many of them are full."""
    tenants = db.session.scalars(select(Tenant).where(Tenant.active).order_by(Tenant.rank)).all()
    found = []
    for tenant in tenants:
        own = [row for row in rows if row.tenant_id == tenant.id]
        found.append(
            {
                "name": tenant.name,
                "url": _url(month, tenant.slug),
                "mean": _mean(own),
                "units": len(own),
                "full": sum(row.rate.full for row in own),
                "missed": sum(row.rate.days - row.rate.done for row in own),
            }
        )
    return found


def _mean(rows: Sequence[UnitRate]) -> Any:
    return duty.rounded(duty.mean(row.rate.exact for row in rows))


def _filling(form: FillForm | None, rows: Sequence[UnitRate]) -> FillForm:
    form = form or FillForm(None)
    choices(form.unit_id, [(row.unit_id, row.unit) for row in rows], "请选择")
    return form


def _adopted() -> list[tuple[duty_modes.DutyMode, str]]:
    return [(row, Mode(row.mode).label) for row in duty_modes.every()]


def _tenant(slug: str) -> Tenant | None:
    found = db.session.scalar(select(Tenant).where(Tenant.slug == slug)) if slug else None
    if slug and found is None:
        abort(404)
    return found


def _tenant_of(unit: Unit | None) -> str:
    return db.session.get_one(Tenant, unit.tenant_id).slug if unit else ""


def _month(text: str) -> date:
    """The month that was asked for; this one where none, or none that can be shown."""
    this = clock.local(clock.now()).date().replace(day=1)
    found = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
    if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < OLDEST.year:
        return this
    return min(date(int(found[1]), int(found[2]), 1), this)


def _kept_month(month: date) -> date:
    return _month(f"{month:%Y-%m}")


def _shifted(month: date, by: int) -> date:
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def _has_begun(month: date) -> bool:
    return _shifted(month, 1) <= clock.local(clock.now()).date()


def _url(month: date | None, tenant: str) -> str:
    shown = f"{month:%Y-%m}" if month else None
    return url_for("workbench.duty", desk=g.desk.slug, month=shown, tenant=tenant or None)
