"""《督办专报》: to the unit's 一把手 and the superior's main leader (第十一条)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from minxin.cases.models import Case
from minxin.clock import local
from minxin.documents.drafting import Draft
from minxin.documents.models import Paper
from minxin.documents.sheet import MARK, Annex, Table
from minxin.documents.words import DUE, Words, clipped
from minxin.extensions import db
from minxin.papers import addressees, facts
from minxin.papers.facts import COURSE, CaseFacts
from minxin.papers.masking import masked
from minxin.people.models import Unit
from minxin.supervision import answering, chain
from minxin.supervision.ladder import PAPERS, Ground, Rung
from minxin.supervision.models import Supervision

CALLS = "回访情况"
NUMERALS = "一二三四五六七八九十"
TITLES = {
    Ground.FALSE: "办理结果失实",
    Ground.NOT_DONE: "不落实督办要求",
    Ground.UNANSWERED: "逾期未回复督办",
    Ground.CARELESS: "查处不到位、调查不认真",
    Ground.OVERDUE: "逾期未办结",
    Ground.DISSATISFIED: "群众不满意后逾期未答复",
    Ground.RETURNED: "多次退件",
    Ground.NEGLECTED: "长期不落实承诺",
}


@dataclass(frozen=True)
class RungFacts:
    """One earlier rung: what was sent when, until when, and what became of it."""

    label: str
    paper: str
    number: str
    opened_on: str
    due_on: str
    ground: str
    answered_on: str
    answer: str
    verdict: str
    verified: str
    opinion: str


@dataclass(frozen=True)
class BulletinFacts:
    """The case, the rungs that were of no use, what is wrong and what is demanded."""

    case: CaseFacts
    rungs: tuple[RungFacts, ...]
    ground: str
    title: str
    demand: str
    grave: bool
    as_of: str


def gather(
    paper: Paper, case: Case, known: dict[str, str], officials: frozenset[str], at: datetime
) -> Draft:
    """The facts of the chain, and the words that they make. Raises Refused where a recipient is
    not entered."""
    rung = db.session.get_one(Supervision, paper.subject_id)
    unit, day = db.session.get_one(Unit, rung.unit_id), local(at).date()
    to = [addressees.chief(unit, day), addressees.superior(unit, day)]
    if rung.grave:
        to += addressees.city_leaders(day)
    found = masked(
        BulletinFacts(
            case=facts.of_case(case, at),
            rungs=tuple(
                _rung(each, at)
                for each in reversed(chain.of(case))
                if _was_of_no_use(each, rung, at)
            ),
            ground=Ground(rung.ground).label,
            title=TITLES[Ground(rung.ground)],
            demand=rung.demand,
            grave=rung.grave,
            as_of=facts.on(at),
        ),
        known,
        officials,
    )
    reported = "、".join(dict.fromkeys(each.label for each in to if each.part == "report"))
    words = Words(
        title=_title(found),
        addressee=to[0].label,
        text=_text(found),
        report_to=reported,
        copies=len(to) + 1,  # one stays in the office's file
        annexes=_annexes(found),
    )
    tables = [facts.course_table(found.case)]
    if found.case.calls:
        tables.append(_calls(found.case))
    return Draft(asdict(found), words, tables, to)


def _was_of_no_use(each: Supervision, rung: Supervision, at: datetime) -> bool:
    """Is it a rung of the same chain that did not help?"""
    chained = rung.first_id is not None and rung.first_id in (each.id, each.first_id)
    undone = each.state in chain.UNDONE or chain.unanswered(each, at)
    return each.id != rung.id and each.opened_at is not None and chained and undone


def _title(found: BulletinFacts) -> str:
    head, tail = f"关于{found.case.unit}办理“", f"”诉求{found.title}的督办专报"
    return head + clipped(found.case.title, len(head) + len(tail)) + tail


def _rung(each: Supervision, at: datetime) -> RungFacts:
    answers = answering.replies(each)
    newest = answers[0] if answers else None
    return RungFacts(
        label=Rung(each.rung).label,
        paper=PAPERS[Rung(each.rung)].label,
        number=each.number,
        opened_on=facts.on(each.opened_at) if each.opened_at else "",
        due_on=facts.until(each.due_at) if each.due_at else "",
        ground=Ground(each.ground).label,
        answered_on=facts.on(newest.at) if newest else "",
        answer=newest.text if newest else "",
        verdict="unanswered" if chain.unanswered(each, at) else each.state,
        verified=newest.verified if newest else "",
        opinion=newest.opinion if newest else "",
    )


def _text(found: BulletinFacts) -> str:
    return "\n".join(
        (
            "一、诉求基本情况",
            *_basics(found.case),
            "二、办理经过",
            *_course(found),
            "三、存在问题",
            *_faults(found),
            "四、督办意见和要求",
            *_demands(found),
            "五、反馈方式",
            f"请将办理情况经单位主要负责同志审签后，于{DUE}前通过民心网督办件回复栏反馈，"
            "并附现场照片、处理文书等佐证材料。逾期未反馈或者反馈不实的，按照民心网工作管理有关规定处理。",
        )
    )


def _basics(case: CaseFacts) -> list[str]:
    return [
        f"{case.received_on}，群众通过{case.source_words}反映“{case.title}”"
        f"（编号{case.number}，{case.kind}，{case.category or '未分类'}）。",
        f"诉求内容：{case.text}",
    ]


def _course(found: BulletinFacts) -> list[str]:
    case = found.case
    sent = f"该件于{case.sent_on}转办至{case.unit}" if case.sent_on else f"该件由{case.unit}承办"
    due = f"，办理时限至{case.due_on}" if case.due_on else ""
    late = f"，{case.late}" if case.late else ""
    return [f"{sent}{due}{late}。主要经过如下：", MARK.format(COURSE)]


def _faults(found: BulletinFacts) -> list[str]:
    said = [_fault(each) for each in found.rungs]
    unhappy = [each for each in found.case.calls if "不满意" in each.satisfaction]
    if unhappy:
        said.append(
            f"群众不满意。{unhappy[-1].when}回访，诉求人表示{unhappy[-1].satisfaction}："
            f"{unhappy[-1].remarks.rstrip('。')}。"
        )
    said.append(f"{found.ground}。上述问题反映出承办单位对群众诉求重视不够，核查和处理不到位。")
    return [f"（{_numeral(n)}）{each}" for n, each in enumerate(said, 1)]


def _fault(each: RungFacts) -> str:
    head = (
        f"{each.opened_on}下发{each.paper}{each.number}（{each.ground}），要求{each.due_on}前回复"
    )
    if each.verdict == "unanswered":
        return f"{each.label}逾期未回复。{head}，至今未收到回复。"
    answer = each.answer.strip().rstrip("。").replace("\n", " ")
    checked = f"经核查（{each.verified.strip().rstrip('。')}）" if each.verified else "经核查"
    found = {"false": "回复失实", "not_done": "督办要求没有落实"}[each.verdict]
    opinion = f"：{each.opinion.strip().rstrip('。')}" if each.opinion else ""
    told = f"{head}。{each.answered_on}回复称“{answer}”，{checked}，{found}{opinion}。"
    return f"{each.label}{found}。{told}"


def _demands(found: BulletinFacts) -> list[str]:
    return [
        f"（一）{line.strip()}" if n == 1 else line.strip()
        for n, line in enumerate(found.demand.splitlines(), 1)
        if line.strip()
    ] + [
        "（二）请单位主要负责同志亲自组织核查，明确责任领导和责任人，提出整改措施和完成时限。",
        f"（三）请于{DUE}前报送核查和整改结果，并将结果告知诉求人。",
    ]


def _annexes(found: BulletinFacts) -> tuple[Annex, ...]:
    return (Annex("回访记录", MARK.format(CALLS)),) if found.case.calls else ()


def _calls(case: CaseFacts) -> Table:
    rows = tuple(
        (each.when, each.outcome, each.satisfaction or "—", each.remarks) for each in case.calls
    )
    return Table(CALLS, ("时间", "回访结果", "满意度", "诉求人意见"), rows, (3, 2, 2, 5))


def _numeral(number: int) -> str:
    return NUMERALS[number - 1] if number <= 10 else f"十{NUMERALS[number - 11]}"
