"""ONE table: event → what follows. Run by the worker, once in effect however often it runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from minxin import sessions, telling
from minxin.background import later
from minxin.calendars.words import due_text
from minxin.cases import asking, flagging, publishing, returns, tracking
from minxin.cases.instructions import Instruction
from minxin.cases.models import Assignment, Case, CaseEvent
from minxin.cases.questions import CARING_FROM
from minxin.cases.reminders import AT_OFFICE, AT_UNIT
from minxin.cases.states import ON_HAND, RETURNED, SATISFACTION, State
from minxin.cases.transitions import MOVES
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people.models import User
from minxin.people.roles import Role
from minxin.supervision import ending, reacting
from minxin.tenancy.context import within

Reaction = Callable[[CaseEvent, Case, datetime], None]


def project(event: CaseEvent, case: Case, at: datetime) -> None:
    """Write what the citizen sees, and those whose cases were merged into his."""
    tracking.project(case, at=at)
    tracking.project_joined(case, at=at)


def publish_again(event: CaseEvent, case: Case, at: datetime) -> None:
    """What the public reads follows; what it would read is looked through by a job of its own, so
    that a masker that fails keeps nothing else waiting."""
    publishing.follow(case, at=at)
    later("publishing.scan", case_id=case.id)


def tell_units(event: CaseEvent, case: Case, at: datetime) -> None:
    """A new order: tell the responders of its units, main and co-handling."""
    units = db.session.scalars(
        select(Assignment.unit_id).where(
            Assignment.case_id == case.id, Assignment.sent_at == event.at
        )
    ).all()
    telling.tell(
        event, case, at, units, (Role.RESPONDER, Role.STATION), "收到新的诉求件，请及时签收"
    )


def tell_answerers(event: CaseEvent, case: Case, at: datetime) -> None:
    """A question reached a unit: by when its responders answer it, or pass it on."""
    until = event.payload.get("clocks_started", {}).get("question")
    upto = f"，请在{due_text(datetime.fromisoformat(until), at)}前答复或分转" if until else ""
    to = [event.payload["unit_id"]]  # not the case's: it may have been passed on meanwhile
    telling.tell(event, case, at, to, AT_UNIT, f"收到网络回应人诉求问题{upto}")


def tell_of_caring(event: CaseEvent, case: Case, at: datetime) -> None:
    """Passed on again and answered by nobody: the office looks who is to answer."""
    if event.payload.get("hop", 0) >= CARING_FROM:
        words = f"已分转{event.payload['hop']}次仍无人答复，列为爱心件，请关注"
        telling.tell_office(event, case, at, AT_OFFICE, words)


def tell_answered(event: CaseEvent, case: Case, at: datetime) -> None:
    """The unit that answered: how its answer was judged."""
    level = SATISFACTION.get(event.payload.get("satisfaction", 0), "")
    telling.tell(
        event,
        case,
        at,
        telling.unit(case),
        (*AT_UNIT, Role.UNIT_HEAD),
        f"诉求人已评价答复：{level}",
    )


def tell_signers(event: CaseEvent, case: Case, at: datetime) -> None:
    """A report waits for the leader's signature."""
    telling.tell(event, case, at, telling.unit(case), (Role.UNIT_HEAD,), "有调查处理报告待您审签")


def tell_handlers(event: CaseEvent, case: Case, at: datetime) -> None:
    """A report came back to its unit. The reason stands in the case: it may name people."""
    words = f"已{MOVES[event.name].label}，请查看理由后继续办理"
    telling.tell(event, case, at, telling.unit(case), (Role.RESPONDER, Role.STATION), words)


def tell_deciders(event: CaseEvent, case: Case, at: datetime) -> None:
    """A unit asks for more time: the head of the office decides."""
    telling.tell_office(event, case, at, (Role.OFFICE_HEAD,), "有延期申请待审批")


def tell_of_extension(event: CaseEvent, case: Case, at: datetime) -> None:
    """What became of it: the unit and its leader. Reasons stand in the case."""
    words = "延期申请未获批准，原时限不变"
    if event.name == "grant_extension":
        until = event.payload.get("due_after")
        upto = f"，办理时限至{due_text(datetime.fromisoformat(until), at)}" if until else ""
        words = f"延期申请已批准{upto}"
    telling.tell(event, case, at, telling.unit(case), (*AT_UNIT, Role.UNIT_HEAD), words)


