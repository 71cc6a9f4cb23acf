"""公开审核: original and public version side by side, every hit decided, then published."""

from __future__ import annotations

from typing import Any

from flask import flash, g, request, url_for
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.cases import publications, publishing
from minxin.cases.models import Case
from minxin.cases.public_texts import FIELDS
from minxin.cases.publications import Choice, PublicDraft
from minxin.errors import Refused
from minxin.extensions import db
from minxin.privacy.hits import Kind
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.acts import ACTS
from minxin.web.workbench.screening import BOTH, ReasonForm

_SHORT = Length(max=500, message="填写过长，请只填要遮盖的字")
CHANGED = "公示内容刚刚有了变化，下面是新的检查结果，请重新确认"


class ReviewForm(CaseForm):
    """Words to cover beside the hits, one a line; `source` names the text that was reviewed."""

    source = HiddenField()
    more_title = TextAreaField("标题里还要遮盖", validators=[_SHORT])
    more_text = TextAreaField("公示内容里还要遮盖", validators=[_SHORT])
    more_result = TextAreaField("办理结果里还要遮盖", validators=[_SHORT])


@pages.route("/cases/<number>/publication", methods=BOTH, endpoint="publication")
@permitted(P.PUBLIC_REVIEW)
def publication_page(number: str) -> Any:
    """Decide the hits of a case's public texts, and see what the public will read."""
    return _reviewed(number, P.PUBLIC_REVIEW)


@pages.post("/cases/<number>/publishing", endpoint="publishing")
@permitted(P.CASE_PUBLISH)
def publishing_page(number: str) -> Any:
    """公开: decide what is left and publish, from the same form."""
    return _reviewed(number, P.CASE_PUBLISH)


def _reviewed(number: str, right: P) -> Any:
    case = the_case(number, right)
    form = ReviewForm(version=case.version)
    if request.method == "POST":
        if not form.validate():
            return _show(case, form, 422)
        try:
            done = _carry_out(case, form, publish=right is P.CASE_PUBLISH)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            case = the_case(number, right)
            form.blame(refusal)
            return _show(case, form, 422)
        flash(done, "done")
        here = url_for("workbench.publication", desk=g.desk.slug, number=number)
        return panel.see(number, None if right is P.CASE_PUBLISH else here)
    return _show(case, form, 200)


@pages.route(
    "/cases/<number>/publication-withdrawal", methods=BOTH, endpoint="publication_withdrawal"
)
@permitted(P.PUBLIC_REVIEW)
def publication_withdrawal_page(number: str) -> Any:
    """撤下, with its reason."""
    case = the_case(number, P.PUBLIC_REVIEW)
    form = ReasonForm(version=case.version)

    def down() -> None:
        publishing.take_down(case, form.reason.data or "", by=me(), at=clock.now())

    return panel.answer(
        "publication_withdrawal", case, form, down, done="已撤下，公开页面上不再看得到。"
    )


def _carry_out(case: Case, form: ReviewForm, *, publish: bool) -> str:
    draft = publications.of(case)
    if draft is not None and form.source.data != draft.source_hash:
        raise Refused(CHANGED)
    more = {field: form[f"more_{field}"].data or "" for field in FIELDS}
    choices = _choices(draft)
    if choices or any(more.values()):
        publications.decide(case, choices, more, by=me(), at=clock.now())
    if not publish:
        return "已保存，右边是群众将看到的样子。"
    publishing.publish(case, by=me(), at=clock.now())
    return "已公开，群众可在“办理公开”中看到。"


def _choices(draft: PublicDraft | None) -> dict[int, Choice]:
    """What was chosen, by the number of the hit; 全部遮盖 fills in what was left open."""
    chosen: dict[int, Choice] = {}
    for number, span in enumerate(draft.spans if draft else []):
        act = request.form.get(f"act-{number}", "")
        reason = request.form.get(f"reason-{number}", "")
        if not act and request.form.get("then") == "mask_all":
            act = span["act"] or "mask"
        if act and (act, reason.strip()) != (span["act"], span["reason"]):
            chosen[number] = Choice(act, reason if act == "lift" else "")
    return chosen


def _show(case: Case, form: ReviewForm, status: int) -> Any:
    draft = publications.of(case)
    blocked = ""
    if draft is None or not draft.source_hash:
        blocked = "还没有可以公开的内容：规范定性以后，系统检查完个人信息，再来审核"
        if draft is not None and draft.state == "failed":
            blocked = "个人信息检查没有成功，系统会再试；检查完以前不能公开"
    form.source.raw_data, form.source.data = None, draft.source_hash if draft else ""
    return panel.show(
        ACTS["publication"],
        case,
        form,
        lambda: _sides(case, draft) if draft else {},
        status,
        blocked=blocked,
    )


def _sides(case: Case, draft: PublicDraft) -> dict[str, Any]:
    shown = publications.public(draft)
    numbered = list(enumerate(draft.spans))
    sides = [
        {
            "field": field,
            "called": called,
            "original": _marked(draft, field, numbered),
            "public": shown[field],
        }
        for field, called in FIELDS.items()
        if draft.texts[field]
    ]
    hits = [
        {
            "n": number,
            "called": FIELDS[span["field"]],
            "words": draft.texts[span["field"]][span["start"] : span["end"]],
            "kind": Kind(span["kind"]).label,
            "sure": span["sure"],
            "added": bool(span.get("added")),
            "act": request.form.get(f"act-{number}", span["act"]),
            "reason": request.form.get(f"reason-{number}", span["reason"]),
            "by": span["by"],
        }
        for number, span in numbered
    ]
    return {
        "draft": draft,
        "sides": sides,
        "hits": hits,
        "open": publications.undecided(draft),
        "published": publishing.of(case),
        "may_publish": check.covers(me(), P.CASE_PUBLISH, case),
    }


def _marked(
    draft: PublicDraft, field: str, numbered: list[tuple[int, dict[str, Any]]]
) -> list[dict[str, Any]]:
    """The original in pieces; a piece with `n` is the hit of that number."""
    text, done, pieces = draft.texts[field], 0, []
    for number, span in numbered:
        if span["field"] == field:
            pieces.append({"text": text[done : span["start"]], "n": None})
            pieces.append(
                {
                    "text": text[span["start"] : span["end"]],
                    "n": number + 1,
                    "act": span["act"] or "open",
                }
            )
            done = span["end"]
    return [*pieces, {"text": text[done:], "n": None}]
