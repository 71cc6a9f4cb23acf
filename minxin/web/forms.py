"""What forms of all desks share: the WTForms base, errors from verbs, files."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app, g, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from minxin.attachments.inspect import Inspected, inspect
from minxin.attachments.names import safe_name
from minxin.attachments.store import Store
from minxin.errors import Refused
from minxin.web import carried


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose labels and messages are ours."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """WTForms' own sentences in Chinese."""

        locales = ("zh_CN", "zh")

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Every text is read as `typed` reads it, before the field's own filters."""
            own = unbound_field.kwargs.get("filters", ())
            return super().bind_field(form, unbound_field, {**options, "filters": (typed, *own)})

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent; on a page that is only shown, what was carried here for this form."""
            if request.is_json:  # no form of ours: its values are no texts
                return request.form
            sent = super().wrap_formdata(form, formdata)
            if sent is not None or formdata is None:
                return sent
            form.refilled = carried.refill(set(form._fields))
            return form.refilled

    refilled: Any = None  # what was carried here through the door

    def blame(self, refusal: Refused) -> None:
        """Say a verb's refusal beside the field that it is about, or over the form."""
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors.append(refusal.message)
        else:
            field.errors = [*field.errors, refusal.message]

    def went_stale(self) -> bool:
        """Did the page outlive its session? Then only that is wrong, and sending again helps."""
        if "csrf_token" not in self or not self.csrf_token.errors:
            return False
        self.csrf_token.errors = []
        return True


class CaseForm(Form):
    """A form that acts on a case: carries the version that it was made from."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    conflict = False  # somebody else was faster: the page says so instead of counting mistakes


class TokenForm(Form):
    """A form that must not be carried out twice: carries a key of its own."""

    token = HiddenField()


def row_id(value: Any) -> int:
    """The id of a row, as a choice gives it. Raises ValueError where no row can have it."""
    number = int(value)
    if not 0 <= number < 2**63:
        raise ValueError(value)
    return number


def typed(value: Any) -> Any:
    """A text as it was meant: browsers end lines with two characters, which would count twice
    against a limit, and PostgreSQL keeps no NUL."""
    if not isinstance(value, str):
        return value
    return _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def stored(upload: FileStorage) -> tuple[str, Inspected]:
    """Inspect an upload and put it into the city's store: (name to show, content).

    Raises Refused where the file is not of an allowed kind, broken, or too large.
    """
    name, content = looked_into(upload)
    store(content)
    return name, content


def looked_into(upload: FileStorage) -> tuple[str, Inspected]:
    """Inspect an upload without keeping it: (name to show, content). Refused as in `stored`."""
    content = inspect(upload.stream.read(), upload.filename or "", scan=_scan())
    return safe_name(upload.filename or "", content.extension), content


def store(content: Inspected) -> None:
    """Keep a content that was looked into, in the city's store."""
    kept: Store = current_app.extensions["store"]
    kept.put(content, g.city.schema)


def given(uploads: list[Any]) -> list[FileStorage]:
    """The uploads that hold a file; browsers send an empty one for an empty field."""
    return [upload for upload in uploads if isinstance(upload, FileStorage) and upload.filename]


def _scan() -> Any:
    return current_app.extensions["scan"]