def tell_of_flag(event: CaseEvent, case: Case, at: datetime) -> None:
    """重大紧急: the office has 30 minutes, the unit its first word to give."""
    limits = flagging.limits()
    words = f"已标为重大紧急，须在{limits['instruction_request']}内向分管领导请示"
    telling.tell_office(event, case, at, AT_OFFICE, words)
    limit = limits.get(f"{case.urgency}_feedback")
    if limit and State(case.state) in ON_HAND | RETURNED:
        words = f"已标为重大紧急，须在{limit}内首次反馈办理情况"
        telling.tell(event, case, at, telling.unit(case), (*AT_UNIT, Role.UNIT_HEAD), words)


def tell_leader(event: CaseEvent, case: Case, at: datetime) -> None:
    """A 请示件: its leader here, and the notice channel by a job of its own."""
    asked = asking.asked_at(case, event.at)
    if asked is None:
        return
    later("notices.instruction_request", request_id=asked.id)
    leader = db.session.get(User, asked.leader_id) if asked.leader_id else None
    if leader is not None and leader.active:
        inbox.tell(
            [leader],
            f"{case.number} 重大紧急件请示，请批示",
            key=f"event:{event.id}",
            case_id=case.id,
            number=case.number,
            at=at,
            level="late",
        )


def tell_of_instruction(event: CaseEvent, case: Case, at: datetime) -> None:
    """领导批示: the office that follows it up, and the unit that handles the case."""
    words = "领导已作批示，请按批示办理"
    telling.tell_office(event, case, at, AT_OFFICE, words)
    telling.tell(event, case, at, telling.unit(case), (*AT_UNIT, Role.UNIT_HEAD), words)


def tell_sender(event: CaseEvent, case: Case, at: datetime) -> None:
    """A unit gives the case back: whoever sent it decides, the station or the office."""
    words = "承办单位申请退件，请在时限内审核"
    if event.name == "dispute":
        words = "退件有争议，承办单位提请裁定"
    if case.from_station:
        telling.tell(event, case, at, telling.stations(case), (Role.STATION,), words)
    else:
        roles = (Role.OFFICE_HEAD,) if event.name == "dispute" else AT_OFFICE
        telling.tell_office(event, case, at, roles, words)


def tell_of_return(event: CaseEvent, case: Case, at: datetime) -> None:
    """What was decided of it: the unit that gave it back."""
    asked = returns.latest(case)
    words = "退件申请未获同意，原时限继续计算；有争议的可以提请裁定"
    if event.name != "refuse_return":
        words = "退件申请已同意，本单位不再办理"
    units = [asked.unit_id] if asked and asked.unit_id else []
    telling.tell(event, case, at, units, (*AT_UNIT, Role.UNIT_HEAD), words)


def tell_main_unit(event: CaseEvent, case: Case, at: datetime) -> None:
    """A co-handling unit has answered."""
    words = f"{event.payload.get('from_unit', '协办单位')}已反馈协办情况"
    telling.tell(event, case, at, telling.unit(case), AT_UNIT, words)


def tell_of_message(event: CaseEvent, case: Case, at: datetime) -> None:
    """A citizen wrote: the station of its district and the office judge what it is worth."""
    project(event, case, at)
    words = "有群众留言待处理"
    telling.tell_office(event, case, at, AT_OFFICE, words)
    telling.tell(event, case, at, telling.stations(case), (Role.STATION,), words)


def tell_of_complaint(event: CaseEvent, case: Case, at: datetime) -> None:
    """A valid message for the unit: four calendar days."""
    words = "有转来的群众留言，请4日内答复"
    telling.tell(event, case, at, telling.unit(case), (*AT_UNIT, Role.UNIT_HEAD), words)


def tell_of_request(event: CaseEvent, case: Case, at: datetime) -> None:
    """A citizen wants a closed case handled again."""
    telling.tell_office(event, case, at, AT_OFFICE, "诉求人申请重新办理，请审核")


def tell_of_merging(event: CaseEvent, case: Case, at: datetime) -> None:
    """并案: whoever handled the case until then goes on with nothing; the master's unit is told."""
    units = db.session.scalars(
        select(Assignment.unit_id).where(
            Assignment.case_id == case.id, Assignment.ended_at == event.at
        )
    ).all()
    telling.tell(event, case, at, units, AT_UNIT, "已并入其他诉求件统一办理，本件不再单独办理")
    master = db.session.get(Case, case.master_id) if case.master_id else None
    if master is not None:
        telling.tell(event, master, at, telling.unit(master), AT_UNIT, "有同类诉求并入，请一并办理")


