"""退件 on pages: the unit asks, who sent it decides, a dispute is ruled on; clocks may pause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from wtforms import MultipleFileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.calendars.words import due_text
from minxin.cases import dispatch, pausing, returns, ruling
from minxin.cases.models import Attachment, Case
from minxin.cases.returns import Claim, Ground
from minxin.cases.ruling import Judgment
from minxin.extensions import db
from minxin.web import files
from minxin.web.forms import CaseForm, row_id
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.acts import ACTS
from minxin.web.workbench.case_sheet import plain
from minxin.web.workbench.handling import about_files
from minxin.web.workbench.screening import BOTH

DISAGREED = (
    "属本单位法定职责，依据不充分，请继续办理。",
    "请先核实处理，需要其他单位配合的可申请协办。",
)


def _most(limit: int, name: str) -> Length:
    return Length(max=limit, message=f"{name}不能超过{limit}个字")


class ReturnForm(CaseForm):
    """A coded ground, the legal basis, why, and what proves it."""

    ground = RadioField(
        "退件情形",
        choices=[(each.value, each.label) for each in Ground],
        validators=[DataRequired("请选择退件情形")],
    )
    basis = StringField(
        "依据",
        validators=[
            DataRequired("请填写退件的法律法规或文件依据"),
            _most(returns.BASIS_LIMIT, "依据"),
        ],
    )
    reason = TextAreaField(
        "退件理由",
        validators=[DataRequired("请写明理由"), _most(returns.REASON_LIMIT, "退件理由")],
    )
    files = MultipleFileField("依据材料")


class ReturnDecisionForm(CaseForm):
    """Agree with an opinion, or disagree with a reason."""

    opinion = TextAreaField("审核意见", validators=[_most(1000, "审核意见")])
    reason = TextAreaField("不同意的理由", validators=[_most(1000, "理由")])


class DisputeForm(CaseForm):
    """Why the unit still says that it is not its case."""

    reason = TextAreaField(
        "提请裁定的理由",
        validators=[DataRequired("请写明理由"), _most(returns.REASON_LIMIT, "理由")],
    )


class RulingForm(CaseForm):
    """Who handles it, and on what that rests."""

    unit_id = SelectField(
        "承办单位",
        coerce=row_id,
        validators=[DataRequired("请选择承办单位")],
        validate_choice=False,
    )
    ruling = TextAreaField(
        "裁定意见",
        validators=[DataRequired("请写明裁定意见"), _most(ruling.TEXT_LIMIT, "裁定意见")],
    )


class PauseForm(CaseForm):
    """Why the clocks stand still; to let them run on needs no words."""

    reason = TextAreaField("暂停计时的理由", validators=[_most(500, "理由")])


@pages.route("/cases/<number>/return", methods=BOTH, endpoint="return")
@permitted(P.CASE_RETURN)
def return_page(number: str) -> Any:
    """申请退件, within its limit."""
    case = the_case(number, P.CASE_RETURN)
    form = ReturnForm(version=case.version)
    why_not = returns.hindrance(case, clock.now())
    if request.method == "GET" and why_not:
        return panel.show(ACTS["return"], case, form, status=409, blocked=why_not)
    due = returns.limit(case)
    return panel.answer(
        "return",
        case,
        form,
        lambda: _ask(case, form),
        done="退件申请已提交，等待派出单位审核。审核期间办理时限继续计算。",
        more=lambda: {
            "until": due_text(due.at) if due else "",
            "times": returns.times(case, case.unit_id),
            **about_files(),
        },
    )


@pages.route("/cases/<number>/return-decision", methods=BOTH, endpoint="return_decision")
@permitted(P.RETURN_DECIDE)
def return_decision_page(number: str) -> Any:
    """同意退件 or not, by who sent the case to the unit."""
    case = the_case(number, P.RETURN_DECIDE)
    form = ReturnDecisionForm(version=case.version)
    refusing = request.form.get("decision") == "refuse"
    here = case.from_station

    def decide() -> None:
        if refusing:
            returns.refuse(case, form.reason.data or "", **panel.acting(form))
        else:
            returns.take_back(case, form.opinion.data or "", **panel.acting(form))

    back = "本站" if here else "“待转办”"
    done = (
        "未同意退件，已告知承办单位，原时限继续计算。"
        if refusing
        else f"已同意退件，该件回到{back}，请尽快重新确定承办单位，办理时限继续计算。"
    )
    return panel.answer(
        "return_decision",
        case,
        form,
        decide,
        done=done,
        more=lambda: {"phrases": DISAGREED, **_asked(case)},
    )


@pages.route("/cases/<number>/dispute", methods=BOTH, endpoint="dispute")
@permitted(P.CASE_RETURN)
def dispute_page(number: str) -> Any:
    """提请裁定, after a refusal."""
    case = the_case(number, P.CASE_RETURN)
    form = DisputeForm(version=case.version)
    return panel.answer(
        "dispute",
        case,
        form,
        lambda: returns.dispute(case, form.reason.data or "", **panel.acting(form)),
        done="已提请裁定。裁定为最终决定，裁定前请继续做好核实工作。",
        more=lambda: _asked(case),
    )


@pages.route("/cases/<number>/ruling", methods=BOTH, endpoint="ruling")
@permitted(P.CASE_RULE)
def ruling_page(number: str) -> Any:
    """裁定: names the unit, ends returns, becomes a precedent."""
    case = the_case(number, P.CASE_RULE)
    form = RulingForm(version=case.version)
    form.unit_id.choices = []
    return panel.answer(
        "ruling",
        case,
        form,
        lambda: ruling.rule(
            case, Judgment(form.unit_id.data, form.ruling.data or ""), **panel.acting(form)
        ),
        done="已作出裁定，承办单位已收到待签收提醒；该件不得再退件，裁定已存为派单先例。",
        more=lambda: {
            "units": _units(case),
            "chosen": form.unit_id.data,
            "precedents": ruling.precedents(case),
            **_asked(case),
        },
    )


@pages.route("/cases/<number>/pause", methods=BOTH, endpoint="pause")
@permitted(P.CLOCK_PAUSE)
def pause_page(number: str) -> Any:
    """责任不清: the head lets the unit's clocks stand still, or run on."""
    case = the_case(number, P.CLOCK_PAUSE)
    form = PauseForm(version=case.version)
    paused = pausing.is_paused(case)
    resuming = request.form.get("decision", "resume" if paused else "pause") == "resume"

    def decide() -> None:
        acting = {name: value for name, value in panel.acting(form).items() if name != "version"}
        if resuming:
            pausing.resume(case, **acting)
        else:
            pausing.pause(case, form.reason.data or "", **acting)

    done = (
        "已恢复计时，时限按暂停的时间顺延。"
        if resuming
        else "已暂停计时。责任明确后恢复，时限按暂停的时间顺延；审核退件或裁定时自动恢复。"
    )
    return panel.answer("pause", case, form, decide, done=done, more=lambda: {"paused": paused})


