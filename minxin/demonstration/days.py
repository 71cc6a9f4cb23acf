"""Days in the life of the demonstration city: cases walked by the domain's own verbs."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import select

from minxin.access import signin
from minxin.cases import (
    closing,
    dispatch,
    followup,
    handling,
    intake,
    judging,
    overdue,
    questions,
    rating,
    reporting,
    screening,
    tracking,
)
from minxin.cases.dispatch import Order
from minxin.cases.followup import Call
from minxin.cases.intake import Appeal
from minxin.cases.models import Case, Category
from minxin.cases.questions import Onward
from minxin.cases.reporting import Draft
from minxin.cases.screening import Finding
from minxin.cases.states import Source, Track
from minxin.comparison import rollups
from minxin.demonstration import branches, hands, supervised
from minxin.demonstration.appeals import STORIES, Story
from minxin.demonstration.hands import Steps, somebody
from minxin.demonstration.questions import QUESTIONS, Asked
from minxin.extensions import db
from minxin.people import duty
from minxin.people.actor import CITIZEN, Actor
from minxin.people.models import Responder, Unit, User
from minxin.people.roles import Role

LINE = ("unclaimed", "claim", "dispatch", "accept", "report", "sign", "approve", "follow_up",
        "rate", "close")  # fmt: skip
"""The order of the main line; a story stops after the move that it names."""


def live(now: datetime) -> None:
    """Let the city have worked for two weeks before `now`."""
    clerk = somebody(Role.OFFICE_CLERK)
    for story in sorted(STORIES, key=lambda story: -story.days):
        _tell(story, clerk, now)
    supervised.lead(now)
    for story, branch in (*branches.BRANCHES, *supervised.SUPERVISED):
        case, at = _tell(story, clerk, now)
        branch(case, at)
        tracking.project(case, at=at.now)
    for asked in QUESTIONS:
        _ask(asked, clerk, now)
    _attend(now)
    branches.publish(now)
    for day in range(15, -1, -1):
        rollups.refresh((now - timedelta(days=day)).date(), at=now)
    while overdue.sweep(now):
        pass
    overdue.count(now)
    supervised.propose(now)


def _attend(now: datetime) -> None:
    """Two months of 值守: responders came every day, but for a few days of some."""
    posts = db.session.scalars(select(Responder).where(Responder.post == "A")).all()
    people = {post.unit_id: signin.actor(db.session.get_one(User, post.user_id)) for post in posts}
    for number, person in enumerate(people.values()):
        for days in range(60, 0, -1):
            if number % 3 or days % (17 + number):
                duty.attend(person, at=now - timedelta(days=days))


def _tell(story: Story, clerk: Actor, now: datetime) -> tuple[Case, Steps]:
    at = Steps(now - timedelta(days=story.days), now)
    web = story.source == Source.WEB
    case = intake.enter(
        Appeal(
            subject=story.subject,
            body=story.body,
            place=story.place,
            kind=story.kind if web else None,
            district=story.district,
            source=story.source,
            person=story.person,
        ),
        by=CITIZEN if web else clerk,
        at=at.next(),
    )
    tracking.open_for(case, at=at.now)
    if story.until == "unclaimed":
        return case, at
    screening.claim(case, by=clerk, at=at.next())
    if story.until == "claim":
        return case, at
    _screen(case, story, clerk, at.next())
    if story.until == "refuse":
        reason = "该事项已由人民法院受理，请按照诉讼程序解决，如需法律援助可拨打12348咨询。"
        screening.refuse(case, ground="judicial", reason=reason, by=clerk, at=at.next())
    else:
        case = _send(case, story, clerk, at)
        _handle(case, story, clerk, at)
    tracking.project(case, at=at.now)
    return case, at


def _ask(asked: Asked, clerk: Actor, now: datetime) -> None:
    at = Steps(now - timedelta(days=asked.days), now)
    appeal = Appeal(asked.subject, asked.body, kind="consult", source=Source.WEB,
                    person=asked.person)  # fmt: skip
    case = intake.enter(appeal, by=CITIZEN, at=at.next())
    tracking.open_for(case, at=at.now)
    screening.claim(case, by=clerk, at=at.next())
    category = (
        db.session.scalars(
            select(Category.id).where(Category.name == asked.category, Category.level == 3)
        ).first()
        or db.session.scalars(select(Category.id).where(Category.level == 3)).first()
    )
    finding = Finding("consult", category, asked.summary, asked.body, asked.summary,
                      track=Track.QUESTION)  # fmt: skip
    screening.screen(case, finding, by=clerk, at=at.next())
    units = [db.session.scalars(select(Unit).where(Unit.name == n)).one().id for n in asked.units]
    order = Order(units[0], "请在4日内答复诉求人；不属本单位职责的，请在4日内分转。")
    case = questions.ask(case, order, by=clerk, at=at.next())
    for unit_id, onward in pairwise(units):
        responder = somebody(Role.RESPONDER, unit_id)
        why = Onward(onward, "该事项由该单位主管，不属本单位职责。")
        case = questions.forward(case, why, by=responder, at=at.next())
    if asked.answer:
        responder = somebody(Role.RESPONDER, units[-1])
        questions.answer(case, asked.answer, by=responder, at=at.next())
    if asked.satisfaction:
        judging.judge(case, asked.satisfaction, asked.words, by=CITIZEN, at=at.next())
    tracking.project(case, at=at.now)


def _screen(case: Case, story: Story, clerk: Actor, at: datetime) -> None:
    category = db.session.scalars(
        select(Category.id).where(Category.name == story.category, Category.level == 3)
    ).first()
    finding = Finding(
        kind=story.kind,
        category_id=category,
        summary=story.summary,
        wording=story.body,
        public_text=story.public or story.summary,
        urgency=story.urgency,
        place=story.place,
        district=story.district,
    )
    screening.screen(case, finding, by=clerk, at=at)


def _send(case: Case, story: Story, clerk: Actor, at: Steps) -> Case:
    """To the unit itself in the city's own tenant, through the station in a district."""
    unit = db.session.scalars(select(Unit).where(Unit.name == story.unit)).one()
    station = db.session.scalar(
        select(Unit).where(Unit.tenant_id == unit.tenant_id, Unit.kind == "station")
    )
    order = Order(station.id if station else unit.id, "请按规定时限核实办理，并答复诉求人。")
    case = dispatch.dispatch(case, order, by=clerk, at=at.next())
    if station and unit.id != station.id and story.until != "assign_none":
        by = somebody(Role.STATION, station.id) if _staffed(station) else clerk
        if by is not clerk:
            beside = [hands.unit_id(story.co_unit)] if story.co_unit else []
            order = Order(unit.id, "请现场核实，及时办理并报结。", beside)
            case = dispatch.assign(case, order, by=by, at=at.next())
    return case


