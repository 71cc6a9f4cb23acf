"""The unit's side: 签收, the log of what was done, the files that prove it."""

from __future__ import annotations

from typing import Any

from flask import abort
from wtforms import MultipleFileField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.attachments.kinds import ACCEPT, ALLOWED_WORDS
from minxin.cases import audited, handling, workflow
from minxin.cases.models import Case
from minxin.errors import Refused
from minxin.extensions import db
from minxin.web import files
from minxin.web.forms import CaseForm, given
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.screening import BOTH

MOST_FILES = 10


class LogForm(CaseForm):
    """One step of the handling, with what proves it."""

    text = TextAreaField(
        "办理情况",
        validators=[
            DataRequired("请填写办理情况"),
            Length(max=handling.ENTRY_LIMIT, message=f"办理情况不能超过{handling.ENTRY_LIMIT}个字"),
        ],
    )
    files = MultipleFileField("附件")


class FilesForm(CaseForm):
    """Files alone."""

    files = MultipleFileField("附件")


@pages.route("/cases/<number>/acceptance", methods=BOTH, endpoint="acceptance")
@permitted(P.CASE_ACCEPT)
def acceptance_page(number: str) -> Any:
    """签收."""
    case = the_case(number, P.CASE_ACCEPT)
    form = CaseForm(version=case.version)
    return panel.answer(
        "acceptance",
        case,
        form,
        lambda: handling.accept(case, **panel.acting(form)),
        done="已签收。请尽快核实办理，并记录办理情况。",
    )


@pages.route("/cases/<number>/log", methods=BOTH, endpoint="log")
@permitted(P.CASE_HANDLE)
def log_page(number: str) -> Any:
    """What was done, by the main unit or a co-handling one."""
    case = _in_hand(number)
    form = LogForm(version=case.version)

    def write() -> None:
        made = handling.enter_log(case, form.text.data, **panel.acting(form))
        attach_all(made, form, part="handling")

    return panel.answer(
        "log", case, form, write, done="办理情况已记录。办结后请报结。", more=about_files
    )


@pages.route("/cases/<number>/attachments", methods=BOTH, endpoint="attachments")
@permitted(P.CASE_HANDLE)
def attachments_page(number: str) -> Any:
    """Files alone, while the case is in hand."""
    case = _in_hand(number)
    form = FilesForm(version=case.version)

    def add() -> None:
        if not given(form.files.data or []):
            raise Refused("请选择要上传的文件", "files")
        if not attach_all(case, form, part="handling"):
            raise Refused("这些文件已经在这件里了，没有重复添加", "files")

    return panel.answer("attachments", case, form, add, done="附件已上传。", more=about_files)


@pages.get("/cases/<number>/attachments/<int:attachment_id>", endpoint="attachment")
@permitted(P.CASE_VIEW)
def attachment_page(number: str, attachment_id: int) -> Any:
    """A file of this case, and of no other."""
    case = the_case(number)
    found = handling.attachment(case, attachment_id)
    if found is None:
        abort(404)
    answer = files.sent(found)
    facts = {"attachment": found.id}
    audited.note("attachment.view", case, by=me(), at=clock.now(), facts=facts)
    db.session.commit()
    return answer


def attach_all(case: Case, form: Any, *, part: str) -> int:
    """Inspect, store and hang every upload of the form on the case; how many were new to it."""
    at, new = clock.now(), 0
    for name, content in files.received(form.files.data or [], MOST_FILES):
        new += handling.attach(case, name, content, part=part, by=me(), at=at) is not None
    return new


def about_files() -> dict[str, Any]:
    """What the file field tells before choosing."""
    return {"accept": ACCEPT, "allowed": ALLOWED_WORDS, "most_files": MOST_FILES}


def _in_hand(number: str) -> Case:
    """The case, for those who handle or co-handle it."""
    case = the_case(number)
    if not workflow.permitted(case, me(), ("enter_log", "enter_co_log")):
        abort(403)
    return case
