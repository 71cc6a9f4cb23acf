"""批量导入: upload a workbook, say what its columns mean, watch it become cases."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import abort, current_app, flash, g, redirect, request, send_file, url_for
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from minxin import clock
from minxin.access.permissions import Permission
from minxin.cases import imported, importing, uploaded
from minxin.cases.models import Import
from minxin.cases.states import Source
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.web.forms import Form
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.render import page
from minxin.web.workbench import pages
from minxin.workbooks.mapping import Field

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMBER = "<int(max=9223372036854775807):import_id>"
ABSENT = -1
ACTIVE = ("waiting", "running")


class UploadForm(Form):
    """A workbook and where it comes from."""

    file = FileField("Excel 文件", validators=[FileRequired("请选择要导入的 Excel 文件")])
    source = RadioField(
        "来源",
        choices=[(source.value, source.label) for source in importing.SOURCES],
        default=Source.IMPORT.value,
        validators=[InputRequired("请选择来源")],
    )


@pages.route("/imports", methods=["GET", "POST"])
@permitted(Permission.CASE_IMPORT)
def imports() -> Any:
    """Every import, the newest first, and the form for the next one."""
    form = UploadForm()
    if form.validate_on_submit():
        try:
            batch = importing.receive(
                form.file.data.filename or "",
                form.file.data.stream.read(),
                source=form.source.data,
                store=current_app.extensions["store"],
                scan=current_app.extensions["scan"],
                by=me(),
                at=clock.now(),
            )
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.blame(Refused(refusal.message, refusal.field or "file"))
        else:
            return redirect(_url(batch), 303)
    under = request.args.get("under", "")
    key = int(under) if under.isdecimal() and len(under) < 19 else None
    rows, more = imported.recent(under=key)
    here = url_for("workbench.imports", desk=g.desk.slug)
    working = [row.id for row in rows if row.state in ACTIVE]
    answer = page(
        "workbench/imports.html",
        form=form,
        rows=rows,
        troubles=imported.troubles(*working),
        next_url=f"{here}?under={more}" if more else None,
        first_url=here if key else None,
    )
    return answer, 422 if form.errors else 200


@pages.get(f"/imports/{NUMBER}", endpoint="import")
@permitted(Permission.CASE_IMPORT)
def one_import(import_id: int) -> Any:
    """One import as it stands: its mapping, its progress, or its result. htmx asks for the part."""
    return _shown(_the_import(import_id))


@pages.post(f"/imports/{NUMBER}/mapping", endpoint="import_mapping")
@permitted(Permission.CASE_IMPORT)
def import_mapping(import_id: int) -> Any:
    """Fix what the columns mean and begin."""
    batch = _the_import(import_id)
    form = _mapping_form(batch)
    if form.validate():
        chosen = {Field(name): column for name, column in form.data.items() if name in set(Field)}
        try:
            mapping = {field: column for field, column in chosen.items() if column != ABSENT}
            importing.begin(batch.id, mapping)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            batch = _the_import(import_id)
            if batch.state != "mapping":  # sent twice: it runs already
                return redirect(_url(batch), 303)
            form.blame(refusal)
        else:
            flash("已开始导入，可以离开本页，导入会在后台继续", "done")
            return redirect(_url(batch), 303)
    return _shown(batch, form)


@pages.post(f"/imports/{NUMBER}/continuation", endpoint="import_continuation")
@permitted(Permission.CASE_IMPORT)
def import_continuation(import_id: int) -> Any:
    """Go on with an import that the worker has given up."""
    batch = _the_import(import_id)
    try:
        importing.go_on(batch.id, by=me(), at=clock.now())
        db.session.commit()
    except Conflict as refusal:  # sent twice, or done meanwhile: the page shows how it stands
        db.session.rollback()
        batch = _the_import(import_id)
        flash(refusal.message, "info")
    else:
        flash("已重新开始，从停下的地方接着导入", "done")
    return redirect(_url(batch), 303)


@pages.get(f"/imports/{NUMBER}/failures.xlsx", endpoint="import_failures")
@permitted(Permission.CASE_IMPORT)
def import_failures(import_id: int) -> Any:
    """The failed rows as a sheet, to be mended and uploaded again."""
    batch = _the_import(import_id)
    if not batch.failed:
        abort(404)
    sheet = imported.failure_sheet(
        batch, store=current_app.extensions["store"], by=me(), at=clock.now()
    )
    db.session.commit()
    name = f"导入未成功的行-{import_id}.xlsx"
    return send_file(BytesIO(sheet), mimetype=XLSX, as_attachment=True, download_name=name)


def _the_import(import_id: int) -> Import:
    batch = imported.find(import_id)
    if batch is None:
        abort(404)
    return batch


def _url(batch: Import) -> str:
    return url_for("workbench.import", desk=g.desk.slug, import_id=batch.id)


def _shown(batch: Import, form: Form | None = None) -> Any:
    working = batch.state in ACTIVE
    trouble = imported.troubles(batch.id).get(batch.id) if working else None
    values: dict[str, Any] = {"batch": batch, "working": working, "url": _url(batch)}
    values |= {"trouble": trouble, "active": working and not (trouble and trouble.given_up)}
    if batch.state == "mapping":
        values["form"] = form or _mapping_form(batch)
        values["fields"] = [values["form"][field.value] for field in Field]
        values["sample"] = imported.sample(batch, store=current_app.extensions["store"])
        values["earlier"] = imported.before(batch)
    elif working:
        values["form"] = Form()
    else:
        values |= _result(batch)
        values["kept_until"] = uploaded.needed_until(batch)
    answer = page("workbench/import.html", "workbench/_import.html", **values)
    return answer, 422 if form and form.errors else 200


def _result(batch: Import) -> dict[str, Any]:
    """One outcome's rows, a page of them; the failed ones first of all."""
    outcome = request.args.get("outcome", "")
    if outcome not in imported.OUTCOMES:
        outcome = "failed" if batch.failed else "made" if batch.made else "repeated"
    after = request.args.get("after", "")
    key = int(after) if after.isdecimal() and len(after) < 10 else 0
    rows = imported.rows_of(batch, outcome, after=key, limit=imported.PAGE + 1)
    shown, more = rows[: imported.PAGE], len(rows) > imported.PAGE
    here = f"{_url(batch)}?outcome={outcome}"
    return {
        "outcome": outcome,
        "rows": shown,
        "tabs_of": [
            {
                "label": label,
                "url": f"{_url(batch)}?outcome={name}",
                "current": name == outcome,
                "count": getattr(batch, name),
                "tone": "late" if name == "failed" else None,
            }
            for name, label in imported.OUTCOMES.items()
        ],
        "next_url": f"{here}&after={shown[-1].row}" if more else None,
        "first_url": here if key else None,
    }


def _mapping_form(batch: Import) -> Form:
    """A choice of the sheet's columns for each field that is understood."""
    names = [(ABSENT, "不导入")]
    names += [(place, name or f"第{place + 1}列") for place, name in enumerate(batch.columns)]
    chosen = {
        field.value: SelectField(
            field.label, choices=names, coerce=int, default=batch.mapping.get(field.value, ABSENT)
        )
        for field in Field
    }
    form: Form = type("MappingForm", (Form,), chosen)()
    return form
