"""督办 in the case's panel: drafted, urged, talked over, answered, reviewed."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from wtforms import (
    BooleanField,
    HiddenField,
    MultipleFileField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.calendars.words import due_text
from minxin.cases import veiling
from minxin.cases.models import Case
from minxin.errors import Refused
from minxin.extensions import db
from minxin.papers import addressees
from minxin.people.models import Unit
from minxin.supervision import answering, chain, opening, urging
from minxin.supervision.answering import Verdict
from minxin.supervision.ladder import AGAIN, FIRST, Ground, Rung
from minxin.supervision.models import Proposal, Supervision
from minxin.supervision.opening import Wish
from minxin.supervision.urging import Meeting
from minxin.web import files
from minxin.web.console.acting import DayField
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.case_supervised import asked
from minxin.web.workbench.handling import MOST_FILES, about_files
from minxin.web.workbench.screening import BOTH

URGES = (
    "请尽快办理并按时报结。",
    "该件已临近时限，请今日内反馈办理进展。",
    "该件已超期，请说明原因并明确办结时间。",
)
DEMANDS = {
    Ground.OVERDUE: "请立即办理，说明超期原因，于时限内报结。",
    Ground.DISSATISFIED: "请核实群众反映的问题，整改到位，并将结果答复诉求人。",
    Ground.RETURNED: "请按裁定或者派单意见办理，不得再行推诿。",
    Ground.FALSE: "请重新核查，如实报告，纠正不实之处，并追究有关人员责任。",
    Ground.NEGLECTED: "请落实承诺事项，明确完成时间和责任人。",
    Ground.UNANSWERED: "请立即回复督办事项，说明未按时回复的原因。",
    Ground.NOT_DONE: "请逐项落实督办要求，明确完成时间和责任人。",
    Ground.CARELESS: "请由主要负责同志组织重新调查，查清事实，处理到位。",
}
"""What a demand begins with, by ground."""


class SupervisionForm(CaseForm):
    """The rung that the ladder leads to, why, and what is demanded."""

    ground = RadioField("督办事由", validate_choice=False, validators=[DataRequired("请选择事由")])
    demand = TextAreaField(
        "督办要求",
        validators=[
            DataRequired("请写明督办要求"),
            Length(max=opening.DEMAND_LIMIT, message=f"督办要求不能超过{opening.DEMAND_LIMIT}个字"),
        ],
    )
    grave = BooleanField("情节严重，造成影响：直接发《督办专报》，同时报市政府主要领导")
    signed_leader = StringField(
        "签批的分管领导", validators=[Length(max=60, message="不能超过60个字")]
    )
    proposal = HiddenField()


class UrgeForm(CaseForm):
    """The words that the unit reads."""

    words = TextAreaField(
        "催办内容",
        validators=[DataRequired("请填写催办内容"), Length(max=500, message="不能超过500个字")],
    )


class TalkForm(CaseForm):
    """A 约谈 that was held."""

    held_on = DayField("约谈日期")
    place = StringField("地点", validators=[Optional()])
    chaired_by = StringField("约谈人", validators=[Optional()])
    with_whom = StringField("被约谈人", validators=[DataRequired("请填写被约谈人")])
    said = TextAreaField("约谈情况", validators=[DataRequired("请填写约谈情况")])
    agreed = TextAreaField("整改承诺", validators=[Optional()])


class AnswerForm(CaseForm):
    """What the unit did, and who answers for it."""

    text = TextAreaField(
        "回复内容",
        validators=[DataRequired("请填写回复内容"), Length(max=5000, message="不能超过5000个字")],
    )
    responsible = StringField(
        "责任人",
        validators=[DataRequired("请填写责任人"), Length(max=60, message="不能超过60个字")],
    )
    files = MultipleFileField("附件")


class VerdictForm(CaseForm):
    """What the reader found."""

    verdict = RadioField(
        "审核结论",
        choices=[(each.value, each.label) for each in Verdict],
        validate_choice=False,
        validators=[DataRequired("请选择审核结论")],
    )
    verified = TextAreaField(
        "核查方式和情况", validators=[Length(max=1000, message="不能超过1000个字")]
    )
    opinion = TextAreaField("意见", validators=[Length(max=1000, message="不能超过1000个字")])


@pages.route("/cases/<number>/supervision", methods=BOTH, endpoint="case_supervision")
@permitted(P.SUPERVISION_WRITE)
def supervision_page(number: str) -> Any:
    """拟办督办: the next rung of the ladder, and the draft of its paper."""
    case = the_case(number, P.SUPERVISION_WRITE)
    before = chain.latest(case)
    rung = chain.next_rung(before, clock.now())
    form = SupervisionForm(version=case.version)
    form.ground.choices = [(str(each), each.label) for each in _grounds(rung)]
    proposal = _proposal(form.proposal.data or request.args.get("proposal", ""), case)
    if not form.is_submitted() and not form.refilled:
        chosen = Ground(proposal.ground) if proposal else _natural(rung, before)
        form.ground.data, form.demand.data = str(chosen), DEMANDS[chosen]
        form.proposal.data = str(proposal.id) if proposal else ""
    begun: list[int] = []

    def begin() -> None:
        wanted = Rung.BULLETIN if form.grave.data else rung
        if form.ground.data not in set(Ground):
            raise Refused("请选择督办事由", "ground")
        wish = Wish(
            wanted,
            Ground(form.ground.data),
            form.demand.data or "",
            bool(form.grave.data),
            form.signed_leader.data or "",
        )
        if wanted is Rung.BULLETIN and me().at_city_desk:
            _recipients(case, bool(form.grave.data))
        made = opening.draft(case, wish, version=form.version.data, by=me(), at=clock.now())
        begun.append(made.paper_id or 0)

    return panel.answer(
        "case_supervision",
        case,
        form,
        begin,
        done="督办件已拟办，正在起草文书；审核签发后下发。",
        then=lambda: url_for("workbench.paper", desk=g.desk.slug, paper_id=begun[0]),
        more=lambda: {
            "rung": rung,
            "before": before,
            "due": due_text(chain.due(rung, clock.now())),
            "hindered": opening.hindrance(case, before, by=me(), at=clock.now()),
            "missing": _missing(case) if rung is Rung.BULLETIN and me().at_city_desk else "",
            "demands": {str(ground): words for ground, words in DEMANDS.items()},
        },
    )


@pages.route("/cases/<number>/urging", methods=BOTH, endpoint="urging")
@permitted(P.SUPERVISION_WRITE)
def urging_page(number: str) -> Any:
    """催办: the unit is told at once."""
    case = the_case(number, P.SUPERVISION_WRITE)
    form = UrgeForm(version=case.version)
    return panel.answer(
        "urging",
        case,
        form,
        lambda: urging.urge(case, form.words.data or "", **panel.acting(form)),
        done="已催办，承办单位网络回应人和主管领导已收到提醒。",
        more=lambda: {"phrases": URGES},
    )


@pages.route("/cases/<number>/talk", methods=BOTH, endpoint="talk")
@permitted(P.SUPERVISION_WRITE)
def talk_page(number: str) -> Any:
    """登记约谈."""
    case = the_case(number, P.SUPERVISION_WRITE)
    form = TalkForm(version=case.version, held_on=clock.local(clock.now()).date())

    def enter() -> None:
        meeting = Meeting(
            form.held_on.data,
            form.with_whom.data or "",
            form.said.data or "",
            form.agreed.data or "",
            form.place.data or "",
            form.chaired_by.data or "",
        )
        urging.talk(case, meeting, **panel.acting(form))

    return panel.answer("talk", case, form, enter, done="约谈已登记。")


@pages.route("/cases/<number>/supervision-answer", methods=BOTH, endpoint="supervision_answer")
@permitted(P.SUPERVISION_ANSWER)
def answer_page(number: str) -> Any:
    """督办回复, by the unit."""
    case = the_case(number, P.SUPERVISION_ANSWER)
    form = AnswerForm(version=case.version)
    return panel.answer(
        "supervision_answer",
        case,
        form,
        lambda: answering.answer(
            case,
            form.text.data or "",
            form.responsible.data or "",
            files=files.received(form.files.data or [], MOST_FILES),
            **panel.acting(form),
        ),
        done="督办回复已提交，等待审核。",
        more=lambda: {**about_files(), **_asked(case, "open")},
    )


@pages.route("/cases/<number>/supervision-review", methods=BOTH, endpoint="supervision_review")
@permitted(P.SUPERVISION_WRITE)
def review_page(number: str) -> Any:
    """审核督办回复."""
    case = the_case(number, P.SUPERVISION_WRITE)
    form = VerdictForm(version=case.version)

    def review() -> None:
        if form.verdict.data not in set(Verdict):
            raise Refused("请选择审核结论", "verdict")
        try:
            answering.review(
                case,
                Verdict(form.verdict.data),
                form.verified.data or "",
                form.opinion.data or "",
                **panel.acting(form),
            )
        except Refused as refusal:
            if refusal.field == "reason":
                raise Refused("请写明意见：缺什么、哪里不实或者哪些没有落实", "opinion") from None
            raise

    return panel.answer(
        "supervision_review",
        case,
        form,
        review,
        done="审核结论已登记，承办单位已收到提醒。",
        more=lambda: _asked(case, "answered"),
    )


def _asked(case: Case, state: str) -> dict[str, Any]:
    return {"asked": asked(case, answering.waiting(case, state), veiling.veil(case, me()))}


def _natural(rung: Rung, before: Supervision | None) -> Ground:
    """The ground that the facts name: why the rung before was of no use."""
    if rung is Rung.NOTICE or before is None:
        return _grounds(rung)[0]
    return Ground(before.state) if before.state in chain.UNDONE else Ground.UNANSWERED


def _grounds(rung: Rung) -> tuple[Ground, ...]:
    if rung is Rung.NOTICE:
        return (*FIRST, Ground.CARELESS)
    return AGAIN if rung is Rung.SECOND else (*AGAIN, Ground.CARELESS)


def _proposal(given: str, case: Case) -> Proposal | None:
    if not given.isdecimal() or len(given) > 18:
        return None
    found = db.session.get(Proposal, int(given))
    return found if found is not None and found.case_id == case.id else None


def _recipients(case: Case, grave: bool) -> None:
    """Raises Refused where somebody that a 专报 goes to is not entered."""
    unit, today = db.session.get(Unit, case.unit_id or 0), clock.local(clock.now()).date()
    if unit is None:
        return
    addressees.chief(unit, today)
    addressees.superior(unit, today)
    if grave:
        addressees.city_leaders(today)


def _missing(case: Case) -> str:
    try:
        _recipients(case, False)
    except Refused as refusal:
        return refusal.message
    return ""
