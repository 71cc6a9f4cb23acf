"""What forms of all desks share: the WTForms base, errors from verbs, files."""

from __future__ import annotations

from typing import Any

from flask import current_app, g
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from minxin.attachments.inspect import Inspected, inspect
from minxin.attachments.names import safe_name
from minxin.attachments.store import Store
from minxin.errors import Refused


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose labels and messages are ours."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """WTForms' own sentences in Chinese."""

        locales = ("zh_CN", "zh")

    def blame(self, refusal: Refused) -> None:
        """Say a verb's refusal beside the field that it is about, or over the form."""
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors.append(refusal.message)
        else:
            field.errors = [*field.errors, refusal.message]


class CaseForm(Form):
    """A form that acts on a case: carries the version that it was made from."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])


class TokenForm(Form):
    """A form that must not be carried out twice: carries a key of its own."""

    token = HiddenField()


def stored(upload: FileStorage) -> tuple[str, Inspected]:
    """Inspect an upload and put it into the city's store: (name to show, content).

    Raises Refused where the file is not of an allowed kind, broken, or too large.
    """
    content = inspect(upload.stream.read(), upload.filename or "", scan=_scan())
    store: Store = current_app.extensions["store"]
    store.put(content, g.city.schema)
    return safe_name(upload.filename or "", content.extension), content


def given(uploads: list[Any]) -> list[FileStorage]:
    """The uploads that hold a file; browsers send an empty one for an empty field."""
    return [upload for upload in uploads if isinstance(upload, FileStorage) and upload.filename]


def _scan() -> Any:
    return current_app.extensions["scan"]
