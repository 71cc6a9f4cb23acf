"""离岗: who of the unit's responders is away, and the form to say so."""

from __future__ import annotations

from typing import Any

from flask import abort, g, render_template, url_for
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import absences
from minxin.people.absences import Absence
from minxin.people.models import User
from minxin.web.console.acting import carried_out, choices, day_field, went
from minxin.web.forms import Form, row_id
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.workbench import pages


class AbsenceForm(Form):
    """Who, from when to when, why."""

    user_id = SelectField("离岗人员", coerce=row_id, validate_choice=False)
    first_day = day_field("开始日期")
    last_day = day_field("结束日期（含当日）")
    reason = StringField(
        "事由",
        validators=[
            DataRequired("请写明离岗事由"),
            Length(
                max=absences.REASON_LIMIT,
                message=f"事由不能超过{absences.REASON_LIMIT}个字",
            ),
        ],
    )


class ReturnForm(Form):
    """提前返岗 needs no words."""


@pages.get("/absences", endpoint="absences")
@permitted(P.DUTY_VIEW)
def absences_page() -> Any:
    """Those of the own unit and below, the latest first."""
    return _page()


@pages.post("/absences", endpoint="absence_entry")
@permitted(P.DUTY_VIEW)
def absence_entry() -> Any:
    """登记离岗."""
    form = AbsenceForm()

    def enter() -> None:
        user = db.session.get(User, form.user_id.data or 0)
        if user is None:
            raise Refused("请选择离岗人员", "user_id")
        absences.enter(
            user, form.first_day.data, form.last_day.data, form.reason.data or "",
            by=me(), at=clock.now(),
        )  # fmt: skip

    if carried_out(form, enter):
        return went("已登记离岗，期间的提醒由另一岗接收。", _here())
    return _page(form)


@pages.post("/absences/<int:absence_id>/end", endpoint="absence_end")
@permitted(P.DUTY_VIEW)
def absence_end(absence_id: int) -> Any:
    """提前返岗."""
    absence = db.session.get(Absence, absence_id)
    if absence is None or absence.unit_id not in me().unit_ids:
        abort(404)
    form = ReturnForm()
    if carried_out(form, lambda: absences.end(absence, by=me(), at=clock.now())):
        return went("已登记返岗。", _here())
    return _page(AbsenceForm(None), form)


def _page(form: AbsenceForm | None = None, back: ReturnForm | None = None) -> Any:
    by, today = me(), clock.local(clock.now()).date()
    people = absences.responders_of(by.unit_ids, today)
    form = form or AbsenceForm(None, user_id=by.user_id)
    choices(
        form.user_id, [(row[0], f"{row[1]}（{row[3]} {row[2]}岗）") for row in people], "请选择"
    )
    since = today.replace(day=1)
    values = {
        "form": form,
        "back": back or ReturnForm(None),
        "people": people,
        "rows": absences.of_units(by.unit_ids, since),
        "today": today,
    }
    errors = form.errors or (back.errors if back else None)
    return render_template("workbench/absences.html", **values), 422 if errors else 200


def _here() -> str:
    return url_for("workbench.absences", desk=g.desk.slug)
