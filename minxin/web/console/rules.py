"""Deadline rules: what is in force, what was, and a new version with a look at what it does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import abort, render_template, request, url_for
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.calendars.counting import midnight
from minxin.calendars.explain import due_text, sentences
from minxin.calendars.rules import UNIT_ZH
from minxin.calendars.words import day_text, weekday_text
from minxin.cases import clocks, rules, workcalendar
from minxin.cases.models import DeadlineRule
from minxin.cases.rules import NewVersion
from minxin.errors import Refused
from minxin.web.console import pages
from minxin.web.console.acting import ActForm, DayField, carried_out, status, went
from minxin.web.guards import permitted
from minxin.web.life import me


class VersionForm(ActForm):
    """A new version; no day means at once."""

    amount = IntegerField("时限", validators=[InputRequired("请填写整数的时限")])
    unit = SelectField("计算单位", validate_choice=False)
    article = StringField("依据", validators=[DataRequired("请填写依据的条款")])
    from_day = DayField("生效日期")
    base = HiddenField()


@pages.get("/rules", endpoint="rules")
@permitted(P.RULES_MANAGE)
def table() -> Any:
    """Every rule with the version in force."""
    at = clock.now()
    each = rules.in_order(rules.versions())
    return render_template(
        "console/rules.html",
        rows=[(rules.in_force(versions, at), versions) for versions in each],
        words=_words,
        fixed=rules.FIXED,
    )


@pages.get("/rules/<rule_key>")
@permitted(P.RULES_MANAGE)
def rule(rule_key: str) -> Any:
    """One rule: its versions, and a form for the next."""
    return _page(_the(rule_key))


@pages.post("/rules/<rule_key>/versions")
@permitted(P.RULES_MANAGE)
def rule_versions(rule_key: str) -> Any:
    """Show what a new version would do, or adopt it."""
    versions, form = _the(rule_key), VersionForm()
    _offer(form, versions[0])
    if request.form.get("step") == "look":
        if form.validate():
            try:
                rules.checked(versions[0], _new(form))
            except Refused as refusal:
                form.blame(refusal)
        return _page(versions, form)
    if carried_out(
        form,
        lambda: rules.adopt(
            rule_key, _new(form), by=me(), at=clock.now(), base=_number(form.base.data)
        ),
    ):
        return went(
            "新版本已采用。此后开始的时限按它计算，已经开始的仍按原版本。",
            url_for("console.rule", rule_key=rule_key),
        )
    return _page(_the(rule_key), form)


def _new(form: VersionForm) -> NewVersion:
    at = clock.now()
    day = form.from_day.data
    starts = (
        max(midnight(day), at)
        if day and day == clock.local(at).date()
        else (midnight(day) if day else at)
    )
    return NewVersion(form.amount.data, form.unit.data or "", form.article.data, starts)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 9 else None


def _the(rule_key: str) -> Any:
    versions = rules.versions(rule_key)
    if not versions:
        abort(404)
    return versions


def _offer(form: VersionForm, newest: DeadlineRule) -> None:
    weekly = newest.unit == "week"
    form.unit.choices = [
        (unit, word) for unit, word in UNIT_ZH.items() if (unit == "week") == weekly
    ]


def _page(versions: Any, form: VersionForm | None = None) -> Any:
    at = clock.now()
    newest = versions[0]
    tried = form is not None
    form = form or VersionForm(None, amount=newest.amount, unit=newest.unit, article=newest.article)
    _offer(form, newest)
    form.base.data = str(newest.version)
    calendar = clocks.as_calendar(workcalendar.newest())
    today = clock.local(at).date()
    current = rules.in_force(versions, at)
    wanted = None
    if tried and not form.errors:
        wanted = rules.examples(rules.checked(newest, _new(form)), calendar, today)
    page = render_template(
        "console/rule.html",
        rule=current,
        versions=versions,
        form=form,
        examples=_examples(rules.examples(clocks.as_rule(current), calendar, today)),
        wanted=_examples(wanted) if wanted else None,
        words=_words,
        fixed=newest.key in rules.FIXED,
        in_force=current,
        now=at,
        tomorrow=today + timedelta(days=1),
    )
    return page, status(form)


def _words(row: DeadlineRule) -> str:
    return clocks.as_rule(row).limit_zh


def _examples(found: Any) -> list[tuple[str, str, list[str]]]:
    """(start, due, why) in words."""
    return [
        (
            _start(start),
            due_text(due.at) if due else "免报",
            sentences(due) if due else [],
        )
        for start, due in found
    ]


def _start(start: datetime) -> str:
    local = clock.local(start)
    day = day_text(local.date(), clock.local(clock.now()).year)
    return f"{day}（{weekday_text(local.date())}）{local:%H:%M}"
