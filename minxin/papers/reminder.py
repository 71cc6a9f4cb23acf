"""问题提醒函: to a unit, on a recurring problem, resting on cases (1.7)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from minxin.cases.models import Case
from minxin.documents.drafting import Draft
from minxin.documents.models import Paper
from minxin.documents.sheet import MARK, Table
from minxin.documents.words import Words
from minxin.extensions import db
from minxin.papers import addressees, facts
from minxin.papers.facts import CaseFacts
from minxin.papers.masking import masked
from minxin.people.models import Unit

LISTED = "有关诉求件"
ANSWER_IN = "10个工作日"


@dataclass(frozen=True)
class ReminderFacts:
    """The cases that the reminder rests on, the first being the one it was begun from."""

    cases: tuple[CaseFacts, ...]


def gather(
    paper: Paper, case: Case, known: dict[str, str], officials: frozenset[str], at: datetime
) -> Draft:
    """The cases as a table, and a first wording."""
    ids = [case.id, *(int(each) for each in paper.brief.get("case_ids", []) if each != case.id)]
    cases = {each.id: each for each in db.session.scalars(select(Case).where(Case.id.in_(ids)))}
    found = masked(
        ReminderFacts(tuple(facts.of_case(cases[each], at) for each in ids if each in cases)),
        known,
        officials,
    )
    first, number = found.cases[0], len(found.cases)
    topic = first.category.rpartition(" / ")[2] or first.title
    unit = db.session.get_one(Unit, case.unit_id)
    rows = tuple((each.number, each.received_on, each.title, each.state) for each in found.cases)
    counted = f"诉求{number}件，均由你单位承办" if number > 1 else "诉求，由你单位承办"
    shared = "上述诉求反映的问题带有共性。" if number > 1 else ""
    words = Words(
        title=f"关于群众反映{topic}问题的提醒函",
        addressee=unit.name,
        text="\n".join(
            (
                f"近期，民心网收到群众反映{topic}问题的{counted}，情况如下：",
                MARK.format(LISTED),
                f"{shared}请你单位认真分析原因，举一反三，从源头上研究解决办法，"
                "避免同类问题反复发生。",
                f"请于收到本函之日起{ANSWER_IN}内，将原因分析、整改措施和完成时限书面回复。",
            )
        ),
        copies=2,
    )
    heads = ("编号", "收到日期", "反映问题", "办理状态")
    return Draft(
        asdict(found),
        words,
        [Table(LISTED, heads, rows, (20, 17, 25, 14))],
        [addressees.unit(unit)],
    )