def _handle(case: Case, story: Story, clerk: Actor, at: Steps) -> None:
    reached = LINE.index(story.until) if story.until in LINE else LINE.index("dispatch")
    unit = db.session.get_one(Unit, case.unit_id)
    if reached < LINE.index("accept") or not _staffed(unit):
        return
    responder = somebody(Role.RESPONDER, unit.id)
    handling.accept(case, by=responder, at=at.next())
    if reached < LINE.index("report"):
        return
    handling.enter_log(case, "已派工作人员到现场核实。", by=responder, at=at.next())
    head = somebody(Role.UNIT_HEAD, unit.id)
    texts = {
        "appeal": story.summary,
        "inquiry": "接件后即派两名工作人员到现场核实，并走访了附近群众，反映情况属实。",
        "basis": "",
        "result": story.result,
        "contact": "已电话告知诉求人办理情况，诉求人表示认可。",
    }
    draft = Draft(texts, "solved", responder.name, head.name)
    reporting.submit(case, draft, by=responder, at=at.next())
    if reached >= LINE.index("sign"):
        reporting.sign(case, by=head, at=at.next())
    if reached >= LINE.index("approve"):
        reporting.approve(case, opinion="报告规范，情况属实。", by=clerk, at=at.next())
    if reached >= LINE.index("follow_up"):
        call = Call("reached", "诉求人表示问题已解决。", True, True, story.satisfaction)
        followup.record(case, call, by=clerk, at=at.next())
    if reached >= LINE.index("rate"):
        opinion = "办理及时，结果属实，群众评价较好。"
        rating.rate(case, stars=story.stars, opinion=opinion, by=clerk, at=at.next())
    if reached >= LINE.index("close"):
        closing.close(case, method="solved", by=clerk, at=at.next())


def _staffed(unit: Unit) -> bool:
    query = select(User.id).where(User.unit_id == unit.id).limit(1)
    return db.session.scalar(query) is not None
