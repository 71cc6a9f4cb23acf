"""Looking at how to reach the citizen: with a reason, once, and logged."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import contacts
from minxin.errors import Refused
from minxin.extensions import db, htmx
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages
from minxin.web.workbench.case_sheet import sheet


@pages.post("/cases/<number>/contact", endpoint="contact")
@permitted(P.CONTACT_REVEAL)
def contact_page(number: str) -> Any:
    """One field in the clear: in its place for htmx, on the whole page without it. Never kept."""
    case = the_case(number, P.CONTACT_REVEAL)
    part = request.form.get("part", "")
    said = {"part": part, "number": number, "desk_slug": g.desk.slug}
    try:
        if part not in contacts.PARTS:
            raise Refused("请选择要查看的内容")
        person = contacts.reveal(
            case, reason=request.form.get("reason", ""), by=me(), at=clock.now(), part=part
        )
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        return _shown(422, **said, masked_value=_mask(number, part), refusal=refusal.message)
    value = getattr(person, part) or "没有留下"
    return _shown(200, **said, value=value)


def _mask(number: str, part: str) -> str:
    """The field as it was shown before; nothing of it for who may not even see the mask."""
    case = the_case(number)
    return contacts.mask(case, part) if contacts.may_reveal(case, me()) else ""


def _shown(status: int, **said: Any) -> Any:
    if htmx:
        return render_template("workbench/_contact_field.html", **said), status
    values = sheet(the_case(said["number"]), revealed=said)
    return render_template("workbench/case.html", **values), status
