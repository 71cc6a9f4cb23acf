"""What follows from an event: the right people are told once, and the citizen's page is written."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from minxin import reactions
from minxin.cases import tracking
from minxin.cases.models import CaseEvent, Tracking
from minxin.clock import SHANGHAI
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.people.models import User
from tests.cases.asking import STREET, Question, staff_the_street
from tests.cases.walking import Walk

AT = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
PHONE = "13800005678"


@pytest.fixture
def react(panjin):
    """Run what follows from the newest event of a name, as the worker would."""

    def run(name: str, times: int = 1) -> None:
        with panjin.standing():
            event_id = db.session.scalar(
                select(CaseEvent.id).where(CaseEvent.name == name).order_by(CaseEvent.id.desc())
            )
            for _ in range(times):
                reactions.react(event_id, at=AT)
                db.session.commit()

    return run


def told(panjin, words: str = "") -> list[str]:
    with panjin.standing():
        query = select(User.name).join(Notice, Notice.user_id == User.id)
        return sorted(db.session.scalars(query.where(Notice.text.contains(words))))


def test_a_dispatch_tells_the_unit(panjin, react):
    Walk(panjin, AT).dispatched("大洼区民心网工作站", at=AT)
    react("dispatch")
    assert told(panjin, "请及时签收") == ["孟岩"]


def test_an_assignment_tells_main_and_co_handling_units_but_not_their_heads(panjin, react):
    walk = Walk(panjin, AT).dispatched("大洼区民心网工作站", at=AT)
    react("dispatch")
    walk.assigned("大洼区住建局", at=AT + timedelta(hours=1), co=["大洼区城管局"])
    react("assign")
    assert told(panjin) == sorted(["孟岩", "赵阳", "钱进", "周宁"])


def test_a_report_tells_the_leader_who_signs(panjin, react):
    walk = Walk(panjin, AT).dispatched("大洼区民心网工作站", at=AT)
    walk.assigned("大洼区住建局", at=AT).reported(at=AT)
    react("report")
    assert told(panjin, "审签") == ["孙立"]


def test_a_report_sent_back_tells_who_handles_it(panjin, react):
    walk = Walk(panjin, AT).dispatched("大洼区民心网工作站", at=AT)
    walk.assigned("大洼区住建局", at=AT).reported(at=AT).signed(at=AT)
    walk.sent_back(f"请先联系王小明（{PHONE}）再报", at=AT)
    react("send_back")
    assert told(panjin, "退回重办") == sorted(["赵阳", "钱进"])


def test_a_notice_never_holds_personal_data(panjin, react):
    walk = Walk(panjin, AT, subject=f"王小明家{PHONE}门口路灯不亮")
    walk.dispatched("大洼区民心网工作站", at=AT).assigned("大洼区住建局", at=AT)
    walk.reported(at=AT).signed(at=AT).sent_back(f"请联系王小明（{PHONE}）", at=AT)
    for name in ("dispatch", "assign", "report", "send_back"):
        react(name)
    with panjin.standing():
        texts = list(db.session.scalars(select(Notice.text)))
        assert texts
        assert not [text for text in texts if PHONE in text or "王小明" in text]
        assert all(walk.number in text for text in texts)


def test_a_reaction_that_runs_again_tells_nobody_twice(panjin, react):
    Walk(panjin, AT).dispatched("大洼区住建局", at=AT)
    react("dispatch", times=3)
    assert told(panjin) == sorted(["赵阳", "钱进"])


def test_people_who_left_are_not_told(panjin, react):
    with panjin.standing():
        gone = db.session.scalars(select(User).where(User.username == "qianjin")).one()
        gone.active = False
        db.session.commit()
    Walk(panjin, AT).dispatched("大洼区住建局", at=AT)
    react("dispatch")
    assert told(panjin) == ["赵阳"]


def test_the_citizens_page_follows_the_case(panjin, react):
    walk = Walk(panjin, AT)
    with panjin.standing():
        tracking.open_for(walk.case(), at=AT)
        db.session.commit()
    walk.dispatched("大洼区住建局", at=AT)
    react("dispatch", times=2)
    with panjin.standing():
        page = db.session.scalars(select(Tracking)).one()
        assert page.state == "dispatched"
        assert page.tenant_id == panjin.tenant("dawa")
        assert page.steps[-1]["unit"] == "大洼区住建局"
        steps = [step["label"] for step in page.steps]
        assert len(steps) == len(set(steps))


def test_internal_events_do_not_reach_the_citizens_page(panjin, react):
    walk = Walk(panjin, AT)
    with panjin.standing():
        tracking.open_for(walk.case(), at=AT)
        db.session.commit()
    walk.dispatched("大洼区住建局", at=AT).reported(at=AT)
    react("report")
    react("enter_log")
    with panjin.standing():
        page = db.session.scalars(select(Tracking)).one()
        assert "规范定性" not in str(page.steps)
        assert "记录办理" not in str(page.steps)


def test_an_event_out_of_sight_leads_to_nothing(panjin):
    Walk(panjin, AT).dispatched("大洼区住建局", at=AT)
    with panjin.standing():
        event_id = db.session.scalar(select(CaseEvent.id).where(CaseEvent.name == "dispatch"))
    with panjin.standing("zhengtao"):
        reactions.react(event_id, at=AT)
        db.session.commit()
    assert told(panjin) == []


def test_a_question_tells_the_unit_by_when_it_answers(panjin, react):
    Question(panjin, AT).asked("市城管局", at=AT)
    react("ask", times=2)
    assert told(panjin, "11月27日 24:00前答复或分转") == ["冯雪"]


def test_passed_on_it_tells_the_next_unit_and_the_second_time_the_office(panjin, react):
    staff_the_street(panjin)
    item = Question(panjin, AT).asked("市城管局", at=AT)
    item.forwarded("fengxue", "兴隆台区住建局", at=AT + timedelta(hours=1))
    react("forward")
    assert told(panjin, "收到网络回应人诉求问题") == ["郑涛"]
    assert told(panjin, "爱心件") == []
    item.forwarded("zhengtao", STREET, at=AT + timedelta(hours=2))
    react("forward", times=2)
    assert told(panjin, "收到网络回应人诉求问题") == sorted(["郑涛", "许岚"])
    assert told(panjin, "爱心件") == sorted(["林静", "何军", "高远"])


def test_a_judgement_tells_the_unit_its_level_and_not_the_words(panjin, react):
    item = Question(panjin, AT).asked("市城管局", at=AT).answered("fengxue", at=AT)
    item.judged(2, f"请打{PHONE}再说", at=AT + timedelta(hours=1))
    react("judge")
    assert told(panjin, "不满意") == sorted(["冯雪", "蒋波"])
    assert told(panjin, PHONE) == []
