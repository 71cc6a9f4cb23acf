"""Cases at every stage of the main line, made by the domain's own verbs."""

from __future__ import annotations

from datetime import datetime, timedelta

from minxin import clock
from minxin.cases import dispatch, followup, handling, reach, reporting, screening
from minxin.cases import rating as rating_verbs
from minxin.cases.contacts import Person
from minxin.cases.dispatch import Order
from minxin.cases.followup import Call
from minxin.cases.reporting import Draft
from minxin.cases.screening import Finding
from minxin.extensions import db

PHONE = "13800001234"
TEXTS = {
    "appeal": "群众反映小区门口路灯不亮",
    "inquiry": "到现场核实，情况属实",
    "result": "已更换灯具，恢复照明",
    "contact": "已电话告知诉求人",
}
LINE = ("claimed", "screened", "dispatched", "assigned", "accepted", "handling", "signing",
        "reported", "follow_up", "to_rate", "rated")  # fmt: skip


def entered(cast, subject="小区门口路灯不亮", at: datetime | None = None, **more) -> str:
    """A new case with a phone; its number."""
    person = more.pop("person", Person("王小明", PHONE, "大洼街道幸福里3栋2单元501"))
    with cast.standing("linjing"):
        return cast.enter(subject, at=at, person=person, **more).number


def at_stage(cast, stage: str, *, kind="complaint", co_units=(), **more) -> str:
    """The number of a case that has come as far as `stage` (a word of LINE)."""
    at = more.pop("at", None) or clock.now() - timedelta(hours=1)
    number = entered(cast, at=at, **more)
    for each in LINE[: LINE.index(stage) + 1]:
        who, act = _STEPS[each]
        by = cast.actor(who)
        with cast.standing(who):
            case = reach.find(number, by)
            act(cast, case, {"by": by, "at": at}, kind, co_units)
            db.session.commit()
    return number


def version_of(cast, number: str) -> int:
    return row_of(cast, number).version


def state_of(cast, number: str) -> str:
    return row_of(cast, number).state


def row_of(cast, number: str):
    from minxin.cases.models import Case

    with cast.standing():
        case = db.session.query(Case).filter_by(number=number).one()
        db.session.expunge(case)
        return case


def _screen(cast, case, how, kind, co_units):
    finding = Finding(kind, 3, "路灯不亮", "小区门口路灯已经三天不亮，请尽快修复。", "路灯不亮")
    screening.screen(case, finding, **how)


def _dispatch(cast, case, how, kind, co_units):
    dispatch.dispatch(case, Order(cast.unit("大洼区民心网工作站"), "请核实办理"), **how)


def _assign(cast, case, how, kind, co_units):
    co = tuple(cast.unit(name) for name in co_units)
    dispatch.assign(case, Order(cast.unit("大洼区住建局"), "请现场核实", co), **how)


def _report(cast, case, how, kind, co_units):
    reporting.submit(case, Draft(TEXTS, "solved", "赵阳", "孙立"), **how)


_STEPS = {
    "claimed": ("linjing", lambda cast, case, how, *_: screening.claim(case, **how)),
    "screened": ("linjing", _screen),
    "dispatched": ("linjing", _dispatch),
    "assigned": ("mengyan", _assign),
    "accepted": ("zhaoyang", lambda cast, case, how, *_: handling.accept(case, **how)),
    "handling": (
        "zhaoyang",
        lambda cast, case, how, *_: handling.enter_log(case, "已到现场", **how),
    ),
    "signing": ("zhaoyang", _report),
    "reported": ("sunli", lambda cast, case, how, *_: reporting.sign(case, **how)),
    "follow_up": (
        "linjing",
        lambda cast, case, how, *_: reporting.approve(case, opinion="属实", **how),
    ),
    "to_rate": (
        "linjing",
        lambda cast, case, how, *_: followup.record(
            case, Call("reached", "已修好", True, True, 4), **how
        ),
    ),
    "rated": (
        "linjing",
        lambda cast, case, how, *_: rating_verbs.rate(case, stars=5, opinion="办理及时", **how),
    ),
}
