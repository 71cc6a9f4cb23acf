"""督办, papers and 批示 in the demonstration city: a case at each rung, a paper in each state.

Every person, number and event is invented.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from minxin.cases import asking, feedback, flagging, instructions, leaders
from minxin.cases.contacts import Person
from minxin.cases.models import Case
from minxin.clock import local
from minxin.demonstration.appeals import Story
from minxin.demonstration.hands import Steps, person
from minxin.documents import drafting
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.extensions import db
from minxin.papers import gathering, issuing, opening
from minxin.people import posts
from minxin.people.actor import Actor
from minxin.people.models import Unit
from minxin.people.posts import Holder
from minxin.supervision import answering, proposing, urging
from minxin.supervision import opening as ladder
from minxin.supervision.answering import Verdict
from minxin.supervision.ladder import Ground, Rung
from minxin.supervision.opening import Wish
from minxin.supervision.urging import Meeting

Branch = Callable[[Case, Steps], object]

LEADING = (
    # unit, post, person, title
    ("大洼区住建局", "chief", "周正", "局长"),
    ("大洼区城管局", "chief", "林远", "局长"),
    ("兴隆台区住建局", "chief", "郭明义", "局长"),
    ("大洼区民心网工作站", "superior", "韩秋", "区长"),
    ("兴隆台区民心网工作站", "superior", "宋平", "区长"),
    ("市供热公司", "chief", "罗志强", "总经理"),
    ("市供热公司", "overseer", "秦川", "副市长"),
    ("市政府", "city_leader", "顾城", "市长"),
)


def lead(now: datetime) -> None:
    """Enter who leads the units that 督办专报 go to."""
    head = person("gaoyuan")
    for unit_name, post, name, title in LEADING:
        unit = db.session.scalars(select(Unit).where(Unit.name == unit_name)).one()
        holder = Holder(name=name, title=title)
        posts.hold(unit, post, holder, since=unit.valid_from, by=head, at=now)


def _opened(case: Case, at: Steps, rung: Rung, ground: Ground, demand: str) -> None:
    """A rung drafted by 林静, read by 何军, signed off by 高远."""
    ladder.draft(case, Wish(rung, ground, demand), by=person("linjing"), at=at.next())
    _issued(_drafted(case, at), at)


def _drafted(case: Case, at: Steps) -> Paper:
    """The newest paper of a case, gathered and looked through as the worker would."""
    query = select(Paper).where(Paper.case_id == case.id).order_by(Paper.id.desc()).limit(1)
    paper = db.session.scalars(query).one()
    gathering.gather(paper.id, at=at.now)
    gathering.check(paper.id)
    return paper


def _issued(paper: Paper, at: Steps, signer: str = "gaoyuan") -> None:
    if PaperKind(paper.kind).traits.reviewed:
        drafting.submit(paper, by=person("linjing"), at=at.now)
        drafting.approve(paper, "同意", by=person("hejun"), at=at.now)
    gathering.check(paper.id)
    for number in range(len(paper.findings)):
        drafting.keep(paper, number, "工作人员或者单位信息", by=person("hejun"), at=at.now)
    issuing.issue(paper, by=person(signer), at=at.now)


def _waiting(case: Case, at: Steps) -> None:
    urging.urge(case, "该件已超期，请说明原因并明确办结时间。", by=person("linjing"), at=at.next())
    demand = "请立即排查小区地下车库积水原因，三日内完成抽排，说明超期原因。"
    _opened(case, at, Rung.NOTICE, Ground.OVERDUE, demand)


def _answered(case: Case, at: Steps) -> None:
    _opened(case, at, Rung.NOTICE, Ground.CARELESS, "请重新核查电梯维保记录，责成维保单位整改。")
    said = "已约谈维保单位，更换主板一块，1号电梯恢复运行，2号电梯配件已订货。"
    answering.answer(case, said, "郑涛", by=person("zhengtao"), at=at.next())


def _second(case: Case, at: Steps) -> None:
    _opened(case, at, Rung.NOTICE, Ground.FALSE, "请重新入户测温，按合同约定退费或者整改。")
    said = "已整改，室温达标。"
    answering.answer(case, said, "韩梅", by=person("hanmei"), at=at.next())
    answering.review(
        case,
        Verdict.FALSE,
        "回访诉求人并入户测温，室温仍为16度",
        "回复与测温结果不符",
        by=person("linjing"),
        at=at.next(),
    )
    meeting = Meeting(
        local(at.now).date(), "韩梅（客服部主任）", "说明测温未入户的原因。", "三日内逐户测温。",
        "市民心网办会议室", "高远",
    )  # fmt: skip
    urging.talk(case, meeting, by=person("linjing"), at=at.now)
    demand = "请公司主要负责人组织逐户测温，如实报告，对不实回复说明原因。"
    ladder.draft(case, Wish(Rung.SECOND, Ground.FALSE, demand), by=person("linjing"), at=at.next())
    _drafted(case, at)


def _bulletin(case: Case, at: Steps) -> None:
    demand = "请查清井盖缺失三个月无人管理的原因，立即补装并排查辖区同类隐患。"
    wish = Wish(Rung.BULLETIN, Ground.CARELESS, demand, True, "秦川副市长")
    ladder.draft(case, wish, by=person("linjing"), at=at.next())
    paper = _drafted(case, at)
    drafting.submit(paper, by=person("linjing"), at=at.next())


def _reminded(case: Case, at: Steps) -> None:
    paper = opening.of_case(PaperKind.REMINDER, case, by=person("linjing"), at=at.next())
    _drafted(case, at)
    _issued(paper, at)
    sheet = opening.of_case(PaperKind.CASE_SHEET, case, by=person("hejun"), at=at.next())
    _drafted(case, at)
    assert sheet.state == "draft"


def _led(case: Case, at: Steps) -> None:
    """Two 批示: one reported back and to be read, one that waits for the office's report."""
    office, leader = person("linjing"), person("qinchuan")
    flagging.flag(case, "高层住宅消防水压不足，存在重大隐患。", "urgent", by=office, at=at.next())
    asked = next(each for each in leaders.choices(at.now, case) if each.user_id == leader.user_id)
    text = "建议由大洼区住建局牵头整改消防水泵，七日内恢复水压。"
    asking.request(case, asked, text, by=office, at=at.next())
    first = _instructed(case, "请住建局立即整改，结果报我。", leader, at)
    said = "消防水泵已更换，3月内完成全部管网检测，目前水压达标。"
    feedback.report_back(case, first, said, by=office, at=at.next())
    _instructed(case, "请举一反三，排查全区高层住宅。", leader, at)


