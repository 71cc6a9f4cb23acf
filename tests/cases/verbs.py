"""Every move by its verb, with what it asks for drawn at random: for walks of random lives.

A verb is given the life (its case, its instant, its cast), the case as its maker sees it, who makes
it, and Hypothesis' data.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import select

from minxin.cases import (
    appraising,
    asking,
    choosing,
    closing,
    cohandling,
    consulting,
    dispatch,
    extensions,
    feedback,
    flagging,
    followup,
    handling,
    instructions,
    judging,
    leaders,
    merging,
    messages,
    origins,
    promises,
    questions,
    rating,
    reopening,
    reporting,
    returns,
    ruling,
    screening,
)
from minxin.cases.appraising import View
from minxin.cases.consulting import Notice
from minxin.cases.dispatch import Order
from minxin.cases.extensions import Decision, Wish
from minxin.cases.followup import CONCLUDING, Call
from minxin.cases.instructions import Instruction, OnPaper
from minxin.cases.messages import Words
from minxin.cases.models import Case
from minxin.cases.promises import Vow
from minxin.cases.questions import Onward
from minxin.cases.reporting import Draft
from minxin.cases.returns import Claim
from minxin.cases.ruling import Judgment
from minxin.cases.screening import Finding
from minxin.cases.states import CallOutcome, RefusalGround
from minxin.clock import local
from minxin.extensions import db
from minxin.people.actor import SYSTEM, Actor
from minxin.supervision import answering, opening, urging
from minxin.supervision.answering import Verdict
from minxin.supervision.ladder import Ground, Rung
from minxin.supervision.urging import Meeting
from minxin.tenancy import custody
from tests.cases.walking import REPORT

UNITS = ("大洼区民心网工作站", "大洼区住建局", "大洼区城管局", "兴隆台区住建局", "市城管局")
VERBS: dict[str, Callable[[Any, Case, Actor, Any], object]] = {}


def verb(function: Callable[[Any, Case, Actor, Any], object]):
    VERBS[function.__name__] = function
    return function


def _unit(life: Any, data: Any, names: tuple[str, ...] = UNITS) -> int:
    return life.cast.unit(data.draw(st.sampled_from(names)))


@verb
def claim(life, case, by, data):
    screening.claim(case, by=by, at=life.at)


@verb
def ask_return(life, case, by, data):
    ground = data.draw(st.sampled_from(["duty", "unclear"]))
    returns.ask(case, Claim(ground, "三定规定第二条", "不属本单位职责"), by=by, at=life.at)


@verb
def take_back(life, case, by, data):
    returns.take_back(case, "同意", by=by, at=life.at)


VERBS["take_back_here"] = take_back


@verb
def refuse_return(life, case, by, data):
    returns.refuse(case, "属本单位职责", by=by, at=life.at)


@verb
def dispute(life, case, by, data):
    returns.dispute(case, "职责确不在本单位", by=by, at=life.at)


@verb
def rule(life, case, by, data):
    ruling.rule(case, Judgment(_unit(life, data), "按属地管理办理"), by=by, at=life.at)


@verb
def answer_co(life, case, by, data):
    cohandling.answer(case, "已配合现场核实", by=by, at=life.at)


@verb
def consult(life, case, by, data):
    notice = Notice("路灯不亮", "某路路灯不亮", "已更换灯具", confirmed=True)
    consulting.consult(case, notice, by=by, at=life.at)


@verb
def stop_consultation(life, case, by, data):
    consulting.stop(case, "诉求人补充了电话", by=by, at=life.at)


@verb
def end_consultation(life, case, by, data):
    consulting.end(case, "没有收到意见", by=by, at=life.at)


@verb
def appraise(life, case, by, data):
    view = View(data.draw(st.integers(1, 5)), True, True, "来电评价")
    appraising.appraise(case, view, by=by, at=life.at)


@verb
def waive(life, case, by, data):
    followup.waive(case, "确实无法核实", by=by, at=life.at)


def _message(life, case, by) -> int:
    found = messages.first(case, "pending") or messages.first(case, "passed")
    return found.id if found else 0


@verb
def pass_message(life, case, by, data):
    if messages.first(case, "pending") is None and data.draw(st.booleans()):
        messages.put(case, Words("unhappy", "又不亮了"), origin="staff", by=SYSTEM, at=life.at)
    messages.pass_on(case, _message(life, case, by), "请核实", by=by, at=life.at)


def _first(given):
    return next((each.id for each in given), None)


@verb
def report_back(life, case, by, data):
    feedback.report_back(case, _first(feedback.unanswered(case)), "已办结", by=by, at=life.at)


@verb
def read_feedback(life, case, by, data):
    query = select(Instruction).where(
        Instruction.case_id == case.id,
        Instruction.feedback_at.is_not(None),
        Instruction.read_at.is_(None),
    )
    feedback.read(case, _first(db.session.scalars(query)), by=by, at=life.at)


@verb
def enter_reading(life, case, by, data):
    feedback.enter_reading(case, _first(feedback.unread(case)), "当面送阅", by=by, at=life.at)


def _supervised(case, rung, by, at):
    """A 督办件 opened as its paper would: drafted, then issued."""
    wish = opening.Wish(rung, Ground.UNANSWERED, "请核实整改", rung is Rung.BULLETIN, "秦川")
    made = opening.draft(case, wish, by=by, at=at)
    opening.open_(made, "〔2026〕1号", by=by, at=at)


@verb
def supervise(life, case, by, data):
    _supervised(case, Rung.NOTICE, by, life.at)


@verb
def supervise_again(life, case, by, data):
    _supervised(case, Rung.SECOND, by, life.at)


@verb
def supervise_bulletin(life, case, by, data):
    _supervised(case, Rung.BULLETIN, by, life.at)


@verb
def answer_supervision(life, case, by, data):
    answering.answer(case, "已整改", "赵阳", by=by, at=life.at)


def _found(verdict):
    def review(life, case, by, data):
        answering.review(case, verdict, "现场核查", "与回复不符", by=by, at=life.at)

    return review


VERBS["accept_supervision"] = _found(Verdict.ACCEPTED)
VERBS["return_supervision"] = _found(Verdict.SENT_BACK)
VERBS["reject_supervision"] = _found(Verdict.FALSE)


@verb
def urge(life, case, by, data):
    urging.urge(case, "请尽快办理", by=by, at=life.at)


@verb
def talk(life, case, by, data):
    meeting = Meeting(local(life.at).date(), "孙立", "说明了情况")
    urging.talk(case, meeting, by=by, at=life.at)


@verb
def settle_message(life, case, by, data):
    valid = data.draw(st.booleans())
    messages.settle(case, _message(life, case, by), "已知悉", valid=valid, by=by, at=life.at)


@verb
def answer_message(life, case, by, data):
    messages.answer(case, _message(life, case, by), "已重新修好", by=by, at=life.at)


@verb
def ask_reopening(life, case, by, data):
    reopening.ask(case, "问题又出现了", by=by, at=life.at)


@verb
def reopen(life, case, by, data):
    reopening.reopen(case, Order(_unit(life, data), "请重新办理"), by=by, at=life.at)


@verb
def refuse_reopening(life, case, by, data):
    reopening.refuse(case, "已经办结", by=by, at=life.at)


@verb
def track(life, case, by, data):
    days = data.draw(st.integers(1, 40))
    vow = Vow("明年更换", local(life.at).date() + timedelta(days=days), None, "工期调整")
    promises.track(case, vow, by=by, at=life.at)


@verb
def review_promise(life, case, by, data):
    promises.review(case, "正在施工", None, by=by, at=life.at)


@verb
def fulfil(life, case, by, data):
    promises.fulfil(case, "已更换", by=by, at=life.at)


@verb
def choose(life, case, by, data):
    choosing.choose(case, "典型", by=by, at=life.at)


@verb
def unchoose(life, case, by, data):
    choosing.drop(case, "不再跟踪", by=by, at=life.at)


@verb
def enter_provincial_stars(life, case, by, data):
    origins.enter_stars(case, data.draw(st.integers(0, 10)), by=by, at=life.at)


@verb
def merge(life, case, by, data):
    merging.merge(case, data.draw(st.sampled_from(life.others)), "同一问题", by=by, at=life.at)


@verb
def split(life, case, by, data):
    merging.split(case, "另有新问题", by=by, at=life.at)


@verb
def release(life, case, by, data):
    screening.release(case, reason="不属本人承办", by=by, at=life.at)


@verb
def screen(life, case, by, data):
    kind = data.draw(st.sampled_from(["consult", "complaint", "help"]))
    urgency = data.draw(st.sampled_from(["normal", "urgent", "critical"]))
    track = data.draw(st.sampled_from(["appeal", "question"]))
    texts = ("路灯不亮", "小区门口路灯不亮", "路灯不亮")
    finding = Finding(kind, 3, *texts, urgency, track=track)
    screening.screen(case, finding, by=by, at=life.at)


@verb
def refuse(life, case, by, data):
    screening.refuse(case, ground=RefusalGround.OUTSIDE, reason="外市事项", by=by, at=life.at)


@verb
def send(life, case, by, data):
    co = [_unit(life, data)] if data.draw(st.booleans()) else []
    dispatch.dispatch(case, Order(_unit(life, data), "请核实办理", co), by=by, at=life.at)


VERBS["dispatch"] = VERBS.pop("send")


@verb
def ask(life, case, by, data):
    questions.ask(case, Order(_unit(life, data), "请答复"), by=by, at=life.at)


@verb
def forward(life, case, by, data):
    again = data.draw(st.sampled_from(["", "职责分工第五条"]))
    onward = Onward(_unit(life, data), "不属本单位职责", again)
    with custody.across(case.id):
        questions.forward(case, onward, by=by, at=life.at)
        db.session.commit()


@verb
def answer(life, case, by, data):
    text = data.draw(st.sampled_from(["请到窗口办理", "请联系13800001234"]))
    questions.answer(case, text, by=by, at=life.at, checked=data.draw(st.booleans()))


@verb
def judge(life, case, by, data):
    judging.judge(case, data.draw(st.integers(1, 5)), "来电评价", by=by, at=life.at)


@verb
def archive(life, case, by, data):
    judging.archive(case, "期满未评价", by=by, at=life.at)


@verb
def assign(life, case, by, data):
    dispatch.assign(case, Order(_unit(life, data), "请办理"), by=by, at=life.at)


@verb
def accept(life, case, by, data):
    handling.accept(case, by=by, at=life.at)


@verb
def enter_log(life, case, by, data):
    handling.enter_log(case, "已到现场", by=by, at=life.at)


@verb
def enter_co_log(life, case, by, data):
    handling.enter_log(case, "已派人配合", by=by, at=life.at)


@verb
def ask_extension(life, case, by, data):
    again = data.draw(st.sampled_from(["", "连降暴雪"]))
    wish = Wish(data.draw(st.integers(1, 6)), "雨天无法施工", again)
    extensions.ask(case, wish, by=by, at=life.at)


@verb
def grant_extension(life, case, by, data):
    decision = Decision(data.draw(st.integers(1, 6)), "同意", "因雨停工")
    extensions.grant(case, decision, by=by, at=life.at)


@verb
def refuse_extension(life, case, by, data):
    extensions.refuse(case, "理由不足", by=by, at=life.at)


@verb
def flag(life, case, by, data):
    urgency = data.draw(st.sampled_from(["urgent", "critical"]))
    flagging.flag(case, "路面塌陷", urgency, by=by, at=life.at)


@verb
def unflag(life, case, by, data):
    flagging.unflag(case, "已排险", by=by, at=life.at)


def _leader(life, data):
    return data.draw(st.sampled_from(leaders.choices(life.at) or [None]))


@verb
def request_instruction(life, case, by, data):
    asking.request(case, _leader(life, data), "请批示", by=by, at=life.at)


@verb
def instruct(life, case, by, data):
    instructions.instruct(case, "请抓紧办理", by=by, at=life.at)


@verb
def enter_instruction(life, case, by, data):
    paper = OnPaper(_leader(life, data), local(life.at).date(), "请抓紧办理")
    instructions.enter(case, paper, by=by, at=life.at)


@verb
def report(life, case, by, data):
    draft = Draft(
        REPORT, "solved", "赵阳", "孙立", co_reason=data.draw(st.sampled_from(["", "已催"]))
    )
    reporting.submit(case, draft, by=by, at=life.at)


@verb
def sign(life, case, by, data):
    reporting.sign(case, by=by, at=life.at)


@verb
def unsign(life, case, by, data):
    reporting.unsign(case, reason="请补充", by=by, at=life.at)


@verb
def send_back(life, case, by, data):
    reporting.send_back(case, reason="未说明结果", by=by, at=life.at)


@verb
def approve(life, case, by, data):
    reporting.approve(case, opinion="属实", by=by, at=life.at)


def _call(life, case, by, data, outcomes):
    outcome = data.draw(st.sampled_from(sorted(outcomes)))
    level = data.draw(st.integers(1, 5)) if outcome == CallOutcome.REACHED else None
    answers = (True, level > 2, level) if level else (None, None, None)
    followup.record(case, Call(outcome, "已核实", *answers), by=by, at=life.at)


@verb
def attempt(life, case, by, data):
    _call(life, case, by, data, set(CallOutcome) - CONCLUDING)


@verb
def follow_up(life, case, by, data):
    _call(life, case, by, data, CONCLUDING)


@verb
def rate(life, case, by, data):
    rating.rate(case, stars=data.draw(st.integers(0, 10)), opinion="及时", by=by, at=life.at)


@verb
def close(life, case, by, data):
    closing.close(case, method="solved", by=by, at=life.at)


@verb
def withdraw(life, case, by, data):
    closing.withdraw(case, reason="已自行解决", by=by, at=life.at)
