"""请示件 on paper: what was put before a leader of an urgent case (第八条（六）)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from minxin.cases import asking
from minxin.cases.models import Case
from minxin.documents.drafting import Draft
from minxin.documents.models import Paper
from minxin.documents.recipients import Recipient
from minxin.documents.sheet import MARK
from minxin.documents.words import Words, clipped
from minxin.errors import Refused
from minxin.extensions import db
from minxin.papers import facts
from minxin.papers.facts import COURSE, CaseFacts
from minxin.papers.masking import masked
from minxin.people.models import Unit, User
from minxin.people.posts import PostKind
from minxin.people.roles import Role

COMRADE = "同志"


@dataclass(frozen=True)
class RequestFacts:
    """The case, and what was put before whom."""

    case: CaseFacts
    leader: str
    leader_title: str
    asked_on: str
    text: str


def gather(
    paper: Paper, case: Case, known: dict[str, str], officials: frozenset[str], at: datetime
) -> Draft:
    """The newest 请示 of the case. Raises Refused where none was made."""
    asked = next(iter(asking.requests(case)), None)
    if asked is None:
        raise Refused("该件还没有呈报请示，请先在件上“呈报请示”，再出具请示件")
    found = masked(
        RequestFacts(
            facts.of_case(case, at),
            asked.leader,
            asked.leader_title,
            facts.moment(asked.asked_at),
            asked.text,
        ),
        known,
        officials,
    )
    words = Words(
        title=f"关于“{clipped(found.case.title, 20)}”诉求处置的请示",
        addressee=f"{found.leader}{_called(found.leader_title)}",
        text="\n".join(
            (
                f"{found.case.received_on}，民心网收到群众反映“{found.case.title}”的诉求"
                f"（编号{found.case.number}），紧急程度为{found.case.urgency}。现将有关情况请示如下：",
                "一、反映情况",
                found.case.text,
                "二、办理经过",
                MARK.format(COURSE),
                "三、请示事项",
                *found.text.splitlines(),
                "妥否，请批示。",
            )
        ),
        copies=2,
    )
    account = db.session.get(User, asked.leader_id) if asked.leader_id else None
    place = db.session.get(Unit, account.unit_id) if account and account.unit_id else None
    to = Recipient(
        "to",
        place.tenant_id if place else paper.tenant_id,
        place.id if place else paper.unit_id,
        "",
        asked.leader_id,
        asked.leader,
        "" if _called(asked.leader_title) == COMRADE else asked.leader_title,
    )
    return Draft(asdict(found), words, [facts.course_table(found.case)], [to])


def _called(title: str) -> str:
    """副市长; a leader whose title was not entered is called 同志."""
    return COMRADE if title in {*(each.label for each in PostKind), Role.LEADER.label} else title
