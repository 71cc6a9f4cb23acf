"""重大、紧急: the flag and its 30 minutes, 请示件, 批示, and the unit's first word."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from minxin.attachments.inspect import inspect
from minxin.cases import (
    asking,
    briefing,
    dispatch,
    flagging,
    handling,
    instructions,
    leaders,
    overdue,
    reach,
    screening,
)
from minxin.cases.asking import InstructionRequest
from minxin.cases.dispatch import Order
from minxin.cases.instructions import Instruction, OnPaper
from minxin.cases.leaders import Leader
from minxin.cases.models import Assignment, Attachment, Case, CaseEvent, Clock
from minxin.cases.screening import Finding
from minxin.cases.tallies import read
from minxin.cases.workflow import Conflict
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.models import Post
from tests.cases.walking import Walk

UNIT = "大洼区住建局"


def at(month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=SHANGHAI)


NIGHT = at(11, 2, 23, 45)  # a burst main at night
LEADER = "qinchuan"


def do(item: Walk, who: str, step) -> object:
    """A verb by a person on the case, committed."""
    with item.cast.standing(who):
        by = item.cast.actor(who)
        case = reach.find(item.number, by)
        assert case is not None
        made = step(case, by)
        db.session.commit()
        return made


def flag(
    item, urgency="critical", who="linjing", when=NIGHT, reason="主管道爆裂，路面塌陷", **more
):
    do(item, who, lambda case, by: flagging.flag(case, reason, urgency, by=by, at=when, **more))
    return item


def request(item, leader=None, when=NIGHT, who="linjing", text="主管道爆裂，请批示。", **more):
    def step(case, by):
        chosen = leader or leader_of(item.cast)
        return asking.request(case, chosen, text, by=by, at=when, **more)

    do(item, who, step)
    return item


def leader_of(cast) -> Leader:
    return Leader("秦川", "副市长", cast.actor(LEADER).user_id)


def instruct(item, text="请住建局牵头，立即抢修", when=NIGHT, who=LEADER, **more):
    do(item, who, lambda case, by: instructions.instruct(case, text, by=by, at=when, **more))
    return item


def clock_of(cast, key: str) -> Clock | None:
    return db.session.scalar(select(Clock).where(Clock.rule_key == key).order_by(Clock.id.desc()))


def event(name: str) -> CaseEvent:
    return db.session.scalars(select(CaseEvent).where(CaseEvent.name == name)).one()


def sweep(when: datetime) -> None:
    while overdue.sweep(when):
        db.session.commit()


@pytest.fixture
def claimed(panjin) -> Walk:
    """A case that 林静 has claimed."""
    item = Walk(panjin, NIGHT - timedelta(minutes=20), subject="主管道爆裂", place="向海大道")
    do(item, "linjing", lambda case, by: screening.claim(case, by=by, at=NIGHT))
    return item


@pytest.fixture
def in_hand(panjin) -> Walk:
    """A complaint in the hands of 大洼区住建局."""
    item = Walk(panjin, at(11, 2, 9)).dispatched("大洼区民心网工作站", at=at(11, 2, 9))
    item.assigned(UNIT, at=at(11, 2, 9))
    do(item, "zhaoyang", lambda case, by: handling.accept(case, by=by, at=at(11, 2, 10)))
    return item


def send(item, when: datetime, urgency: str) -> None:
    def step(case, by):
        finding = Finding("help", 3, "爆管", "主管道爆裂", "爆管", urgency)
        screening.screen(case, finding, by=by, at=when)
        order = Order(item.cast.unit("大洼区民心网工作站"), "请立即处置")
        dispatch.dispatch(case, order, by=by, at=when)

    do(item, "linjing", step)


# The flag


def test_a_flag_gives_the_office_thirty_minutes_to_the_second(panjin, claimed):
    flag(claimed)
    with panjin.standing():
        asked = clock_of(panjin, "instruction_request")
        assert asked.due_at == at(11, 3, 0, 15)
        sweep(at(11, 3, 0, 14, 59))
        assert db.session.scalars(select(CaseEvent).where(CaseEvent.name == "overdue")).all() == []
        sweep(at(11, 3, 0, 15))
        assert event("overdue").payload["rule"] == "instruction_request"
        case = claimed.case()
        assert (case.major, case.urgency) == (True, "critical")
        assert case.due_at == asked.due_at, "before dispatch the office's own clock is shown"
        assert case.flagged_at == NIGHT
        assert read()["pending_instruction_request"] == 1


def test_put_before_a_leader_in_time_the_thirty_minutes_stop(panjin, claimed):
    request(flag(claimed), when=NIGHT + timedelta(minutes=29, seconds=59))
    with panjin.standing():
        assert event("request_instruction").payload["clocks_stopped"] == {
            "instruction_request": True
        }
        totals = read()
        assert "pending_instruction_request" not in totals
        assert totals["pending_instruction"] == 1


def test_put_before_a_leader_at_the_thirtieth_minute_it_is_late(panjin, claimed):
    request(flag(claimed), when=NIGHT + timedelta(minutes=30))
    with panjin.standing():
        stopped = event("request_instruction").payload["clocks_stopped"]
        assert stopped == {"instruction_request": False}


@pytest.mark.parametrize("urgency", ["", "normal", "nonsense"])
def test_a_flag_is_of_urgent_or_critical(panjin, claimed, urgency):
    with pytest.raises(Refused) as refused:
        flag(claimed, urgency)
    assert refused.value.field == "urgency"
    with panjin.standing():
        assert claimed.case().urgency == "normal"


def test_a_flag_needs_its_reason(panjin, claimed):
    with pytest.raises(Refused, match="理由"):
        flag(claimed, reason=" ")
    with panjin.standing():
        assert claimed.case().urgency == "normal"
        assert not claimed.case().major


def test_a_flag_is_raised_and_never_lowered_or_repeated(panjin, claimed):
    request(flag(claimed, "urgent"))
    with pytest.raises(Refused, match="不需要重复"):
        flag(claimed, "urgent")
    flag(claimed, "critical", when=NIGHT + timedelta(hours=1))
    with panjin.standing():
        again = clock_of(panjin, "instruction_request")
        assert again.due_at == NIGHT + timedelta(hours=1, minutes=30), "the leader hears of it"
    with pytest.raises(Refused, match="不能降低"):
        flag(claimed, "urgent")


@pytest.mark.parametrize("who", ["zhaoyang", "sunli", "qinchuan"])
def test_units_and_leaders_do_not_flag(panjin, in_hand, who):
    with pytest.raises(Refused, match="权限"):
        flag(in_hand, who=who)


def test_a_station_flags_what_its_district_has_in_hand(panjin, in_hand):
    flag(in_hand, "urgent", who="mengyan", when=at(11, 2, 11))
    with panjin.standing():
        assert in_hand.case().major
        assert in_hand.case().clock_key == "urgent_feedback", "the unit's list shows its own clock"
        assert clock_of(panjin, "urgent_feedback").due_at == at(11, 3, 11)


def test_a_flag_taken_away_withdraws_what_was_asked(panjin, in_hand):
    request(flag(in_hand, when=at(11, 2, 11)), when=at(11, 2, 11))
    other = Walk(panjin, NIGHT)
    with pytest.raises(Refused, match="没有标为"):
        do(other, "linjing", lambda case, by: flagging.unflag(case, "误标", by=by, at=NIGHT))
    do(
        in_hand,
        "linjing",
        lambda case, by: flagging.unflag(case, "经核实不属重大", by=by, at=at(11, 2, 12)),
    )
    with panjin.standing():
        case = in_hand.case()
        assert (case.major, case.urgency) == (False, "critical")
        assert case.flagged_at is None
        asked = db.session.scalars(select(InstructionRequest)).one()
        assert asked.withdrawn_at == at(11, 2, 12)
        totals = read()
        assert not {"pending_instruction", "pending_instruction_request"} & set(totals)


def test_a_stale_form_flags_nothing(panjin, claimed):
    with panjin.standing():
        version = claimed.case().version
    flag(claimed, "urgent")
    with pytest.raises(Conflict):
        flag(claimed, "critical", version=version)
    with panjin.standing():
        assert claimed.case().urgency == "urgent"


# The unit's first word


@pytest.mark.parametrize(
    ("sent", "urgency", "key", "due"),
    [
        (NIGHT, "critical", "critical_feedback", at(11, 3, 1, 45)),
        (NIGHT, "urgent", "urgent_feedback", at(11, 3, 23, 45)),
        (at(10, 1, 22, 30), "critical", "critical_feedback", at(10, 2, 0, 30)),  # a holiday night
        (at(9, 30, 23), "urgent", "urgent_feedback", at(10, 1, 23)),  # into the National Day
    ],
)
def test_the_first_word_is_due_in_hours_of_the_clock_on_the_wall(panjin, sent, urgency, key, due):
    item = Walk(panjin, sent)
    do(item, "linjing", lambda case, by: screening.claim(case, by=by, at=sent))
    send(item, sent, urgency)
    with panjin.standing():
        assert clock_of(panjin, key).due_at == due


@pytest.mark.parametrize(
    ("spoken", "on_time"), [(at(11, 3, 1, 44, 59), True), (at(11, 3, 1, 45), False)]
)
def test_the_first_record_of_the_handling_stops_it(panjin, claimed, spoken, on_time):
    send(flag(claimed), NIGHT, "critical")
    claimed.assigned(UNIT, at=NIGHT)

    def work(case, by):
        handling.accept(case, by=by, at=NIGHT)
        handling.enter_log(case, "抢修队伍已到现场", by=by, at=spoken)

    do(claimed, "zhaoyang", work)
    with panjin.standing():
        assert event("enter_log").payload["clocks_stopped"] == {"critical_feedback": on_time}
        assert clock_of(panjin, "critical_feedback").stopped_at == spoken
        sweep(at(11, 3, 2))
        late = db.session.scalars(
            select(CaseEvent.payload["rule"].astext).where(CaseEvent.name == "overdue")
        ).all()
        assert "critical_feedback" not in late


def test_before_dispatch_no_first_word_is_due(panjin, claimed):
    flag(claimed)
    with panjin.standing():
        assert clock_of(panjin, "critical_feedback") is None


# 请示件 and 批示


def test_the_draft_says_what_is_known_and_masks_numbers(panjin):
    body = "主管道爆裂，我的电话13812345678，快来人"
    item = Walk(panjin, NIGHT, subject="主管道爆裂", place="向海大道", body=body)
    flag(item)
    with panjin.standing():
        text = briefing.draft(item.case(), "", NIGHT)
    for words in (item.number, "特急", "向海大道", "尚未转办", "11月2日 23:45", "标为重大紧急"):
        assert words in text
    assert "13812345678" not in text
    assert "138****5678" in text


def test_leaders_are_found_by_post_on_the_day_with_account_or_without(panjin):
    with panjin.standing():
        unit_id, tenant_id = panjin.unit(UNIT), panjin.tenant("dawa")
        for name, title, since, until in (
            ("周海", "副区长", date(2026, 1, 1), date(2026, 10, 31)),
            ("吴江", "副区长", date(2026, 11, 1), None),
        ):
            db.session.add(
                Post(
                    tenant_id=tenant_id,
                    unit_id=unit_id,
                    post="overseer",
                    name=name,
                    title=title,
                    valid_from=since,
                    valid_to=until,
                )
            )
        db.session.commit()
        found = leaders.choices(NIGHT)
        assert [(each.name, each.title, each.user_id is None) for each in found] == [
            ("吴江", "副区长", True),
            ("秦川", "市领导", False),
        ]
        before = leaders.choices(at(10, 31, 12))
        assert [each.name for each in before] == ["周海", "秦川"]
        assert found[0].key == "name-吴江"


def test_a_leader_writes_and_it_answers_what_was_put_before_him(panjin, in_hand):
    request(flag(in_hand, when=at(11, 2, 11)), when=at(11, 2, 11))
    instruct(in_hand, when=at(11, 2, 11, 20))
    with panjin.standing():
        asked = db.session.scalars(select(InstructionRequest)).one()
        led = db.session.scalars(select(Instruction)).one()
        assert asked.answered_at == at(11, 2, 11, 20)
        assert (led.request_id, led.leader, led.leader_title) == (asked.id, "秦川", "副市长")
        assert (led.given_on, led.text) == (date(2026, 11, 2), "请住建局牵头，立即抢修")
        assert "pending_instruction" not in read()
        assert event("instruct").internal


@pytest.mark.parametrize("text", ["", "  ", "批" * 1001])
def test_an_instruction_has_words_and_not_too_many(panjin, in_hand, text):
    with pytest.raises(Refused):
        instruct(in_hand, text, when=at(11, 2, 12))
    with panjin.standing():
        assert db.session.scalars(select(Instruction)).all() == []


@pytest.mark.parametrize("who", ["linjing", "gaoyuan", "mengyan", "sunli"])
def test_only_leaders_instruct(panjin, in_hand, who):
    with pytest.raises(Refused, match="权限"):
        instruct(in_hand, who=who, when=at(11, 2, 12))


def _picture() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "PNG")
    return picture.getvalue()


def enter(item, paper: OnPaper):
    def step(case, by):
        return instructions.enter(case, paper, by=by, at=at(11, 2, 12))

    do(item, "linjing", step)


def test_the_office_enters_what_a_leader_without_account_wrote(panjin, in_hand):
    wu = Leader("吴江", "副区长")
    request(flag(in_hand, when=at(11, 2, 11)), wu, when=at(11, 2, 11))
    with panjin.standing():
        assert "pending_instruction" not in read(), "nobody can answer it in the system"
    scan = inspect(_picture(), "批示.png")
    enter(in_hand, OnPaper(wu, date(2026, 11, 2), "", scan, "批示.png"))
    with panjin.standing():
        led = db.session.scalars(select(Instruction)).one()
        hung = db.session.get(Attachment, led.attachment_id)
        assert (hung.part, hung.mime, hung.tenant_id) == (
            "instruction",
            "image/png",
            panjin.tenant("dawa"),
        )
        assert (led.leader, led.entered_by, led.text) == ("吴江", "林静", "")
        assert db.session.scalars(select(InstructionRequest.answered_at)).one() == at(11, 2, 12)


@pytest.mark.parametrize(
    ("paper", "field"),
    [
        (lambda wu, scan: OnPaper(wu, date(2026, 11, 2), ""), "instruction"),
        (lambda wu, scan: OnPaper(None, date(2026, 11, 2), "同意"), "leader"),
        (lambda wu, scan: OnPaper(wu, None, "同意"), "given_on"),
        (lambda wu, scan: OnPaper(wu, date(2026, 11, 3), "同意"), "given_on"),
        (lambda wu, scan: OnPaper(wu, date(2026, 11, 1), "同意"), "given_on"),
        (lambda wu, scan: OnPaper(wu, date(2026, 11, 2), "", scan, "批示.txt"), "scan"),
    ],
)
def test_what_is_entered_is_whole(panjin, in_hand, paper, field):
    text = inspect("这不是扫描件".encode(), "批示.txt")
    with pytest.raises(Refused) as refused:
        enter(in_hand, paper(Leader("吴江", "副区长"), text))
    assert refused.value.field == field
    with panjin.standing():
        assert db.session.scalars(select(Instruction)).all() == []
        assert db.session.scalars(select(Attachment)).all() == []


def test_the_order_goes_out_with_the_instruction(panjin, claimed):
    flag(claimed)
    request(claimed)
    instruct(claimed)
    send(claimed, NIGHT, "critical")
    claimed.assigned(UNIT, at=NIGHT)
    with panjin.standing():
        led = db.session.scalars(select(Instruction)).one()
        assert led.tenant_id == panjin.tenant("dawa"), "it follows the case into the district"
        for name in ("dispatch", "assign"):
            assert event(name).payload["instruction_ids"] == [led.id]
        assert db.session.scalars(select(Assignment)).first().unit_id
        assert db.session.scalars(select(Case)).one().major
