"""A case walked by the product's own verbs, by the right people, to wherever a test begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from minxin.cases import closing, dispatch, followup, handling, rating, reach, reporting, screening
from minxin.cases.dispatch import Order
from minxin.cases.followup import Call
from minxin.cases.models import Case
from minxin.cases.reporting import Draft
from minxin.cases.screening import Finding
from minxin.extensions import db

REPORT = {
    "appeal": "群众反映小区门口路灯不亮",
    "inquiry": "到现场核实，情况属实",
    "result": "已更换灯具，恢复照明",
    "contact": "电话告知诉求人",
}


class Walk:
    """One case on its way; each step is committed. `number` is the case's."""

    def __init__(self, cast, at: datetime, **appeal) -> None:
        self.cast = cast
        with cast.standing("linjing"):
            self.number = cast.enter(at=at, **appeal).number

    def _at(self, username: str, step) -> None:
        with self.cast.standing(username):
            case = reach.find(self.number, self.cast.actor(username))
            assert case is not None, f"{username} cannot see the case"
            step(case, self.cast.actor(username))
            db.session.commit()

    def case(self) -> Case:
        """The case; stand as the city's login."""
        return db.session.query(Case).filter_by(number=self.number).one()

    def dispatched(self, unit: str, *, at: datetime, co: Sequence[str] = (), kind="complaint"):
        def step(case: Case, by) -> None:
            screening.claim(case, by=by, at=at)
            finding = Finding(kind, 3, "路灯不亮", "小区门口路灯不亮", "路灯不亮")
            screening.screen(case, finding, by=by, at=at)
            others = [self.cast.unit(name) for name in co]
            order = Order(self.cast.unit(unit), "请核实办理", others)
            dispatch.dispatch(case, order, by=by, at=at)

        self._at("linjing", step)
        return self

    def assigned(self, unit: str, *, at: datetime, by: str = "mengyan", co: Sequence[str] = ()):
        order = Order(self.cast.unit(unit), "请办理", [self.cast.unit(name) for name in co])
        self._at(by, lambda case, me: dispatch.assign(case, order, by=me, at=at))
        return self

    def reported(self, by: str = "zhaoyang", *, at: datetime):
        def step(case: Case, me) -> None:
            handling.accept(case, by=me, at=at)
            handling.enter_log(case, "已到现场", by=me, at=at)
            reporting.submit(
                case, Draft(REPORT, "solved", "赵阳", "孙立", co_reason="已电话核实"), by=me, at=at
            )

        self._at(by, step)
        return self

    def signed(self, by: str = "sunli", *, at: datetime):
        self._at(by, lambda case, me: reporting.sign(case, by=me, at=at))
        return self

    def sent_back(self, reason: str, by: str = "linjing", *, at: datetime):
        self._at(by, lambda case, me: reporting.send_back(case, reason=reason, by=me, at=at))
        return self

    def closed(self, *, at: datetime, satisfaction: int = 4):
        def step(case: Case, me) -> None:
            reporting.approve(case, opinion="属实", by=me, at=at)
            call = Call("reached", "已修好", True, True, satisfaction)
            followup.record(case, call, by=me, at=at)
            rating.rate(case, stars=5, opinion="办理及时", by=me, at=at)
            closing.close(case, method="solved", by=me, at=at)

        self._at("linjing", step)
        return self
