"""Scenario S4 whole: 跨年 不满意 → 督办 → 二次督办 → 专报 (the turn of the year, and 调休)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from minxin import reactions
from minxin.cases import followup, messages, overdue, reporting
from minxin.cases.followup import Call
from minxin.cases.models import Clock
from minxin.clock import SHANGHAI
from minxin.documents import numbering, recipients
from minxin.errors import Refused
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.people.models import Post, Responder, Unit
from minxin.supervision import answering
from minxin.supervision.answering import Verdict
from minxin.supervision.ladder import Ground, Rung
from tests.supervision import supervised
from tests.supervision.supervised import SINCE, Watched, lead

OF, STATION = "大洼区住建局", "大洼区民心网工作站"
FOUND_FALSE = "1月8日回访诉求人，路灯仍不亮"


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    year = 2025 if month == 12 else 2026
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def midnight(month: int, day: int) -> datetime:
    return at(month, day, 0).astimezone(UTC)


@pytest.fixture
def case(panjin) -> Watched:
    """报结 2025-12-22; 回访 12-24 10:00 不满意; passed on to the unit the same hour."""
    with panjin.standing():  # its people were in post in 2025 already
        for held in (Unit, Responder, Post):
            db.session.execute(update(held).values(valid_from=SINCE))
        db.session.commit()
    walk = Watched(panjin, at(12, 10))
    walk.dispatched(STATION, at=at(12, 10)).assigned(OF, at=at(12, 10))
    walk.reported(at=at(12, 22)).signed(at=at(12, 22, 10))

    def called(case, by) -> None:
        reporting.approve(case, opinion="转回访", by=by, at=at(12, 23))
        said = Call("reached", "路灯没有修好", True, True, 2)
        followup.record(case, said, by=by, at=at(12, 24, 10))
        message = messages.first(case, "pending")
        messages.pass_on(case, message.id, "请核实答复", by=by, at=at(12, 24, 10))

    walk._at("linjing", called)
    return walk


def swept(walk: Watched, when: datetime) -> None:
    with walk.cast.standing():
        overdue.sweep(when)
        db.session.commit()
    supervised.swept(walk.cast, when)


def facts(walk: Watched) -> list[tuple[str, str]]:
    return [(each.article, each.payload["on"]) for each in walk.events("score_fact")]


def test_no_answer_by_sunday_midnight_proposes_a_notice_and_keeps_the_fact(panjin, case):
    with panjin.standing():
        reply = db.session.scalars(select(Clock).where(Clock.rule_key == "message")).one()
        assert reply.due_at == midnight(12, 29), "12-28 24:00, a Sunday"
    swept(case, at(12, 28, 23, 59))
    with panjin.standing():
        assert case.proposals() == []
    swept(case, at(12, 29, 0, 1))
    swept(case, at(12, 29, 0, 2))
    with panjin.standing():
        (proposal,) = case.proposals()
        assert (proposal.rung, proposal.ground) == (Rung.NOTICE, Ground.DISSATISFIED)
        assert facts(case) == [("第十三条（四）", "2025-12-29")], "Q4 2025"


def test_five_workdays_over_new_year_count_the_sunday_that_is_worked(panjin, case):
    case.supervised(ground=Ground.DISSATISFIED, at=at(12, 29))
    with panjin.standing():
        (rung,) = case.rungs()
        assert rung.due_at == midnight(1, 7), "12-30, 12-31, 01-04 (补班), 01-05, 01-06 24:00"
        assert case.paper().due_at == rung.due_at
        assert numbering.number(case.paper()) == "〔2025〕1号"


def second(case: Watched) -> Watched:
    """Answered on 01-06 “已修复”; the call of 01-08 finds it false; 二次督办 of that day."""
    case.supervised(ground=Ground.DISSATISFIED, at=at(12, 29))
    case.answered("已修复", at=at(1, 6, 15))
    case.reviewed(Verdict.FALSE, FOUND_FALSE, "回复与事实不符", at=at(1, 8))
    swept(case, at(1, 8, 9, 5))
    with case.cast.standing():
        assert [(each.rung, each.ground) for each in case.proposals()] == [
            (Rung.SECOND, Ground.FALSE)
        ]
    return case.supervised(Rung.SECOND, Ground.FALSE, at=at(1, 8, 10))


def test_a_false_answer_leads_to_the_second_rung_and_to_two_facts_of_the_new_quarter(panjin, case):
    second(case)
    with panjin.standing():
        first, again = case.rungs()
        assert (first.state, again.state) == ("false", "open")
        assert [each.late for each in answering.replies(first)] == [False], "01-06 was in time"
        assert again.due_at == midnight(1, 14), "01-09, 01-12, 01-13 24:00"
        assert again.first_id == first.id
        assert facts(case) == [
            ("第十三条（四）", "2025-12-29"),
            ("第十三条（二）", "2026-01-08"),
            ("第十七条（四）", "2026-01-08"),
        ], "nothing is decided by them"
        assert numbering.number(case.paper()) == "〔2026〕1号", "the year's first notice"


@pytest.fixture
def led(panjin, case):
    lead(panjin, OF, "chief", "周正", "局长", at=at(12, 1))
    lead(panjin, STATION, "superior", "韩秋", "区长", at=at(12, 1))
    return second(case)


def silent(case: Watched, **more) -> Watched:
    """Nobody answers the second rung: the bulletin is the next."""
    swept(case, at(1, 14, 0, 1))
    with case.cast.standing():
        assert [each.rung for each in case.proposals()] == [Rung.BULLETIN]
    return case.supervised(Rung.BULLETIN, Ground.UNANSWERED, at=at(1, 14, 11), **more)


def test_the_bulletin_is_the_years_first_and_goes_to_both_leaders(panjin, led):
    silent(led)
    with panjin.standing():
        paper = led.paper()
        assert numbering.number(paper) == "〔2026〕第1期"
        to = [(each.part, each.name) for each in recipients.read(paper.recipients)]
        assert to == [("to", "周正"), ("report", "韩秋")]
        *_, again, bulletin = led.rungs()
        assert (again.state, bulletin.state) == ("unanswered", "open")
        text = paper.words["text"]
        for said in ("已修复", "回复失实", "二次督办逾期未回复", "三、存在问题", "【时限】"):
            assert said in text, said


def test_what_is_grave_goes_to_the_citys_leaders_as_well_once_a_leader_has_signed(panjin, led):
    lead(panjin, "市政府", "city_leader", "顾城", "市长", at=at(12, 1))
    with pytest.raises(Refused, match="情节严重须经分管领导签批"):
        led.wished(Rung.BULLETIN, Ground.UNANSWERED, at=at(1, 14), grave=True)
    silent(led, grave=True, signed_leader="秦川副市长")
    with panjin.standing():
        named = [each.name for each in recipients.read(led.paper().recipients)]
        assert named == ["周正", "韩秋", "顾城"]
        assert led.events("supervise_bulletin")[0].payload["grave"]


def test_the_units_leader_is_told_of_each_rung_and_of_what_was_found(panjin, led):
    silent(led)
    with panjin.standing():
        for name in ("supervise", "answer_supervision", "reject_supervision", "supervise_again"):
            for event in led.events(name):
                reactions.react(event.id, at=at(1, 14, 12))
        db.session.commit()
        query = select(Notice.text).where(Notice.user_id == panjin.actor("sunli").user_id)
        told = [text.removeprefix(led.number).strip() for text in db.session.scalars(query)]
        assert "收到督办通知单，请在1月6日 24:00前回复" in told
        assert "督办回复经核查不予认可，请查看意见" in told
