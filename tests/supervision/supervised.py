"""A case under 督办, walked by the product's own verbs: drafted, issued, answered, reviewed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from minxin.cases import reach
from minxin.cases.models import Case, CaseEvent
from minxin.documents import drafting, finishing
from minxin.documents.finishing import Press
from minxin.documents.models import Paper
from minxin.extensions import db
from minxin.papers import gathering, issuing
from minxin.people import posts
from minxin.people.models import Unit
from minxin.people.posts import Holder
from minxin.supervision import answering, chain, facts, opening, proposing
from minxin.supervision.answering import Verdict
from minxin.supervision.ladder import Ground, Rung
from minxin.supervision.models import Proposal, Supervision
from minxin.supervision.opening import Wish
from tests.cases.walking import Walk

DEMAND = "请立即核实群众反映的问题，依法处理到位，并将结果告知诉求人。"
SINCE = date(2025, 1, 1)


class Watched(Walk):
    """One case that is supervised; each step is committed."""

    def proposals(self, outcome: str = "open") -> list[Proposal]:
        """Stand as the city's login."""
        query = select(Proposal).where(
            Proposal.case_id == self.case().id, Proposal.outcome == outcome
        )
        return list(db.session.scalars(query.order_by(Proposal.id)))

    def rungs(self) -> list[Supervision]:
        """Every rung of the case, the oldest first; stand as the city's login."""
        return chain.of(self.case())[::-1]

    def events(self, name: str) -> list[CaseEvent]:
        query = select(CaseEvent).where(CaseEvent.case_id == self.case().id, CaseEvent.name == name)
        return list(db.session.scalars(query.order_by(CaseEvent.id)))

    def wished(self, rung=Rung.NOTICE, ground=Ground.OVERDUE, *, at, by="linjing", **more):
        wish = Wish(rung, ground, more.pop("demand", DEMAND), **more)
        self._at(by, lambda case, me: opening.draft(case, wish, by=me, at=at))
        return self

    def gathered(self, *, at: datetime):
        """What the worker does of every paper that was begun."""
        with self.cast.standing():
            for paper in self._papers():
                gathering.gather(paper.id, at=at)
                gathering.check(paper.id)
            db.session.commit()
        return self

    def issued(self, *, at: datetime, reviewer="hejun", signer="gaoyuan"):
        """Sent for review, read, and signed off by the head."""
        with self.cast.standing():
            paper = self._papers()[-1]
            drafting.submit(paper, by=self.cast.actor("linjing"), at=at)
            drafting.approve(paper, "同意", by=self.cast.actor(reviewer), at=at)
            issuing.issue(paper, by=self.cast.actor(signer), at=at)
            db.session.commit()
        return self

    def supervised(self, rung=Rung.NOTICE, ground=Ground.OVERDUE, *, at, **more):
        return self.wished(rung, ground, at=at, **more).gathered(at=at).issued(at=at)

    def answered(self, text="已修复", *, at, by="zhaoyang"):
        self._at(by, lambda case, me: answering.answer(case, text, "赵阳", by=me, at=at))
        return self

    def reviewed(self, verdict: Verdict, verified: str, opinion: str = "", *, at, by="linjing"):
        def step(case: Case, me) -> None:
            answering.review(case, verdict, verified, opinion, by=me, at=at)

        self._at(by, step)
        return self

    def printed(self, press: Press, *, at: datetime) -> Paper:
        """The newest paper with its file and copies; stand as the city's login."""
        paper = self._papers()[-1]
        finishing.finish(paper.id, press, at=at)
        db.session.commit()
        return paper

    def paper(self) -> Paper:
        return self._papers()[-1]

    def _papers(self) -> list[Paper]:
        query = select(Paper).where(Paper.case_id == self.case().id)
        return list(db.session.scalars(query.order_by(Paper.id)))

    def seen_by(self, username: str) -> Case | None:
        return reach.find(self.number, self.cast.actor(username))


def swept(cast, at: datetime) -> int:
    """What the worker does of the ladder every five minutes; how many proposals were new."""
    made = 0
    for step in (proposing.lapse, facts.sweep, proposing.sweep):
        with cast.standing():
            made = step(at) or 0
            db.session.commit()
    return made


def lead(cast, unit: str, kind: str, name: str, title: str = "", *, at: datetime) -> None:
    """Enter who holds a leading post of a unit, committed."""
    with cast.standing():
        place = db.session.get_one(Unit, cast.unit(unit))
        place.valid_from = min(place.valid_from, SINCE)
        posts.hold(
            place,
            kind,
            Holder(name=name, title=title),
            since=SINCE,
            by=cast.actor("gaoyuan"),
            at=at,
        )
        db.session.commit()
