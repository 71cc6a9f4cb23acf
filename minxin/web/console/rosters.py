"""Each kind of record as a workbook: taken away, corrected, brought back whole or not at all."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, g, make_response, render_template, request, url_for
from flask_wtf.file import FileField

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.audit import log
from minxin.cases import rosters as ruling
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import placing
from minxin.people import rosters as organising
from minxin.people.actor import Actor
from minxin.web.console import pages
from minxin.web.console.acting import status
from minxin.web.forms import Form, given
from minxin.web.guards import permitted
from minxin.web.life import me, taken_by
from minxin.workbooks import writing
from minxin.workbooks.roster import Handover, Outcome, Placing, Roster, Taken, take

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Kind:
    """A roster with whose it is, what its export holds, and what puts its rows in place."""

    roster: Roster
    permission: P
    rows: Callable[[datetime], Sequence[Sequence[object]]]
    open: Callable[[Actor, datetime], Placing]
    page: str


KINDS = {
    kind.roster.key: kind
    for kind in (
        Kind(organising.UNITS, P.ORGANISATION_MANAGE, lambda at: organising.unit_rows(),
             placing.PlaceUnits, "console.units"),
        Kind(organising.PEOPLE, P.ORGANISATION_MANAGE, lambda at: organising.people_rows(),
             placing.PlacePeople, "console.people"),
        Kind(organising.POSTS, P.ORGANISATION_MANAGE, organising.post_rows,
             placing.PlacePosts, "console.units"),
        Kind(ruling.CATEGORIES, P.RULES_MANAGE, lambda at: ruling.category_rows(),
             ruling.PlaceCategories, "console.categories"),
        Kind(ruling.RULES, P.RULES_MANAGE, lambda at: ruling.rule_rows(),
             ruling.PlaceRules, "console.rules"),
        Kind(ruling.CALENDAR, P.RULES_MANAGE, ruling.calendar_rows,
             ruling.PlaceCalendar, "console.calendar"),
    )
}  # fmt: skip

ANY = (P.ORGANISATION_MANAGE, P.RULES_MANAGE)


class RosterForm(Form):
    """The corrected workbook."""

    file = FileField("Excel 文件（.xlsx）")


@pages.get("/rosters/<roster>.xlsx")
@permitted(*ANY)
def roster_sheet(roster: str) -> Any:
    """The records as they stand: the template of the import."""
    kind = _the(roster)
    at = clock.now()
    sheet = writing.table(
        kind.roster.title,
        kind.roster.headers,
        kind.rows(at),
        made_by=g.desk.name,
        made_at=at,
        mark=taken_by(at),
    )
    log.record(
        "roster.export", tenant_id=g.desk.tenant_id, by=me(), at=at, object_kind=kind.roster.key
    )
    db.session.commit()
    answer = make_response(sheet)
    answer.headers["Content-Type"] = SHEET
    answer.headers["Content-Disposition"] = f'attachment; filename="{roster}-{at:%Y%m%d}.xlsx"'
    return answer


@pages.route("/rosters/<roster>", methods=["GET", "POST"], endpoint="roster")
@permitted(*ANY)
def roster_page(roster: str) -> Any:
    """Check a workbook, or bring it in: every row or none."""
    kind, form = _the(roster), RosterForm()
    taken, handover, done = None, None, False
    if request.method == "POST":
        try:
            taken, handover, done = _taken(kind, form, request.form.get("step") == "import")
        except Refused as refusal:
            db.session.rollback()
            form.blame(Refused(refusal.message, "file"))
    page = render_template(
        "console/roster.html",
        roster=kind.roster,
        form=form,
        taken=taken,
        done=done,
        Outcome=Outcome,
        wrong=_error_sheet(kind.roster, taken) if taken and taken.errors else None,
        handover=_handover_sheet(handover) if handover else None,
        export_url=url_for("console.roster_sheet", roster=roster),
        back_url=url_for(kind.page),
    )
    return page, 422 if taken and taken.errors else status(form)


def _taken(kind: Kind, form: RosterForm, bring_in: bool) -> tuple[Taken, Handover | None, bool]:
    """Walk the file; commit where it is to be brought in and every row is right."""
    uploads = given([form.file.data])
    if not form.validate() or not uploads:
        raise Refused("请选择要导入的 Excel 文件")
    at = clock.now()
    places = kind.open(me(), at)
    taken = take(kind.roster, uploads[0].stream.read(), places, db.session.begin_nested)
    if taken.errors or not bring_in:
        db.session.rollback()
        return taken, None, False
    if taken.changes:
        log.record(
            "roster.import",
            tenant_id=g.desk.tenant_id,
            by=me(),
            at=at,
            object_kind=kind.roster.key,
            payload={outcome.value: number for outcome, number in taken.counts.items()},
        )
    db.session.commit()
    return taken, getattr(places, "handover", None), True


def _the(key: str) -> Kind:
    kind = KINDS.get(key)
    if kind is None:
        abort(404)
    if not check.has(me(), kind.permission):
        abort(403)
    return kind


def _error_sheet(roster: Roster, taken: Taken) -> str:
    sheet = writing.error_sheet(
        taken.columns,
        taken.errors,
        made_by=g.desk.name,
        made_at=clock.now(),
        mark=taken_by(clock.now()),
        title=f"{roster.title}：导入未成功的行",
    )
    return _linked(sheet)


def _handover_sheet(handover: Handover) -> str:
    sheet = writing.table(
        handover.title,
        handover.columns,
        handover.rows,
        made_by=g.desk.name,
        made_at=clock.now(),
        mark=taken_by(clock.now()),
    )
    return _linked(sheet)


def _linked(sheet: bytes) -> str:
    """The sheet as an address: it is kept nowhere, and gone when the page is."""
    return f"data:{SHEET};base64,{base64.b64encode(sheet).decode()}"
