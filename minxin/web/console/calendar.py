"""The workday calendar: a year to look at, an arrangement to enter, and what it would change."""

from __future__ import annotations

import calendar as months
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.calendars.workdays import Calendar
from minxin.cases import clocks, previews, workcalendar
from minxin.errors import Refused
from minxin.web.console import pages
from minxin.web.console.acting import ActForm, carried_out, day_field, status, went
from minxin.web.guards import permitted
from minxin.web.life import me


class ArrangementForm(ActForm):
    """What is typed of a yearly arrangement, and until when it is complete."""

    lines = TextAreaField("放假和调休安排", validators=[DataRequired("请至少填写一行安排")])
    last = day_field("安排录全至")
    base = HiddenField()


@pages.get("/calendar", endpoint="calendar")
@permitted(P.RULES_MANAGE)
def year_page() -> Any:
    """A year of days, and the form."""
    return _page(None)


@pages.post("/calendar/preview")
@permitted(P.RULES_MANAGE)
def calendar_preview() -> Any:
    """What the arrangement would change for the clocks that run; nothing is stored."""
    form = ArrangementForm()
    if not form.validate():
        return _page(form)
    base = clocks.as_calendar(workcalendar.newest())
    try:
        changes = workcalendar.read_lines(form.lines.data)
        drafted = workcalendar.drafted(
            base, changes, form.last.data, workcalendar.next_version(clock.now())
        )
        days = workcalendar.differences(base, drafted)
        if not days:
            raise Refused("这些安排与现行日历相同，没有需要采用的改动", "lines")
    except Refused as refusal:
        form.blame(refusal)
        return _page(form)
    return render_template(
        "console/calendar_preview.html",
        form=form,
        days=[
            (day, *_sign(drafted, day), *_sign(base, day)) for day in days if drafted.covers(day)
        ],
        longer=drafted.last if drafted.last != base.last else None,
        preview=previews.preview(drafted),
    )


@pages.post("/calendar/versions")
@permitted(P.RULES_MANAGE)
def calendar_versions() -> Any:
    """Adopt the arrangement as a new version."""
    form = ArrangementForm()
    if carried_out(form, lambda: workcalendar.adopt(
        workcalendar.read_lines(form.lines.data), form.last.data,
        base=form.base.data, by=me(), at=clock.now(),
    )):  # fmt: skip
        return went(
            "新的工作日历已采用，受影响的在办件正在重算时限。",
            url_for("console.calendar", year=form.last.data.year),
        )
    return _page(form)


def _page(form: ArrangementForm | None) -> Any:
    row = workcalendar.newest()
    calendar = clocks.as_calendar(row)
    today = clock.local(clock.now()).date()
    year = _year(calendar, today)
    if form is None:
        form = ArrangementForm(None, last=max(calendar.last, date(year, 12, 31)))
        form.lines.data = _line(request.args.get("day"))
    form.base.data = row.version
    page = render_template(
        "console/calendar.html",
        form=form,
        year=year,
        years=(calendar.first.year, calendar.last.year + 1),
        months=[_month(calendar, year, month, today) for month in range(1, 13)],
        covered=calendar.covers(date(year, 12, 31)),
        last=calendar.last,
        versions=workcalendar.versions(5),
    )
    return page, status(form)


def _year(calendar: Calendar, today: date) -> int:
    asked = request.args.get("year", "")
    year = int(asked) if asked.isdigit() and len(asked) == 4 else today.year
    return min(max(year, calendar.first.year), calendar.last.year + 1)


def _line(day: str | None) -> str:
    """The line that a click on a day begins."""
    try:
        asked = date.fromisoformat(day or "")
    except ValueError:
        return ""
    return f"{asked.isoformat()} {'休' if asked.weekday() < 5 else '班'} "


def _month(calendar: Calendar, year: int, month: int, today: date) -> dict[str, Any]:
    weeks = [
        [None if day.month != month else (day, *_sign(calendar, day), day == today) for day in week]
        for week in months.Calendar(firstweekday=0).monthdatescalendar(year, month)
    ]
    return {"number": month, "weeks": weeks}


def _sign(calendar: Calendar, day: date) -> tuple[str, str]:
    """(mark, holiday): 休, 班 or '' for a day as the week has it."""
    if day not in calendar.exceptions:
        return "", ""
    return ("班" if calendar.is_makeup(day) else "休"), calendar.exceptions[day]
