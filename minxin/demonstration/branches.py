"""The branches in the demonstration city: one case that stands in each, and the week's papers.

Every person, number and event is invented.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from minxin.cases import (
    asking,
    cohandling,
    consulting,
    extensions,
    flagging,
    leaders,
    merging,
    messages,
    opinions,
    promises,
    publications,
    publishing,
    reopening,
    returns,
)
from minxin.cases.consulting import Notice
from minxin.cases.contacts import Person
from minxin.cases.extensions import Wish
from minxin.cases.messages import Words
from minxin.cases.models import Case, CitizenAct
from minxin.cases.promises import Vow
from minxin.cases.publications import Choice
from minxin.cases.returns import Claim
from minxin.cases.states import State
from minxin.clock import local
from minxin.comparison import summaries
from minxin.comparison.summaries import Summary
from minxin.demonstration.appeals import Story
from minxin.demonstration.hands import Steps, person, unit_id
from minxin.exchange import bulletins, letters
from minxin.extensions import db
from minxin.people.actor import CITIZEN, Actor

Branch = Callable[[Case, Steps], object]


def _extension(case: Case, at: Steps) -> None:
    wish = Wish(5, "需向供电部门申请停电配合施工，停电计划排在下周。")
    extensions.ask(case, wish, by=person("zhaoyang"), at=at.next())


def _ruling(case: Case, at: Steps) -> None:
    zhou, station = person("zhouning"), person("mengyan")
    claim = Claim("duty", "《城镇排水与污水处理条例》第五条",
                  "化粪池清掏属住建部门职责，不属城管局职责。")  # fmt: skip
    returns.ask(case, claim, by=zhou, at=at.next())
    returns.refuse(case, "该处为临街公共管网，按区三定规定由城管局负责。", by=station, at=at.next())
    returns.dispute(case, "管网尚未移交，仍由建设单位管理。", by=zhou, at=at.next())


def _return(case: Case, at: Steps) -> None:
    claim = Claim("unclear", "《物业管理条例》第三十五条", "小区已移交社区自管，请确定责任单位。")
    returns.ask(case, claim, by=person("zhengtao"), at=at.next())


def _co_handled(case: Case, at: Steps) -> None:
    said = "已清理占道物品，并告知商户不得再次占用。"
    cohandling.answer(case, said, by=person("zhouning"), at=at.next())


def _consultation(case: Case, at: Steps) -> None:
    notice = Notice(
        "育红路早市占道经营影响通行",
        "群众反映育红路早市摊位占用机动车道，早高峰车辆难以通行，建议划定经营时间和范围。",
        "区城管局已划定早市范围，七时三十分前全部撤离，并每天安排两名队员现场值守。",
        confirmed=True,
    )
    asked = consulting.consult(case, notice, by=person("linjing"), at=at.next())
    for number, (stance, words) in enumerate(
        (("agree", "现在早上通畅多了。"), ("object", "周末还是有摊位超时，希望周末也有人管。")), 1
    ):
        given = CitizenAct(
            number=case.number,
            act="opinion",
            text=words,
            facts={"consultation_id": asked.id, "stance": stance, "token": f"opinion-{number}"},
            at=max(asked.starts_at, at.next()),
        )
        consulting.take_opinion(case, given)
    first = consulting.opinions(asked)[-1]
    opinions.judge(case, {first.id: True}, by=person("linjing"), at=max(asked.starts_at, at.now))


def _message(case: Case, at: Steps) -> None:
    words = Words("unhappy", "修好只亮了两天，昨天晚上又灭了一盏，请再来看看。", 2)
    messages.put(case, words, origin="portal", by=CITIZEN, at=at.next())


def _reopening(case: Case, at: Steps) -> None:
    why = "下水道清掏后不到一周又堵了，污水再次外溢，申请重新办理。"
    reopening.ask(case, why, by=CITIZEN, at=at.next())


def _promise(case: Case, at: Steps) -> None:
    until = local(at.now).date() + timedelta(days=120)
    vow = Vow("明年三月底前完成楼内老旧供水管道更换。", until, until - timedelta(days=60))
    promises.track(case, vow, by=person("linjing"), at=at.next())


def _flag(case: Case, at: Steps) -> None:
    office = person("linjing")
    why = "燃气泄漏风险，可能危及居民安全。"
    flagging.flag(case, why, "critical", by=office, at=at.next())
    leader = next(iter(leaders.choices(at.now, case)), None)
    text = "建议由大洼区住建局牵头立即停气排查，两小时内报告初步情况。"
    asking.request(case, leader, text, by=office, at=at.now + timedelta(minutes=12))


def _merge(case: Case, at: Steps) -> None:
    master = db.session.scalars(
        select(Case).where(Case.subject == "供热温度不达标，老人孩子受不了")
    ).one()
    why = "同一小区同一问题，一并办理。"
    merging.merge(case, master.number, why, by=person("linjing"), at=at.next())


def _who(name: str, tail: str) -> Person:
    return Person(name=name, phone=f"1380000{tail}" if tail else "")


BRANCHES: tuple[tuple[Story, Branch], ...] = (
    (Story(
        "小区变压器老化经常跳闸",
        "临河小区的变压器用了二十多年，入冬以后一到晚上就跳闸，请尽快更换。",
        "complaint", "停电", "大洼街道临河小区", "大洼区住建局", "accept", 7,
        _who("田秀兰", "1312"), district="dawa", summary="临河小区变压器老化经常跳闸"), _extension),
    (Story(
        "化粪池外溢无人清掏", "临街楼后的化粪池溢出来半个多月了，臭味很大，住建和城管互相推。",
        "help", "公共卫生", "大洼街道康宁路", "大洼区城管局", "accept", 6,
        _who("崔明", "1423"), district="dawa", summary="康宁路临街楼后化粪池外溢"), _ruling),
    (Story(
        "小区围墙倒塌两个月没人修", "金厦花园北侧围墙倒了，孩子经常从缺口跑到马路上，很危险。",
        "help", "物业服务", "兴隆街道金厦花园", "兴隆台区住建局", "accept", 3,
        _who("董建军", "1534"), district="xinglongtai", summary="金厦花园北侧围墙倒塌未修复"),
     _return),
    (Story(
        "人行道地砖塌陷并被商户占用",
        "市场街人行道塌了一大片，旁边商户又把货堆在外面，只能走机动车道。",
        "complaint", "路面破损", "田家街道市场街", "大洼区住建局", "accept", 4,
        _who("高凤英", "1645"), district="dawa", summary="市场街人行道塌陷并被商户占用",
        co_unit="大洼区城管局"), _co_handled),
    (Story(
        "早市占道经营影响通行",
        "育红路早市摊位摆到机动车道上，早高峰堵得厉害，能不能管一管时间和范围。",
        "complaint", "占道经营", "大洼街道育红路", "大洼区城管局", "approve", 8,
        _who("", ""), source="letter", district="dawa", summary="育红路早市占道经营影响通行",
        result="已划定早市范围，七时三十分前全部撤离，并每天安排两名队员值守。"), _consultation),
    (Story(
        "楼前路灯时亮时灭", "幸福里小区3栋楼前路灯时亮时灭，晚上走路看不清，请检修。",
        "help", "路灯", "大洼街道幸福里", "大洼区城管局", "close", 11,
        _who("许静", "1756"), district="dawa", summary="幸福里小区楼前路灯时亮时灭",
        result="已更换镇流器两只，路灯恢复正常。"), _message),
    (Story(
        "下水道堵塞污水外溢", "一楼下水道堵了，污水从厨房返上来，物业说管不了。",
        "help", "物业服务", "兴隆街道泰和小区", "兴隆台区住建局", "close", 14,
        _who("赵淑芬", "1867"), district="xinglongtai", summary="泰和小区下水道堵塞污水外溢",
        result="已组织清掏管道，疏通井口两处。"), _reopening),
    (Story(
        "供水管道老化水压不足", "六楼白天几乎没有水，晚上十点以后才有，管道用了三十年了。",
        "complaint", "水压不足", "兴海街道向阳小区", "兴隆台区住建局", "rate", 13,
        _who("穆晓东", "1978"), district="xinglongtai", summary="向阳小区供水管道老化水压不足",
        result="已调整加压时段，管道更换列入明年计划。"), _promise),
    (Story(
        "楼道里燃气味很大", "今天早上开始单元楼道里燃气味很重，打了燃气公司电话还没有人来。",
        "help", "消防隐患", "大洼街道兴盛花园", "大洼区住建局", "dispatch", 0.2,
        _who("苗立新", "2089"), source="phone", district="dawa",
        summary="兴盛花园单元楼道燃气味大"), _flag),
    (Story(
        "家里供暖只有十四度", "向阳小区供暖以后家里只有十四度，老人感冒两次了，报修没有人来。",
        "complaint", "室温不达标", "兴海街道向阳小区", "市供热公司", "claim", 1,
        _who("白玉琴", "2190"), district="xinglongtai", summary="向阳小区住户室温不达标"), _merge),
)  # fmt: skip


def papers(now: datetime) -> None:
    """The week's summaries, a letter with its answer, and bulletins in the 互动中心."""
    summaries.open_week(now)
    station = person("wutong")
    theirs = summaries.of_station(unit_id("兴隆台区民心网工作站"), 1)
    own = summaries.of_station(unit_id("大洼区民心网工作站"), 1)
    for summary, by, handed_in in [
        *((each, station, True) for each in theirs),
        *((each, person("mengyan"), False) for each in own),
    ]:
        _summary(summary, by, handed_in, now)
    office = person("linjing")
    letters.send(
        [unit_id("大洼区住建局"), unit_id("兴隆台区住建局")],
        "关于做好今冬供热诉求办理工作的函",
        "近期供热诉求集中，请安排专人负责，对同一小区的诉求一并核实、一并答复，每周五前反馈办理情况。",
        by=office,
        at=now - timedelta(days=2),
    )
    for kind, title, text, days in (
        ("notice", "关于规范报结材料的通知",
         "各单位报结时须写明核实经过、处理依据和与诉求人的沟通情况，缺项的将退回补充。", 3),
        ("experience", "大洼区“一诉多查”做法",
         "对同一路段反复出现的路灯、井盖诉求，由工作站组织一次排查，列出清单一并整改。", 6),
    ):  # fmt: skip
        bulletins.publish(
            bulletins.Text(kind, title, text), by=office, at=now - timedelta(days=days)
        )


def publish(now: datetime) -> None:
    """What is closed is published, every hit covered: the public pages are not empty."""
    head = person("gaoyuan")
    closed = select(Case).where(Case.state.in_((State.CLOSED, State.JUDGED))).order_by(Case.id)
    for case in db.session.scalars(closed).all():
        draft = publications.scan(case, at=now)
        if draft is None:
            continue
        covered = {number: Choice("mask") for number in range(len(draft.spans))}
        publications.decide(case, covered, {}, by=head, at=now)
        publishing.publish(case, by=head, at=now)


def _summary(summary: Summary, by: Actor, handed_in: bool, now: datetime) -> None:
    course = "本周转办件均在规定时限内签收，供热和路灯诉求占六成，已会同住建局现场调度两次。"
    problems = "金厦花园围墙修复责任不清，已提请退件审核。" if handed_in else ""
    plans = "继续督促供热诉求办理，对延期件逐件回访。" if handed_in else ""
    summaries.write(summary, course, problems, plans, by=by, at=now)
    if handed_in:
        summaries.submit(summary, by=by, at=min(now, summary.due_at - timedelta(hours=3)))
