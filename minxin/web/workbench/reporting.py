"""报结: the investigation report, its signature by the leader, its review."""

from __future__ import annotations

from typing import Any

from flask import request
from wtforms import MultipleFileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin.access.permissions import Permission as P
from minxin.cases import cohandling, reporting
from minxin.cases.models import Case
from minxin.cases.states import CloseMethod
from minxin.errors import Refused
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.case_sheet import plain
from minxin.web.workbench.handling import about_files, attach_all
from minxin.web.workbench.screening import BOTH

METHODS = [(each.value, each.label) for each in CloseMethod]


class ReportForm(CaseForm):
    """What stands beside the sections, which come from the tenant's template."""

    close_method = RadioField(
        "拟结案方式", choices=METHODS, validators=[DataRequired("请选择结案方式")]
    )
    policy_source = StringField(
        "政策依据", validators=[Length(max=500, message="政策依据不能超过500个字")]
    )
    policy_explained = TextAreaField("解释情况")
    responsible = StringField("经办人", validators=[DataRequired("请填写经办人")])
    signer = SelectField(
        "审签领导", validate_choice=False, validators=[DataRequired("请选择审签领导")]
    )
    co_reason = TextAreaField(
        "不再等待协办反馈的理由", validators=[Length(max=500, message="理由不能超过500个字")]
    )
    files = MultipleFileField("附件")


class SignatureForm(CaseForm):
    """Sign, or give back with a reason."""

    reason = TextAreaField("退回修改的理由")


class ReviewForm(CaseForm):
    """Approve with an opinion, or send back with a reason: the same words serve both."""

    opinion = TextAreaField(
        "审核意见", validators=[Length(max=2000, message="审核意见不能超过2000个字")]
    )


def _section_fields(form_class: type[ReportForm]) -> type[ReportForm]:
    """The form with one text field for each section of the tenant's template."""
    fields: dict[str, Any] = {}
    sections = reporting.template()
    for place, section in enumerate(sections):
        checks: list[Any] = [Length(max=10_000, message=f"“{section['title']}”不能超过10000个字")]
        if section["required"]:
            checks.insert(0, DataRequired(f"请填写“{section['title']}”"))
        text: Any = TextAreaField(section["title"], validators=checks)
        # The sections stand first on the page, and so do their mistakes in the summary.
        text.creation_counter = place - len(sections)
        fields[section_field(section["key"])] = text
    return type("SectionedReportForm", (form_class,), fields)


def section_field(key: str) -> str:
    """The field of a section; the prefix keeps keys of templates off the form's own names."""
    return f"section_{key}"


@pages.route("/cases/<number>/report", methods=BOTH, endpoint="report")
@permitted(P.CASE_REPORT)
def report_page(number: str) -> Any:
    """The report, from the tenant's 范文, on its way to the signing leader."""
    case = the_case(number, P.CASE_REPORT)
    sections = reporting.template()
    form = _report_form(case)
    signers = reporting.signers(case)
    form.signer.choices = [("", "请选择"), *((name, name) for name in signers)]

    def submit() -> None:
        if form.signer.data and form.signer.data not in signers:
            raise Refused("请从名单中选择审签领导", "signer")
        attach_all(case, form, part="report")
        reporting.submit(case, _draft(form, sections), **panel.acting(form))

    return panel.answer(
        "report",
        case,
        form,
        submit,
        done="报告已提交，等待审签。审签后办理时限停止。",
        more=lambda: {
            "sections": sections,
            "signers": signers,
            "unit_name": me().unit_name,
            "co_waiting": cohandling.waiting(case),
            "asked": plain(case.wording or case.body, case, me()),
            **about_files(),
        },
    )


@pages.route("/cases/<number>/signature", methods=BOTH, endpoint="signature")
@permitted(P.CASE_SIGN)
def signature_page(number: str) -> Any:
    """审签, or back to the hands that wrote it."""
    case = the_case(number, P.CASE_SIGN)
    form = SignatureForm(version=case.version)
    back = request.form.get("decision") == "unsign"

    def decide() -> None:
        if back:
            reporting.unsign(case, reason=form.reason.data or "", **panel.acting(form))
        else:
            reporting.sign(case, **panel.acting(form))

    done = "已退回修改，原时限继续计算。" if back else "已审签并报结，等待审核。"
    return panel.answer("signature", case, form, decide, done=done, more=lambda: _latest(case))


@pages.route("/cases/<number>/review", methods=BOTH, endpoint="review")
@permitted(P.CASE_REVIEW)
def review_page(number: str) -> Any:
    """审核通过, or 退回重办 with a new clock."""
    case = the_case(number, P.CASE_REVIEW)
    form = ReviewForm(version=case.version)
    back = request.form.get("decision") == "send_back"

    def decide() -> None:
        words = (form.opinion.data or "").strip()
        if back and not words:
            raise Refused("退回重办须写明理由", "opinion")
        if back:
            reporting.send_back(case, reason=words, **panel.acting(form))
        else:
            reporting.approve(case, opinion=words, **panel.acting(form))

    done = "已退回重办，承办单位重新计算办理时限。" if back else "审核通过，下一步回访诉求人。"
    return panel.answer("review", case, form, decide, done=done, more=lambda: _latest(case))


def _report_form(case: Case) -> ReportForm:
    """Empty the first time; a report that came back starts from its last edition."""
    form_class = _section_fields(ReportForm)
    before = next(iter(reporting.editions(case)), None)
    if before is None:
        return form_class(version=case.version, responsible=me().name)
    return form_class(
        version=case.version,
        close_method=before.close_method,
        policy_source=before.policy_source,
        policy_explained=before.policy_explained,
        responsible=before.responsible,
        signer=before.signer,
        **{section_field(part["key"]): part["text"] for part in before.sections},
    )


def _draft(form: ReportForm, sections: list[dict[str, Any]]) -> reporting.Draft:
    texts = {each["key"]: form[section_field(each["key"])].data or "" for each in sections}
    return reporting.Draft(
        texts=texts,
        close_method=form.close_method.data,
        responsible=form.responsible.data or "",
        signer=form.signer.data or "",
        policy_source=form.policy_source.data or "",
        policy_explained=form.policy_explained.data or "",
    )


def _latest(case: Case) -> dict[str, Any]:
    return {"report": next(iter(reporting.editions(case)), None)}
