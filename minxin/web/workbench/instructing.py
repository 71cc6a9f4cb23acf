"""重大、紧急: the flag, the 请示件 of the office, the 批示 of the leader or from a scan."""

from __future__ import annotations

from typing import Any

from flask import g
from wtforms import DateField, FileField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.attachments.inspect import Inspected
from minxin.cases import asking, briefing, dossier, flagging, instructions, leaders
from minxin.cases.instructions import OnPaper, Sheet
from minxin.cases.leaders import Leader
from minxin.cases.models import Case
from minxin.cases.states import Urgency
from minxin.errors import Refused
from minxin.notices import channels
from minxin.papers import shelf
from minxin.web.forms import CaseForm, given, looked_into, store
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.case_sheet import plain
from minxin.web.workbench.screening import BOTH, ReasonForm

PHRASES = (
    "同意，请按程序办理。",
    "请市民心网办牵头协调，跟踪督办，结果报我。",
    "请立即处置，确保群众安全，2小时内报告情况。",
    "请依法依规办理，做好群众解释工作。",
)
"""Common words of a 批示, to be put in by a tap."""


class FlagForm(CaseForm):
    """How pressing, and why."""

    urgency = RadioField(
        "紧急程度",
        choices=[(each.value, each.label) for each in (Urgency.URGENT, Urgency.CRITICAL)],
        validators=[DataRequired("请选择紧急或特急")],
    )
    reason = TextAreaField(
        "理由",
        validators=[
            DataRequired("请写明理由"),
            Length(max=1000, message="理由不能超过1000个字"),
        ],
    )


class RequestForm(CaseForm):
    """Before which leader it is put, and in which words."""

    leader = RadioField(
        "分管领导", validate_choice=False, validators=[DataRequired("请选择分管领导")]
    )
    text = TextAreaField(
        "请示内容",
        validators=[
            DataRequired("请填写请示内容"),
            Length(
                max=asking.TEXT_LIMIT,
                message=f"请示内容不能超过{asking.TEXT_LIMIT}个字",
            ),
        ],
    )


class InstructionForm(CaseForm):
    """The leader's words."""

    text = TextAreaField(
        "批示",
        validators=[
            DataRequired("请填写批示"),
            Length(
                max=instructions.WORDS_LIMIT, message=f"批示不能超过{instructions.WORDS_LIMIT}个字"
            ),
        ],
    )


class PaperForm(CaseForm):
    """What a leader wrote on paper: whose, when, its words or its scan."""

    leader = SelectField(
        "批示领导", validate_choice=False, validators=[DataRequired("请选择批示领导")]
    )
    given_on = DateField("批示日期", validators=[Optional()])
    text = TextAreaField("批示内容")
    scan = FileField("批示扫描件")
    sheet = SelectField("批示所在文书", validate_choice=False)


@pages.route("/cases/<number>/flag", methods=BOTH, endpoint="flag")
@permitted(P.CASE_FLAG)
def flag_page(number: str) -> Any:
    """标为重大紧急: the 30 minutes begin."""
    case = the_case(number, P.CASE_FLAG)
    form = FlagForm(version=case.version, urgency=_raised(case))
    return panel.answer(
        "flag",
        case,
        form,
        lambda: flagging.flag(
            case, form.reason.data or "", form.urgency.data or "", **panel.acting(form)
        ),
        done="已标为重大紧急，须立即向分管领导呈报请示，时限见右侧。",
        more=lambda: {"limits": flagging.limits()},
    )


@pages.route("/cases/<number>/flag-removal", methods=BOTH, endpoint="flag_removal")
@permitted(P.INSTRUCTION_REQUEST)
def flag_removal_page(number: str) -> Any:
    """取消重大紧急, with a reason."""
    case = the_case(number, P.INSTRUCTION_REQUEST)
    form = ReasonForm(version=case.version)
    return panel.answer(
        "flag_removal",
        case,
        form,
        lambda: flagging.unflag(case, form.reason.data or "", **panel.acting(form)),
        done="已取消重大紧急标记，紧急程度不变。",
    )