def _ask(case: Case, form: ReturnForm) -> None:
    proof = files.received(form.files.data or [], 1)
    at = clock.now()
    claim = Claim(form.ground.data or "", form.basis.data or "", form.reason.data or "")
    asked = returns.ask(case, claim, **panel.acting(form))
    for name, content in proof:
        scan = Attachment(
            tenant_id=asked.tenant_id,
            case_id=case.id,
            part="return",
            name=name,
            kind=content.kind,
            mime=content.mime,
            size=content.size,
            sha256=content.sha256,
            added_by=me().unit_name,
            added_at=at,
        )
        db.session.add(scan)
        db.session.flush()
        asked.attachment_id = scan.id


def _asked(case: Case) -> Mapping[str, Any]:
    """The newest return with its texts as this person may read them."""
    asked = returns.latest(case)
    if asked is None:  # somebody was faster
        return {"asked": None}
    return {
        "asked": asked,
        "ground": Ground(asked.ground).label,
        "asked_reason": plain(asked.reason, case, me()),
        "asked_dispute": plain(asked.dispute, case, me()),
        "refusal": plain(asked.opinion, case, me()),
        "times": returns.times(case, asked.unit_id),
    }


def _units(case: Case) -> list[dispatch.Choice]:
    found = dispatch.choices(clock.now())
    return found if me().at_city_desk else [u for u in found if u.tenant_id == case.tenant_id]
