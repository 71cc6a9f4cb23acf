"""The life of a case in sentences: what was done, and what it did to the clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

from minxin.cases import timeline
from minxin.cases.models import CaseEvent
from minxin.clock import SHANGHAI

AT = datetime(2026, 11, 22, 16, 40, tzinfo=SHANGHAI)


def fact(name: str, payload=None, **more) -> CaseEvent:
    more = {"actor_kind": "person", "actor_id": 1, "internal": False, "reason": None} | more
    return CaseEvent(
        name=name, at=AT, actor_name="林静", actor_unit="市民心网办", payload=payload or {}, **more
    )


def test_a_dispatch_says_to_whom_and_until_when():
    due = datetime(2026, 12, 1, tzinfo=SHANGHAI).isoformat()
    line = timeline.entry(
        fact(
            "dispatch",
            {
                "unit_name": "大洼区住建局",
                "co_units": ["大洼区城管局"],
                "opinion": "请核实",
                "clocks_stopped": {"dispatch": True},
                "clocks_started": {"complaint": due},
            },
        )
    )
    assert line.did == "转办至大洼区住建局，大洼区城管局协办"
    assert line.effect == "转办时限按时停止；办理时限至11月30日 24:00"
    assert (line.reason_term, line.reason) == ("承办意见", "请核实")
    assert (line.day, line.at) == ("11月22日 星期日", "16:40")


def test_a_missed_clock_is_said_loudly():
    line = timeline.entry(fact("sign", {"clocks_stopped": {"complaint": False}}))
    assert line.effect == "办理时限超期停止"
    assert line.effect_level == "late"


def test_files_that_came_together_are_one_line_and_the_newest_is_first():
    first = fact("attach", {"attachment_id": 1})
    second = fact("attach", {"attachment_id": 2})
    later = fact("attach", {"attachment_id": 3})
    later.at = AT + timedelta(minutes=1)
    lines = timeline.entries([fact("accept"), first, second, later])
    assert [line.did for line in lines] == ["上传附件", "上传2个附件", "签收"]
    assert lines[1].attachments == (1, 2)


def test_an_event_that_nobody_described_still_reads():
    assert timeline.entry(fact("something_new")).did == "更新"


def test_every_move_of_the_table_has_a_sentence():
    from minxin.cases.transitions import MOVES

    for name in MOVES:
        assert timeline.entry(fact(name)).did