@pages.route("/cases/<number>/instruction-request", methods=BOTH, endpoint="instruction_request")
@permitted(P.INSTRUCTION_REQUEST)
def instruction_request_page(number: str) -> Any:
    """呈报请示: a draft from the facts, to a leader."""
    case = the_case(number, P.INSTRUCTION_REQUEST)
    choices = leaders.choices(clock.now(), case)
    form = RequestForm(version=case.version, leader=choices[0].key if choices else None)
    form.leader.choices = [(each.key, _named(each)) for each in choices]
    if not form.is_submitted():
        form.text.data = _draft(case)
    return panel.answer(
        "instruction_request",
        case,
        form,
        lambda: asking.request(
            case, _leader(choices, form), form.text.data or "", **panel.acting(form)
        ),
        done="请示已呈报，等待领导批示。",
        more=lambda: {
            "outside": channels.configured(g.city.slug),
            "without_account": {
                each.key: "没有账号，批示由市民心网办录入" for each in choices if not each.user_id
            },
        },
    )


@pages.route("/cases/<number>/instruction", methods=BOTH, endpoint="instruction")
@permitted(P.CASE_INSTRUCT)
def instruction_page(number: str) -> Any:
    """批示: made to be read and answered on a phone."""
    case = the_case(number, P.CASE_INSTRUCT)
    form = InstructionForm(version=case.version)
    return panel.answer(
        "instruction",
        case,
        form,
        lambda: instructions.instruct(case, form.text.data or "", **panel.acting(form)),
        done="批示已下达，市民心网办和承办单位已收到提醒。",
        more=lambda: _about_instructing(case),
    )


@pages.route("/cases/<number>/paper-instruction", methods=BOTH, endpoint="paper_instruction")
@permitted(P.INSTRUCTION_REQUEST)
def paper_instruction_page(number: str) -> Any:
    """录入批示, from what a leader wrote on paper."""
    case = the_case(number, P.INSTRUCTION_REQUEST)
    choices = leaders.choices(clock.now(), case)
    waiting = asking.requests(case, waiting=True)
    asked = next((each.key for each in choices if waiting and each.name == waiting[0].leader), None)
    form = PaperForm(version=case.version, leader=asked, given_on=clock.local(clock.now()).date())
    form.leader.choices = [("", "请选择"), *((each.key, _named(each)) for each in choices)]
    sheets = {str(each.paper_id): each for each in shelf.sheets(case.id, me())}
    form.sheet.choices = [
        ("", "其他材料"),
        *((key, each.name) for key, each in sheets.items()),
    ]
    return panel.answer(
        "paper_instruction",
        case,
        form,
        lambda: instructions.enter(case, _paper(form, choices, sheets), **panel.acting(form)),
        done="批示已录入，承办单位已收到提醒。",
    )


def _raised(case: Case) -> str:
    """What a flag begins with: at least 紧急; raised where it is that already."""
    return Urgency.URGENT if case.urgency == Urgency.NORMAL else Urgency.CRITICAL


def _named(leader: Leader) -> str:
    return f"{leader.name}（{leader.title}）"


def _leader(choices: list[Leader], form: RequestForm | PaperForm) -> Leader | None:
    return next((each for each in choices if each.key == form.leader.data), None)


def _draft(case: Case) -> str:
    return briefing.draft(case, dossier.read(case, me()).unit, clock.now())


def _paper(form: PaperForm, choices: list[Leader], sheets: dict[str, Sheet]) -> OnPaper:
    name, scan = _scan(form)
    sheet = sheets.get(form.sheet.data or "")
    leader, words = _leader(choices, form), form.text.data or ""
    return OnPaper(leader, form.given_on.data, words, scan, name, sheet)


def _scan(form: PaperForm) -> tuple[str, Inspected | None]:
    uploads = given([form.scan.data])
    if not uploads:
        return "", None
    try:
        name, content = looked_into(uploads[0])
        instructions.check_scan(content)
    except Refused as refusal:
        raise Refused(refusal.message, "scan") from None
    store(content)
    return name, content


def _about_instructing(case: Case) -> dict[str, Any]:
    """What the leader reads before he writes: his 请示件, or what it would say."""
    waiting = asking.requests(case, waiting=True)
    mine = [each for each in waiting if each.leader_id == me().user_id] or waiting
    folder = dossier.read(case, me())
    unit = f"请{folder.unit}牵头，" if folder.unit else "请有关部门牵头，"
    return {
        "asked": mine[0] if mine else None,
        "asked_text": plain(mine[0].text, case, me()) if mine else "",
        "course": briefing.course(case),
        "phrases": (f"{unit}立即办理，结果报我。", *PHRASES),
    }
