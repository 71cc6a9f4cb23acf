"""网上公开征求意见 on the workbench: begin, read what was said, end, stop; and 免予核实."""

from __future__ import annotations

from typing import Any

from flask import request
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.calendars.words import due_text
from minxin.cases import appraising, consulting, contacts, followup, opinions, reachability
from minxin.cases.consulting import Notice, Stance
from minxin.cases.models import Case
from minxin.cases.states import SATISFACTION
from minxin.errors import Refused
from minxin.web.forms import CaseForm, row_id
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.acts import ACTS
from minxin.web.workbench.case_sheet import plain
from minxin.web.workbench.followup import ANSWERS, YES_NO
from minxin.web.workbench.screening import BOTH, ReasonForm

VERDICT = "verdict-"
"""Before an opinion's id, in the names of what judges it."""


def _most(limit: int, name: str) -> Length:
    return Length(max=limit, message=f"{name}不能超过{limit}个字")


class ConsultationForm(CaseForm):
    """What the public will read, looked through by a person."""

    title = StringField("标题", validators=[DataRequired("请填写标题"), _most(200, "标题")])
    text = TextAreaField(
        "公示内容",
        validators=[DataRequired("请填写公示内容"), _most(consulting.TEXT_LIMIT, "公示内容")],
    )
    result = TextAreaField(
        "办理结果",
        validators=[DataRequired("请填写办理结果"), _most(consulting.TEXT_LIMIT, "办理结果")],
    )
    confirmed = BooleanField("以上内容已经逐字看过，没有姓名、电话、门牌号等个人信息")


class PhoneForm(CaseForm):
    """The citizen's phone."""

    phone = StringField("联系电话", validators=[DataRequired("请填写联系电话")])


class StopForm(CaseForm):
    """Why it is taken down, and the phone that the citizen left since."""

    reason = TextAreaField("中止理由", validators=[DataRequired("请写明理由")])
    phone = StringField("诉求人留下的电话")


class ConclusionForm(CaseForm):
    """The summary of what was said."""

    conclusion = TextAreaField(
        "征求意见小结",
        validators=[
            DataRequired("请填写征求意见情况小结"),
            _most(consulting.OPINION_LIMIT, "小结"),
        ],
    )


class AppraisalForm(CaseForm):
    """What the citizen told staff of the result."""

    satisfaction = RadioField(
        "对办理结果是否满意",
        choices=[(str(level), words) for level, words in SATISFACTION.items()],
        validators=[DataRequired("请选择满意程度")],
    )
    contacted = RadioField("承办单位是否联系过", choices=YES_NO, validate_choice=False, default="")
    solved = RadioField("问题是否解决", choices=YES_NO, validate_choice=False, default="")
    words = TextAreaField("评价情况", validators=[_most(appraising.WORDS_LIMIT, "评价情况")])


@pages.route("/cases/<number>/phone", methods=BOTH, endpoint="phone")
@permitted(P.CASE_FOLLOW_UP)
def phone_page(number: str) -> Any:
    """登记联系电话: found in the text or told since; then he is called and not the public asked."""
    case = the_case(number, P.CASE_FOLLOW_UP)
    form = PhoneForm(version=case.version)
    return panel.answer(
        "phone",
        case,
        form,
        lambda: contacts.leave_phone(case, form.phone.data or "", by=me(), at=clock.now()),
        done="联系电话已登记，请先回访。",
    )


@pages.route("/cases/<number>/consultation", methods=BOTH, endpoint="consultation")
@permitted(P.CASE_FOLLOW_UP)
def consultation_page(number: str) -> Any:
    """转网上公开征求意见, where nobody can be called."""
    case = the_case(number, P.CASE_FOLLOW_UP)
    draft = consulting.draft(case)
    form = ConsultationForm(
        version=case.version, title=draft.title, text=draft.text, result=draft.result
    )
    why_not = reachability.why_not(case)
    if request.method == "GET" and why_not:
        return panel.show(ACTS["consultation"], case, form, status=409, blocked=why_not)
    return panel.answer(
        "consultation",
        case,
        form,
        lambda: consulting.consult(case, _notice(form), **panel.acting(form)),
        done="已转网上公开征求意见，次日零时起在门户公开7日，期满后填写小结。",
        more=lambda: {"in_text": contacts.in_text(case)},
    )


