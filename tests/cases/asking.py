"""A question walked by the product's own verbs: asked, passed on, answered, judged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from minxin.access import signin
from minxin.cases import hops, judging, questions, screening, tracking
from minxin.cases.dispatch import Order
from minxin.cases.models import CaseEvent, Clock
from minxin.cases.questions import Onward
from minxin.cases.screening import Finding
from minxin.demonstration import people
from minxin.extensions import db
from minxin.people import appointing, passwords
from minxin.people.actor import CITIZEN
from minxin.people.models import Unit
from minxin.people.roles import Role
from minxin.tenancy import custody
from tests.cases.walking import Walk

STREET = "兴海街道"
ANSWER = "您好，老旧小区加装电梯请向社区提出申请，所需材料见附件清单。"
SAID = Finding("consult", 3, "加装电梯", "咨询加装电梯如何申请", "加装电梯", track="question")


class Question(Walk):
    """One question on its way; the citizen follows it. Each step is committed."""

    def __init__(self, cast, at: datetime, **appeal) -> None:
        super().__init__(cast, at, subject="加装电梯如何申请", **appeal)
        self.code = ""

        def open_it(case, by) -> None:
            self.code = tracking.open_for(case, at=at)

        self._at("linjing", open_it)

    def screened(self, *, at: datetime):
        def step(case, by) -> None:
            screening.claim(case, by=by, at=at)
            screening.screen(case, SAID, by=by, at=at)

        self._at("linjing", step)
        return self

    def asked(self, unit: str, *, at: datetime):
        self.screened(at=at)
        order = Order(self.cast.unit(unit), "请在4日内答复")
        self._at("linjing", lambda case, by: questions.ask(case, order, by=by, at=at))
        return self

    def forwarded(self, by: str, unit: str, *, at: datetime, reason="不属本单位职责", again=""):
        onward = Onward(self.cast.unit(unit), reason, again)

        def step(case, me) -> None:
            with custody.across(case.id):
                questions.forward(case, onward, by=me, at=at)
                db.session.commit()

        self._at(by, step)
        return self

    def answered(self, by: str, *, at: datetime, text: str = ANSWER, checked: bool = False):
        self._at(by, lambda case, me: questions.answer(case, text, by=me, at=at, checked=checked))
        return self

    def judged(self, level: int | None, words: str = "", *, at: datetime, by: str = ""):
        def step(case, me) -> None:
            judging.judge(case, level, words, by=me if by else CITIZEN, at=at)

        self._at(by or "linjing", step)
        return self

    def archived(self, *, at: datetime, reason: str = "评价期满未评价"):
        self._at("linjing", lambda case, by: judging.archive(case, reason, by=by, at=at))
        return self

    # What is there; stand as the city's login.

    def events(self, name: str = "") -> list[CaseEvent]:
        query = select(CaseEvent).where(CaseEvent.case_id == self.case().id)
        found = list(db.session.scalars(query.order_by(CaseEvent.id)))
        return [each for each in found if not name or each.name == name]

    def chain(self) -> list[hops.Hop]:
        query = select(Clock).where(Clock.case_id == self.case().id)
        return hops.chain(self.events(), db.session.scalars(query).all())

    def tracked(self, at: datetime):
        tracking.project(self.case(), at=at)
        return tracking.find(self.number)


def staff(cast, unit: str, username: str, name: str, *, post: str = "", head: bool = False) -> str:
    """One more person of a unit, in the A or B post, or its head; committed."""
    with cast.standing():
        user = appointing.add_user(
            db.session.get_one(Unit, cast.unit(unit)),
            username,
            name,
            Role.UNIT_HEAD if head else Role.RESPONDER,
            password_hash=passwords.hashed(people.PASSWORD),
            must_change=False,
        )
        if post:
            appointing.appoint(user, post, since=people.SINCE)
        if head:
            appointing.give_post(user, "head", since=people.SINCE)
        db.session.flush()
        cast.actors[username] = signin.actor(user)
        db.session.commit()
    return username


def staff_the_street(cast) -> str:
    """A responder and a head for 兴海街道; answers the responder's sign-in name."""
    staff(cast, STREET, "hehai", "何海", head=True)
    return staff(cast, STREET, "xulan", "许岚", post="A")