def _instructed(case: Case, words: str, leader: Actor, at: Steps) -> int:
    return instructions.instruct(case, words, by=leader, at=at.next()).id


def _who(name: str, tail: str) -> Person:
    return Person(name=name, phone=f"1380000{tail}")


SUPERVISED: tuple[tuple[Story, Branch], ...] = (
    (Story(
        "地下车库积水半个月没人管", "地下车库积水没过脚踝，车停不进去，物业和住建都说在协调。",
        "complaint", "物业服务", "大洼街道康宁家园", "大洼区住建局", "accept", 24,
        _who("邢桂兰", "2201"), district="dawa", summary="康宁家园地下车库积水"), _waiting),
    (Story(
        "电梯三天两头停运", "两部电梯轮流坏，老人上下十几层楼，维保单位来了也修不好。",
        "complaint", "电梯故障", "兴隆街道锦绣华庭", "兴隆台区住建局", "accept", 20,
        _who("佟丽华", "2312"), district="xinglongtai", summary="锦绣华庭电梯频繁停运"), _answered),
    (Story(
        "室温不达标测温不入户", "家里只有十五度，供热公司说测过温度达标，可是没有人进过门。",
        "complaint", "室温不达标", "兴海街道望海里", "市供热公司", "accept", 21,
        _who("卢振国", "2423"), district="xinglongtai", summary="望海里住户室温不达标"), _second),
    (Story(
        "路口井盖缺失三个月", "育才路口的井盖丢了三个月，只放了一个路锥，晚上很危险。",
        "complaint", "井盖", "大洼街道育才路", "大洼区城管局", "accept", 22,
        _who("季春梅", "2534"), district="dawa", summary="育才路口井盖缺失"), _bulletin),
    (Story(
        "小区路灯坏了没人修", "小区主路的路灯坏了五盏，报修两次没有人来。",
        "help", "路灯", "田家街道和平里", "大洼区城管局", "accept", 6,
        _who("贾文静", "2645"), district="dawa", summary="和平里小区路灯损坏"), _reminded),
    (Story(
        "高层住宅消防栓没有水", "二十六层以上的消防栓打开没有水，反映多次没有人处理。",
        "help", "消防隐患", "大洼街道凯旋城", "大洼区住建局", "accept", 5,
        _who("安志刚", "2756"), district="dawa", summary="凯旋城高层消防栓水压不足"), _led),
)  # fmt: skip


def propose(now: datetime) -> None:
    """What the worker would propose by itself: the board is not empty on the first look."""
    proposing.sweep(now + timedelta(seconds=1))