@pages.route("/cases/<number>/consultation-end", methods=BOTH, endpoint="consultation_end")
@permitted(P.CASE_FOLLOW_UP)
def consultation_end_page(number: str) -> Any:
    """What was said so far; after its days the summary."""
    case = the_case(number, P.CASE_FOLLOW_UP)
    form = ConclusionForm(version=case.version)
    return panel.answer(
        "consultation_end",
        case,
        form,
        lambda: consulting.end(case, form.conclusion.data or "", **panel.acting(form)),
        done="征求意见已结束，下一步初审评星。",
        more=lambda: _said(case),
    )


@pages.route("/cases/<number>/opinions", methods=BOTH, endpoint="opinions")
@permitted(P.CASE_FOLLOW_UP)
def opinions_page(number: str) -> Any:
    """判定意见: which of them count."""
    case = the_case(number, P.CASE_FOLLOW_UP)
    form = CaseForm(version=case.version)
    return panel.answer(
        "opinions",
        case,
        form,
        lambda: opinions.judge(case, _verdicts(), by=me(), at=clock.now()),
        done="已保存判定。",
        more=lambda: {**_said(case), "verdict": VERDICT, "chosen": request.form},
    )


def _verdicts() -> dict[int, bool]:
    """What was chosen, by opinion. Raises Refused for what is no choice."""
    chosen: dict[int, bool] = {}
    for name, value in request.form.items():
        if not name.startswith(VERDICT):
            continue
        key = name.removeprefix(VERDICT)
        if value not in ("valid", "invalid") or not (key.isascii() and key.isdigit()):
            raise Refused("请选择“有效”或“无效”")
        chosen[row_id(key[:18])] = value == "valid"
    return chosen


@pages.route("/cases/<number>/consultation-stop", methods=BOTH, endpoint="consultation_stop")
@permitted(P.CASE_FOLLOW_UP)
def consultation_stop_page(number: str) -> Any:
    """中止: taken off the public pages at once."""
    case = the_case(number, P.CASE_FOLLOW_UP)
    form = StopForm(version=case.version)
    return panel.answer(
        "consultation_stop",
        case,
        form,
        lambda: consulting.stop(
            case, form.reason.data or "", phone=form.phone.data or "", **panel.acting(form)
        ),
        done="已中止征求意见，公开内容已撤下，请继续回访。",
    )


@pages.route("/cases/<number>/waiver", methods=BOTH, endpoint="waiver")
@permitted(P.CASE_WAIVE)
def waiver_page(number: str) -> Any:
    """免予核实, on record."""
    case = the_case(number, P.CASE_WAIVE)
    form = ReasonForm(version=case.version)
    return panel.answer(
        "waiver",
        case,
        form,
        lambda: followup.waive(case, form.reason.data or "", **panel.acting(form)),
        done="已免予核实，下一步初审评星。这一情况已记录。",
    )


@pages.route("/cases/<number>/appraisal", methods=BOTH, endpoint="appraisal")
@permitted(P.CASE_FOLLOW_UP)
def appraisal_page(number: str) -> Any:
    """登记诉求人评价, taken down for him."""
    case = the_case(number, P.CASE_FOLLOW_UP)
    form = AppraisalForm(version=case.version)
    return panel.answer(
        "appraisal",
        case,
        form,
        lambda: appraising.appraise(case, _view(form), **panel.acting(form)),
        done="诉求人的评价已登记。",
    )


def _notice(form: ConsultationForm) -> Notice:
    return Notice(
        form.title.data or "",
        form.text.data or "",
        form.result.data or "",
        bool(form.confirmed.data),
    )


def _view(form: AppraisalForm) -> appraising.View:
    level = form.satisfaction.data or ""
    return appraising.View(
        int(level) if level.isdigit() else None,
        ANSWERS.get(form.contacted.data or ""),
        ANSWERS.get(form.solved.data or ""),
        form.words.data or "",
    )


def _said(case: Case) -> dict[str, Any]:
    running = consulting.latest(case)
    if running is None:
        return {"running": None}
    said = [
        {
            "stance": Stance(each.stance).label,
            "text": plain(each.text, case, me()),
            "at": each.given_at,
            "id": each.id,
            "valid": each.valid,
            "judged_by": each.judged_by,
        }
        for each in consulting.opinions(running)
    ]
    return {
        "running": running,
        "until": due_text(running.ends_at),
        "over": clock.now() >= running.ends_at,
        "counts": consulting.counts(running),
        "said": said,
    }
