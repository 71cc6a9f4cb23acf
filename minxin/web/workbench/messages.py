"""群众留言 on the workbench: taken down, judged, passed to the unit, answered."""

from __future__ import annotations

from typing import Any

from flask import request
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin.access.permissions import Permission as P
from minxin.cases import messages
from minxin.cases.messages import Kind, Message, Words
from minxin.cases.models import Case
from minxin.cases.states import SATISFACTION
from minxin.web.forms import CaseForm
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages, panel
from minxin.web.workbench.acts import ACTS
from minxin.web.workbench.case_sheet import plain
from minxin.web.workbench.screening import BOTH

OPINIONS = ("请核实情况，4日内答复诉求人。", "请与诉求人联系，说明情况并妥善处理。")


def _most(limit: int, name: str) -> Length:
    return Length(max=limit, message=f"{name}不能超过{limit}个字")


class EntryForm(CaseForm):
    """What a citizen told staff."""

    kind = RadioField(
        "留言类型",
        choices=[(each.value, each.label) for each in Kind],
        validators=[DataRequired("请选择留言类型")],
    )
    text = TextAreaField(
        "留言内容",
        validators=[DataRequired("请填写留言"), _most(messages.TEXT_LIMIT, "留言")],
    )


class DecisionForm(CaseForm):
    """What is to become of a message."""

    message_id = HiddenField()
    text = TextAreaField("意见或者答复", validators=[_most(messages.REPLY_LIMIT, "意见")])


class AnswerForm(CaseForm):
    """The unit's answer, which the citizen reads."""

    message_id = HiddenField()
    text = TextAreaField(
        "答复",
        validators=[DataRequired("请填写答复"), _most(messages.REPLY_LIMIT, "答复")],
    )


@pages.route("/cases/<number>/message-entry", methods=BOTH, endpoint="message_entry")
@permitted(P.MESSAGE_PASS)
def message_entry_page(number: str) -> Any:
    """登记留言, of a call or a visit."""
    case = the_case(number, P.MESSAGE_PASS)
    form = EntryForm(version=case.version)

    def put() -> None:
        acting = panel.acting(form)
        words = Words(form.kind.data or "", form.text.data or "")
        messages.put(case, words, origin="staff", by=acting["by"], at=acting["at"])

    return panel.answer("message_entry", case, form, put, done="留言已登记，请判定是否有效并处理。")


@pages.route("/cases/<number>/message", methods=BOTH, endpoint="message")
@permitted(P.MESSAGE_PASS)
def message_page(number: str) -> Any:
    """Decide on the oldest message that waits: to the unit, answered here, or none."""
    case = the_case(number, P.MESSAGE_PASS)
    waiting = messages.first(case, "pending")
    form = DecisionForm(version=case.version, message_id=str(waiting.id) if waiting else "")
    if request.method == "GET" and waiting is None:
        return panel.show(ACTS["message"], case, form, status=409, blocked="没有待处理的留言")
    decision = request.form.get("decision", "pass")

    def decide() -> None:
        text = form.text.data or ""
        if decision == "pass":
            messages.pass_on(case, _id(form), text, **panel.acting(form))
        else:
            valid = decision == "reply"
            messages.settle(case, _id(form), text, valid=valid, **panel.acting(form))

    done = {
        "pass": "留言已转承办单位，4日内答复。",
        "reply": "已答复诉求人，可在进度页看到。",
    }.get(decision, "已判定为无效留言。")
    return panel.answer(
        "message",
        case,
        form,
        decide,
        done=done,
        more=lambda: {"message": _shown(waiting, case), "phrases": OPINIONS},
    )


@pages.route("/cases/<number>/message-answer", methods=BOTH, endpoint="message_answer")
@permitted(P.MESSAGE_ANSWER)
def message_answer_page(number: str) -> Any:
    """答复留言, by the unit."""
    case = the_case(number, P.MESSAGE_ANSWER)
    waiting = messages.first(case, "passed")
    form = AnswerForm(version=case.version, message_id=str(waiting.id) if waiting else "")
    if request.method == "GET" and waiting is None:
        act = ACTS["message_answer"]
        return panel.show(act, case, form, status=409, blocked="没有待答复的留言")
    return panel.answer(
        "message_answer",
        case,
        form,
        lambda: messages.answer(case, _id(form), form.text.data or "", **panel.acting(form)),
        done="留言已答复，诉求人可在进度页看到。",
        more=lambda: {"message": _shown(waiting, case)},
    )


def _id(form: DecisionForm | AnswerForm) -> int:
    value = form.message_id.data or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0


def _shown(message: Message | None, case: Case) -> dict[str, Any] | None:
    if message is None:
        return None
    return {
        "kind": Kind(message.kind).label,
        "text": plain(message.text, case, me()),
        "at": message.received_at,
        "level": SATISFACTION.get(message.satisfaction or 0, ""),
        "opinion": plain(message.opinion, case, me()),
    }
