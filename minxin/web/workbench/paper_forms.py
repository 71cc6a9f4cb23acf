"""The form of a draft: the fields that its kind has, and what was typed as words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from minxin.documents import words as writing
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.documents.sheet import TITLE_LIMIT
from minxin.documents.words import LINE_LIMIT, TEXT_LIMIT, Words
from minxin.web.forms import Form

HAS = {
    "briefing": ("title", "addressee", "text", "report_to", "send_to", "copies"),
    "letter": ("title", "addressee", "text"),
    "upward": ("title", "addressee", "text"),
    "report": ("title", "text"),
    "form": ("title",),
}
"""Layout → what of a draft is written by hand, beside its own fields and annexes."""


BY_HAND = ("签收人和时间", "回复情况", "经办人", "主管领导意见")
"""Fields that stay empty: they are filled in on paper."""


def _most(limit: int) -> Length:
    return Length(max=limit, message=f"不能超过{limit}个字")


class PaperForm(Form):
    """What every draft has; fields and annexes are added by `form_of`."""

    version = HiddenField()
    title = TextAreaField("标题", validators=[_most(TITLE_LIMIT)])
    addressee = StringField("主送", validators=[_most(LINE_LIMIT)])
    text = TextAreaField("正文", validators=[_most(TEXT_LIMIT)])
    report_to = StringField("报", validators=[_most(LINE_LIMIT)])
    send_to = StringField("送", validators=[_most(LINE_LIMIT)])
    copies = IntegerField("印数", validators=[Optional()])


def form_of(paper: Paper) -> Any:
    """The form of one paper, with its words in it."""
    written = writing.read(paper.words)
    added: dict[str, Any] = {}
    values: dict[str, Any] = {"version": str(paper.version), "copies": written.copies}
    for number, (label, value) in enumerate(written.fields):
        if label not in BY_HAND:
            added[f"field_{number}"] = TextAreaField(label, validators=[_most(TEXT_LIMIT)])
            values[f"field_{number}"] = value
    for number, each in enumerate(written.annexes):
        label = f"附件：{each.title}"
        added[f"annex_{number}"] = TextAreaField(label, validators=[_most(TEXT_LIMIT)])
        values[f"annex_{number}"] = each.text
    form = type("OnePaper", (PaperForm,), added)(
        title=written.title,
        addressee=written.addressee,
        text=written.text,
        report_to=written.report_to,
        send_to=written.send_to,
        **values,
    )
    for name in ("title", "addressee", "text", "report_to", "send_to", "copies"):
        if name not in HAS[PaperKind(paper.kind).traits.layout]:
            del form[name]
    return form


def typed(form: Any, paper: Paper) -> Words:
    """The words as they were typed over those that were saved."""
    written = writing.read(paper.words)

    def said(name: str, saved: str) -> str:
        return str(form[name].data or "") if name in form else saved

    changed = written.each(said)
    copies = form.copies.data if "copies" in form else written.copies
    return replace(changed, copies=copies or 0)


def base(form: Any) -> int:
    """The version that the form was made from; one that nobody could have sent is an old one."""
    given = str(form.version.data or "")
    return int(given) if given.isdecimal() and len(given) < 9 else -1
