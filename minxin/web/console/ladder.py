"""督办阶梯: which facts propose a 督办, from how much on; adopted in versions."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import InputRequired

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import clocks, rules
from minxin.supervision import ladder
from minxin.supervision.ladder import PAPERS, RULES, Ground, Rung
from minxin.web.console import pages
from minxin.web.console.acting import ActForm, carried_out, status, went
from minxin.web.guards import permitted
from minxin.web.life import me


class LadderForm(ActForm):
    """On or off and from how much on, a pair for each ground; the version it was made from."""

    base = HiddenField()


@pages.get("/ladder", endpoint="ladder")
@permitted(P.RULES_MANAGE)
def ladder_page() -> Any:
    """The ladder in force, and what it was before."""
    return _page()


@pages.post("/ladder", endpoint="ladder_versions")
@permitted(P.RULES_MANAGE)
def adopt() -> Any:
    """Adopt a new version."""
    form = _form()

    def act() -> None:
        given = str(form.base.data or "")
        triggers = {
            each.ground: (
                bool(form[f"on_{each.ground}"].data),
                form[each.ground].data if each.ground in form else each.threshold,
            )
            for each in ladder.DEFAULT.triggers
        }
        base = int(given) if given.isdecimal() and len(given) < 9 else -1
        ladder.adopt(triggers, base=base, by=me(), at=clock.now())

    if carried_out(form, act):
        return went("督办阶梯已更新，此后按新版本提出建议。", url_for("console.ladder"))
    return _page(form)


def _form(**values: Any) -> Any:
    now = ladder.in_force()
    fields: dict[str, Any] = {}
    shown: dict[str, Any] = {"base": str(now.version)}
    for each in now.triggers:
        label = Ground(each.ground).label
        fields[f"on_{each.ground}"] = BooleanField(label)
        shown[f"on_{each.ground}"] = each.on
        if each.ground in ladder.UNITS:
            fields[str(each.ground)] = IntegerField(label, validators=[InputRequired("请填写整数")])
            shown[str(each.ground)] = each.threshold
    return type("OneLadder", (LadderForm,), fields)(**{**shown, **values})


def _page(form: Any = None) -> Any:
    form = form or _form()
    limits = {
        versions[0].key: rules.in_force(versions, clock.now())
        for versions in rules.in_order(rules.versions())
    }
    page = render_template(
        "console/ladder.html",
        form=form,
        now=ladder.in_force(),
        triggers=ladder.in_force().triggers,
        units=ladder.UNITS,
        rungs=[
            (rung.label, PAPERS[rung].label, RULES[rung], _limit(limits.get(RULES[rung])))
            for rung in Rung
        ],
        versions=ladder.versions(),
        ground=Ground,
    )
    return page, status(form)


def _limit(row: Any) -> str:
    return clocks.as_rule(row).limit_zh if row is not None else ""
