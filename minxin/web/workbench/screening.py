"""Claiming, screening and refusing: the office's first look at a case."""

from __future__ import annotations

from typing import Any

from flask import flash, g, request, url_for
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import screening
from minxin.cases.models import Case
from minxin.cases.states import Kind, RefusalGround, Track, Urgency
from minxin.extensions import db
from minxin.web.forms import CaseForm, row_id
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.alike import alike, similar
from minxin.web.workbench.case_sheet import plain

BOTH = ["GET", "POST"]


class ReasonForm(CaseForm):
    """An act that needs nothing but its reason."""

    reason = TextAreaField("理由", validators=[DataRequired("请写明理由")])


class RefusalForm(CaseForm):
    """A coded ground, and what the citizen is told."""

    ground = RadioField(
        "情形",
        choices=[(each.value, each.label) for each in RefusalGround],
        validators=[DataRequired("请选择不予受理的情形")],
    )
    reason = TextAreaField("告知诉求人的理由", validators=[DataRequired("请写明理由")])


class ScreeningForm(CaseForm):
    """What the case is, in the office's words."""

    kind = RadioField(
        "诉求类型",
        choices=[(each.value, each.label) for each in Kind],
        validators=[DataRequired("请选择诉求类型")],
    )
    track = RadioField(
        "办理方式",
        choices=[(each.value, each.label) for each in Track],
        default=str(Track.APPEAL),
    )
    urgency = RadioField(
        "紧急程度", choices=[(each.value, each.label) for each in Urgency], default="normal"
    )
    category_id = SelectField(
        "诉求分类",
        coerce=row_id,
        validators=[DataRequired("请选择诉求分类")],
        validate_choice=False,
    )
    summary = StringField(
        "问题摘要",
        validators=[
            DataRequired("请填写问题摘要"),
            Length(max=200, message="问题摘要不能超过200个字"),
        ],
    )
    wording = TextAreaField("规范内容", validators=[DataRequired("请填写规范内容")])
    public_text = TextAreaField("公示信息")
    district = SelectField("属地", validate_choice=False)
    place = StringField("地点", validators=[Length(max=200, message="地点不能超过200个字")])


@pages.route("/cases/<number>/claim", methods=BOTH, endpoint="claim")
@permitted(P.CASE_CLAIM)
def claim_page(number: str) -> Any:
    """认领: the case is mine to screen; its form opens next."""
    case = the_case(number, P.CASE_CLAIM)
    form = CaseForm(version=case.version)
    return panel.answer(
        "claim",
        case,
        form,
        lambda: screening.claim(case, **panel.acting(form)),
        done="已认领。请对照原文规范内容、定性，然后转办。",
        then=lambda: _screening_of(number),
    )


@pages.route("/cases/<number>/release", methods=BOTH, endpoint="release")
@permitted(P.CASE_CLAIM)
def release_page(number: str) -> Any:
    """Back to the pool, with a reason."""
    case = the_case(number, P.CASE_CLAIM)
    form = ReasonForm(version=case.version)
    return panel.answer(
        "release",
        case,
        form,
        lambda: screening.release(case, reason=form.reason.data, **panel.acting(form)),
        done="已退回待认领，其他同事可以认领。",
    )


@pages.route("/cases/<number>/refusal", methods=BOTH, endpoint="refusal")
@permitted(P.CASE_REFUSE)
def refusal_page(number: str) -> Any:
    """不予受理: the citizen reads the reason, and the case ends."""
    case = the_case(number, P.CASE_REFUSE)
    form = RefusalForm(version=case.version)
    return panel.answer(
        "refusal",
        case,
        form,
        lambda: screening.refuse(
            case, ground=form.ground.data, reason=form.reason.data, **panel.acting(form)
        ),
        done="已作出不予受理决定，诉求人可以在进度页看到理由。",
    )


@pages.route("/cases/<number>/screening", methods=BOTH, endpoint="screening")
@permitted(P.CASE_SCREEN)
def screening_page(number: str) -> Any:
    """规范、定性 beside the original; then on to the dispatch, or to the next case."""
    case = the_case(number, P.CASE_SCREEN)
    form = _screening_form(case)
    return panel.answer(
        "screening",
        case,
        form,
        lambda: screening.screen(case, _finding(form), **panel.acting(form)),
        done="规范定性已保存。",
        then=lambda: _way_on(number),
        more=lambda: {
            "original": plain(case.body, case, me()),
            "subject": plain(case.subject, case, me()),
            "categories": screening.categories(),
            "similar": similar(case),
            "alike": alike(case),
        },
    )


def next_page(number: str) -> str:
    """Where the clerk goes on: the screening of the next case, claimed on the way."""
    taken = screening.take_next(by=me(), at=clock.now())
    db.session.commit()
    if taken is not None:
        return _screening_of(taken)
    flash("没有待规范的件了：您名下和待认领池中都已处理完。", "info")
    return url_for("workbench.case", desk=g.desk.slug, number=number)


def _screening_form(case: Case) -> ScreeningForm:
    """The form, filled with what is known: at first the citizen's own words."""
    form = ScreeningForm(
        version=case.version,
        kind=case.kind,
        track=case.track,
        urgency=case.urgency,
        category_id=case.category_id,
        summary=case.summary or case.subject,
        wording=case.wording or case.body,
        public_text=case.public_text or case.summary or case.subject,
        district=case.district or "",
        place=case.place,
    )
    form.district.choices = [("", "请选择"), *screening.districts()]
    form.category_id.choices = []
    return form


def _finding(form: ScreeningForm) -> screening.Finding:
    return screening.Finding(
        kind=form.kind.data,
        category_id=form.category_id.data,
        summary=form.summary.data,
        wording=form.wording.data,
        public_text=form.public_text.data or "",
        urgency=form.urgency.data or Urgency.NORMAL,
        place=form.place.data or "",
        district=form.district.data or None,
        track=form.track.data or Track.APPEAL,
    )


def _way_on(number: str) -> str:
    """By the button that was pressed: dispatch, the next case, or this case."""
    match request.form.get("then"):
        case "dispatch":
            asked = request.form.get("track") == Track.QUESTION
            noun = "workbench.question" if asked else "workbench.dispatch"
            return url_for(noun, desk=g.desk.slug, number=number)
        case "next":
            return next_page(number)
    return url_for("workbench.case", desk=g.desk.slug, number=number)


def _screening_of(number: str) -> str:
    return url_for("workbench.screening", desk=g.desk.slug, number=number)
