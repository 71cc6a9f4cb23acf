"""The main line by the domain's own verbs: from an entry to a closed case."""

from datetime import datetime

from minxin.cases import closing, dispatch, followup, handling, rating, reporting, screening
from minxin.cases.dispatch import Order
from minxin.cases.followup import Call
from minxin.cases.reporting import Draft
from minxin.cases.screening import Finding
from minxin.cases.states import State
from minxin.clock import SHANGHAI
from minxin.extensions import db

TEXTS = {
    "appeal": "群众反映小区门口路灯不亮",
    "inquiry": "11月23日到现场核实，情况属实",
    "result": "已更换灯具，恢复照明",
    "contact": "11月24日电话告知诉求人",
}


def test_a_case_goes_from_entry_to_closing(panjin):
    at = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
    clerk, station, unit, head = (
        panjin.actor(name) for name in ("linjing", "mengyan", "zhaoyang", "sunli")
    )
    with panjin.standing("linjing"):
        case = panjin.enter(at=at)
        screening.claim(case, by=clerk, at=at)
        screening.screen(
            case,
            Finding("complaint", 3, "路灯不亮", "大洼街道某小区门口路灯不亮", "路灯不亮"),
            by=clerk,
            at=at,
        )
        dispatch.dispatch(
            case, Order(panjin.unit("大洼区民心网工作站"), "请核实办理"), by=clerk, at=at
        )
        db.session.commit()
        case_id, number = case.id, case.number
    from minxin.cases.reach import find

    with panjin.standing("mengyan"):
        case = find(number, station)
        assert case.tenant_id == panjin.tenant("dawa")
        dispatch.assign(case, Order(panjin.unit("大洼区住建局"), "请办理"), by=station, at=at)
        db.session.commit()
    with panjin.standing("zhaoyang"):
        case = find(number, unit)
        handling.accept(case, by=unit, at=at)
        handling.enter_log(case, "已到现场", by=unit, at=at)
        reporting.submit(case, Draft(TEXTS, "solved", "赵阳", "孙立"), by=unit, at=at)
        db.session.commit()
        reporting.sign(case, by=head, at=at)
        db.session.commit()
    with panjin.standing("linjing"):
        case = find(number, clerk)
        reporting.approve(case, opinion="属实", by=clerk, at=at)
        followup.record(case, Call("reached", "已修好", True, True, 4), by=clerk, at=at)
        rating.rate(case, stars=5, opinion="办理及时", by=clerk, at=at)
        closing.close(case, method="solved", by=clerk, at=at)
        db.session.commit()
        assert case.id == case_id
        assert case.state == State.CLOSED