def tell_reported(event: CaseEvent, case: Case, at: datetime) -> None:
    """Feedback on a 批示: the leader who gave it reads what was done."""
    given = db.session.get(Instruction, event.payload.get("instruction_id", 0))
    leader = db.session.get(User, given.leader_id) if given and given.leader_id else None
    if leader is not None and leader.active:
        words = f"{case.number} 您的批示已有办理情况反馈，请阅"
        key = f"event:{event.id}"
        inbox.tell([leader], words, key=key, case_id=case.id, number=case.number, at=at)


def stop_ladder(event: CaseEvent, case: Case, at: datetime) -> None:
    """What is over is supervised no more."""
    _by_city(event, ending.end_with)


def stop_promise(event: CaseEvent, case: Case, at: datetime) -> None:
    """A promise was kept: where the case was closed before, that ends its ladder."""
    if ending.is_over(case):
        _by_city(event, ending.end_with)


def change_unit(event: CaseEvent, case: Case, at: datetime) -> None:
    """What was asked of the unit before is not asked of the new one."""
    if _by_city(event, ending.leave):
        words = "承办单位有变更，原督办随之终止"
        telling.tell_office(event, case, at, AT_OFFICE, words, about="supervision")


def _by_city(event: CaseEvent, verb: Callable[[Case, datetime], bool]) -> bool:
    """Run a verb by the city's login, which sees a draft of the office's beside a district's case;
    in a transaction of its own, before this one has locked anything."""
    case_id, at = event.case_id, event.at
    with within(sessions.current().schema, login="city"):
        done = verb(db.session.get_one(Case, case_id), at)
        db.session.commit()
    return done


TABLE: dict[str, tuple[Reaction, ...]] = {
    "dispatch": (change_unit, project, tell_units),
    "assign": (change_unit, project, tell_units),
    "ask": (change_unit, project, tell_answerers),
    "forward": (change_unit, project, tell_answerers, tell_of_caring),
    "judge": (stop_ladder, project, tell_answered),
    "report": (tell_signers,),
    "unsign": (tell_handlers,),
    "send_back": (project, tell_handlers),
    "ask_extension": (tell_deciders,),
    "grant_extension": (project, tell_of_extension),
    "refuse_extension": (tell_of_extension,),
    "ask_return": (tell_sender,),
    "take_back": (change_unit, project, tell_of_return),
    "take_back_here": (change_unit, project, tell_of_return),
    "refuse_return": (tell_of_return,),
    "dispute": (tell_sender,),
    "rule": (change_unit, project, tell_units),
    "answer_co": (tell_main_unit,),
    "message": (tell_of_message,),
    "pass_message": (project, tell_of_complaint),
    "ask_reopening": (project, tell_of_request),
    "reopen": (change_unit, project, tell_units),
    "flag": (tell_of_flag,),
    "merge": (stop_ladder, project, tell_of_merging),
    "report_back": (tell_reported,),
    "supervise": (reacting.tell_supervised,),
    "supervise_again": (reacting.tell_supervised,),
    "supervise_bulletin": (reacting.tell_supervised,),
    "return_supervision": (reacting.tell_supervised,),
    "answer_supervision": (reacting.tell_supervisors,),
    "accept_supervision": (reacting.tell_of_verdict,),
    "reject_supervision": (reacting.tell_of_verdict,),
    "urge": (reacting.tell_urged,),
    "close": (stop_ladder, project),
    "fulfil": (stop_promise, project),
    "archive": (stop_ladder, project),
    "withdraw": (stop_ladder, project),
    "request_instruction": (tell_leader,),
    "instruct": (tell_of_instruction,),
    "enter_instruction": (tell_of_instruction,),
}
OTHERWISE: tuple[Reaction, ...] = (project,)
ALWAYS: tuple[Reaction, ...] = (publish_again,)


def react(event_id: int, *, at: datetime) -> None:
    """Do what follows from an event. Nothing follows from one that custody took out of sight."""
    event = db.session.get(CaseEvent, event_id)
    if event is None:
        return
    case = db.session.get_one(Case, event.case_id)
    for reaction in (*TABLE.get(event.name, OTHERWISE), *ALWAYS):
        reaction(event, case, at)
