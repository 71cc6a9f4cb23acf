"""The table of moves, walked: every state × move × person, on real rows, by `workflow.move`."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select, text

from minxin import clock
from minxin.cases import clocks, handling, intake, workflow
from minxin.cases.models import Assignment, Case, CaseEvent, Clock
from minxin.cases.states import ENDED, State, Track
from minxin.cases.transitions import MOVES, Move, from_state
from minxin.cases.workflow import Conflict
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import CITIZEN, SYSTEM, Actor
from minxin.people.models import Unit
from tests.cases.planting import plant
from tests.cases.walking import Walk

UNIT, CO_UNIT = "大洼区住建局", "大洼区城管局"
OFFICE = {"linjing", "hejun", "gaoyuan"}

WHO = {
    "claim": OFFICE,
    "release": {"linjing", "gaoyuan"},
    "screen": {"linjing", "gaoyuan"},
    "refuse": {"linjing", "gaoyuan"},
    "dispatch": {"linjing", "gaoyuan"},
    "assign": {"mengyan"},
    "accept": {"zhaoyang", "qianjin"},
    "enter_log": {"zhaoyang", "qianjin"},
    "enter_co_log": {"zhouning"},
    "report": {"zhaoyang", "qianjin"},
    "unsign": {"sunli"},
    "sign": {"sunli"},
    "send_back": OFFICE | {"mengyan"},
    "approve": OFFICE | {"mengyan"},
    "attempt": OFFICE | {"mengyan"},
    "follow_up": OFFICE | {"mengyan"},
    "rate": OFFICE,
    "close": OFFICE,
    "ask": set(),
    "forward": {"zhaoyang", "qianjin"},
    "answer": {"zhaoyang", "qianjin"},
    "judge": OFFICE | {"mengyan", "citizen"},
    "archive": OFFICE,
    "ask_return": {"zhaoyang", "qianjin"},
    "take_back": OFFICE,
    "take_back_here": set(),
    "refuse_return": OFFICE,
    "dispute": {"zhaoyang", "qianjin"},
    "rule": {"gaoyuan"},
    "ask_extension": {"zhaoyang", "qianjin"},
    "grant_extension": {"gaoyuan"},
    "refuse_extension": {"gaoyuan"},
    "answer_co": {"zhouning"},
    "consult": OFFICE | {"mengyan"},
    "stop_consultation": OFFICE | {"mengyan"},
    "end_consultation": OFFICE | {"mengyan"},
    "waive": {"gaoyuan", "mengyan"},
    "appraise": OFFICE | {"mengyan", "citizen"},
    "pass_message": OFFICE | {"mengyan"},
    "answer_message": {"zhaoyang", "qianjin"},
    "settle_message": OFFICE | {"mengyan"},
    "ask_reopening": OFFICE | {"citizen"},
    "reopen": OFFICE,
    "refuse_reopening": OFFICE,
    "track": OFFICE | {"mengyan"},
    "review_promise": OFFICE | {"mengyan"},
    "fulfil": OFFICE | {"mengyan"},
    "choose": OFFICE,
    "unchoose": OFFICE,
    "enter_provincial_stars": OFFICE,
    "flag": OFFICE | {"mengyan"},
    "unflag": OFFICE,
    "request_instruction": OFFICE,
    "instruct": {"qinchuan"},
    "enter_instruction": OFFICE,
    "report_back": OFFICE,
    "read_feedback": {"qinchuan"},
    "enter_reading": OFFICE,
    "urge": OFFICE | {"mengyan"},
    "supervise": {"gaoyuan", "mengyan"},
    "supervise_again": {"gaoyuan", "mengyan"},
    "supervise_bulletin": {"gaoyuan", "mengyan"},
    "answer_supervision": {"zhaoyang", "qianjin"},
    "accept_supervision": OFFICE | {"mengyan"},
    "return_supervision": OFFICE | {"mengyan"},
    "reject_supervision": OFFICE | {"mengyan"},
    "talk": OFFICE | {"mengyan"},
    "merge": OFFICE,
    "split": OFFICE,
    "withdraw": OFFICE | {"citizen"},
}
"""Who may make each move of a case that 林静 claimed, 大洼区住建局 handles and 大洼区城管局 helps
with, sent by the office on the course of a 诉求件: regulation 1.9, read by a person and not from
our matrix."""

PEOPLE = (
    *("linjing", "hejun", "gaoyuan", "qinchuan"),  # the office, and a city leader
    *("mengyan", "zhaoyang", "qianjin", "sunli", "zhouning"),  # 大洼区
    *("wutong", "zhengtao", "wangqin", "fengxue", "jiangbo"),  # other tenants
    *("chencheng", "chuwei", "weiming"),  # administrators
    *("system", "citizen"),
)
AT_THE_OFFICE = {State.UNCLAIMED, State.CLAIMED, State.REFUSED, State.WITHDRAWN}
"""States in which the office's own tenant holds the case: nobody in a district sees it."""

FACTS = dict.fromkeys(workflow.MISSING, "有") | {"stars": 5, "sections": [{"key": "result"}]}

TABLES = ("cases", "case_events", "clocks", "tallies", "outbox", "assignments")


@dataclass
class Walked:
    """The walked city: a planted case for each state, and who walks."""

    panjin: object
    cases: dict[State, int]

    def actor(self, name: str) -> Actor:
        return {"system": SYSTEM, "citizen": CITIZEN}.get(name) or self.panjin.actor(name)

    def standing(self, name: str):
        return self.panjin.standing(None if name in ("system", "citizen") else name)

    def rows(self) -> list[str]:
        """Everything that a move could have written."""
        return [
            db.session.scalar(text(f"SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM {t} t"))
            for t in TABLES
        ]


@pytest.fixture
def walk(panjin) -> Walked:
    with panjin.standing():
        holder = panjin.actor("linjing").user_id
        made = {}
        for state in State:
            case = plant(state, unit_id=panjin.unit(UNIT), holder_id=holder)
            made[state] = case.id
            if state not in AT_THE_OFFICE:
                _help(case, panjin.unit(CO_UNIT))
        db.session.commit()
    return Walked(panjin, made)


def _help(case: Case, unit_id: int) -> None:
    db.session.add(
        Assignment(
            tenant_id=case.tenant_id,
            case_id=case.id,
            unit_id=unit_id,
            part="co",
            opinion="请配合",
            sent_at=clock.now(),
        )
    )


def _make(case_id: int, name: str, by: Actor, **changed):
    given = {"facts": FACTS, "reason": "写明的理由"} | changed
    return workflow.move(case_id, name, by=by, at=clock.now(), **given)


def _refused(case_id: int, name: str, by: Actor) -> bool:
    try:
        _make(case_id, name, by)
    except Refused:
        return True
    return False


def _allowed(state: State, row: Move, name: str) -> bool:
    if state not in row.sources:
        return False
    if row.name == "ask":
        return False  # these cases are not questions
    if name == "system":
        return True
    seen = state not in AT_THE_OFFICE or name in {*OFFICE, "qinchuan", "citizen"}
    return seen and name in WHO[row.name]


def test_every_move_says_here_who_makes_it():
    assert set(WHO) == set(MOVES) - {"receive"}, "add the new move and who may make it to WHO"


@pytest.mark.parametrize("name", PEOPLE)
def test_what_is_not_allowed_is_refused_and_changes_nothing(name, walk):
    by = walk.actor(name)
    with walk.panjin.standing():
        before = walk.rows()
    with walk.standing(name):
        for state, case_id in walk.cases.items():
            for row in MOVES.values():
                if row.name == "receive" or _allowed(state, row, name):
                    continue
                said = f"{name} made “{row.label}” of a case that is {state.label}"
                assert _refused(case_id, row.name, by), said
                assert not db.session.dirty, row.name
                assert not db.session.new, row.name
                db.session.commit()  # a view that forgot to roll back
    with walk.panjin.standing():
        assert walk.rows() == before


@pytest.mark.parametrize("name", PEOPLE)
def test_what_is_allowed_succeeds_and_does_what_its_row_says(name, walk):
    by = walk.actor(name)
    with walk.standing(name):
        for state, case_id in walk.cases.items():
            for row in MOVES.values():
                if row.name == "receive" or not _allowed(state, row, name):
                    continue
                version = db.session.get_one(Case, case_id).version
                running = {c.rule_key for c in clocks.running(db.session.get_one(Case, case_id))}
                made = _make(case_id, row.name, by, version=version)
                _check(row, state, made, version, running, by)
                db.session.rollback()


def _check(row, state, made, version, running, by):
    case, event = made.case, made.event
    assert case.state == (row.to or state)
    assert case.version == version + 1
    assert (event.name, event.article, event.actor_name) == (row.name, row.article, by.name)
    assert (event.from_state, event.to_state) == (state, case.state)
    assert event.internal == row.internal
    still = {c.rule_key for c in clocks.running(case)}
    stopped = {clocks.rule_key(case, key) for key in row.stops}
    started = {clocks.rule_key(case, key) for key in row.starts} - {None}
    assert still == (set() if "*" in row.stops else running - stopped) | started
    counted = db.session.scalar(
        text("SELECT sum(number) FROM tallies WHERE state = :s"), {"s": case.state}
    )
    assert counted == (1 if case.state == state else 2), "one case stood there, another joined it"
    promised = db.session.scalar(
        text("SELECT count(*) FROM outbox WHERE ids->>'event_id' = :id"), {"id": str(event.id)}
    )
    assert promised == 1


def test_the_buttons_are_the_moves_that_would_succeed(walk):
    for name in PEOPLE:
        if name in ("system", "citizen"):
            continue
        by = walk.actor(name)
        with walk.standing(name):
            for state, case_id in walk.cases.items():
                case = db.session.get(Case, case_id)
                shown = {row.name for row in workflow.available(case, by)} if case else set()
                assert shown == {r.name for r in MOVES.values() if _allowed(state, r, name)}, (
                    f"{name}, {state.label}"
                )


def test_each_missing_fact_is_asked_for_by_its_field(walk):
    with walk.panjin.standing():
        question = plant(State.CLAIMED)
        question.track = Track.QUESTION
        db.session.commit()
        before = walk.rows()
        for row in MOVES.values():
            for need in row.needs:
                asked = row.track is Track.QUESTION
                case_id = question.id if asked else walk.cases[sorted(row.sources)[0]]
                for empty in (None, "", []):
                    changed = {"reason": empty} if need == "reason" else {}
                    with pytest.raises(Refused) as refused:
                        _make(
                            case_id,
                            row.name,
                            SYSTEM,
                            **({"facts": FACTS | {need: empty}} | changed),
                        )
                    assert refused.value.field == need, row.name
                    assert refused.value.message == workflow.MISSING[need]
                    db.session.commit()
        assert walk.rows() == before


def test_a_form_made_from_an_older_version_is_a_conflict(walk):
    with walk.panjin.standing():
        before = walk.rows()
        with pytest.raises(Conflict, match="没有执行"):
            _make(walk.cases[State.UNCLAIMED], "claim", walk.actor("linjing"), version=7)
        db.session.commit()
        assert walk.rows() == before


def test_of_two_who_claim_at_once_the_second_is_told_who_was_faster(walk):
    outcomes: list[str] = []
    ready = threading.Barrier(2)
    app = walk.panjin.app

    def claim(name: str) -> None:
        with app.app_context(), walk.panjin.standing(name):
            ready.wait()
            try:
                _make(walk.cases[State.UNCLAIMED], "claim", walk.actor(name), version=0)
                db.session.commit()
                outcomes.append("claimed")
            except Conflict as conflict:
                outcomes.append(conflict.message)

    threads = [threading.Thread(target=claim, args=(name,)) for name in ("linjing", "hejun")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=len)[0] == "claimed"
    assert re.search("(林静|何军)已于.*认领", max(outcomes, key=len))


def test_who_did_not_claim_it_is_told_who_did(walk):
    with walk.panjin.standing("hejun"), pytest.raises(Refused, match="该件由林静认领"):
        _make(walk.cases[State.CLAIMED], "refuse", walk.actor("hejun"))


def test_a_station_handles_what_was_sent_to_itself_and_reviews_what_others_did(walk, panjin):
    station = panjin.unit("大洼区民心网工作站")
    by = panjin.actor("mengyan")
    with panjin.standing():
        own = plant(State.DISPATCHED, unit_id=station).id
        reported = plant(State.REPORTED, unit_id=station).id
        called = plant(State.FOLLOW_UP, unit_id=station).id
        db.session.commit()
    with panjin.standing("mengyan"):
        handling.accept(db.session.get_one(Case, own), by=by, at=clock.now())
        for case_id, name in (
            (reported, "approve"),
            (reported, "send_back"),
            (called, "attempt"),
            (called, "follow_up"),
        ):
            with pytest.raises(Refused, match="不得由本单位"):
                _make(case_id, name, by)
    with panjin.standing("linjing"):
        _make(reported, "approve", panjin.actor("linjing"))


def test_who_handed_the_report_in_never_reviews_it_or_calls_back(walk, panjin):
    """Also when he has changed to another unit meanwhile: the unit alone would not tell."""
    with panjin.standing():
        reported = plant(State.REPORTED, unit_id=panjin.unit(UNIT))
        reported.reporter_id = panjin.actor("mengyan").user_id
        called = plant(State.FOLLOW_UP, unit_id=panjin.unit(UNIT))
        called.reporter_id = panjin.actor("mengyan").user_id
        db.session.commit()
        ids = (reported.id, called.id)
    with panjin.standing("mengyan"):
        for case_id, name in zip(ids, ("approve", "follow_up"), strict=True):
            shown = workflow.available(db.session.get_one(Case, case_id), panjin.actor("mengyan"))
            assert name not in {row.name for row in shown}
            with pytest.raises(Refused, match="不得由本人"):
                _make(case_id, name, panjin.actor("mengyan"))
    with panjin.standing("linjing"):
        _make(ids[0], "approve", panjin.actor("linjing"))


def test_the_report_remembers_who_handed_it_in(panjin):
    item = Walk(panjin, clock.now()).dispatched("大洼区民心网工作站", at=clock.now())
    item.assigned(UNIT, at=clock.now()).reported(at=clock.now())
    with panjin.standing():
        assert item.case().reporter_id == panjin.actor("zhaoyang").user_id


def test_a_unit_below_the_own_one_is_covered_and_the_one_above_is_not(walk, panjin):
    """A responder acts for the points under the own unit; never for the unit over it."""
    with panjin.standing():
        above = db.session.get_one(Unit, panjin.unit(UNIT))
        below = Unit(
            tenant_id=above.tenant_id,
            parent_id=above.id,
            path="",
            name="某站点",
            kind="point",
            valid_from=clock.local(clock.now()).date(),
        )
        db.session.add(below)
        db.session.flush()
        below.path = f"{above.path}{below.id}/"
        case = plant(State.DISPATCHED, unit_id=below.id)
        over = replace(panjin.actor("zhaoyang"), unit_ids=frozenset({above.id, below.id}))
        point = replace(panjin.actor("zhaoyang"), unit_id=below.id, unit_ids=frozenset({below.id}))
        _make(case.id, "accept", over)
        with pytest.raises(Refused, match="权限"):
            _make(walk.cases[State.DISPATCHED], "accept", point)


def test_an_unseen_case_is_refused_like_one_that_is_not_there(walk, panjin):
    said = set()
    with panjin.standing("wutong"):
        for case_id in (walk.cases[State.REPORTED], 987654321):
            with pytest.raises(Refused) as refused:
                _make(case_id, "approve", panjin.actor("wutong"))
            said.add(refused.value.message)
    assert len(said) == 1


# The table itself


def test_every_state_is_reached_from_the_first_and_every_running_one_has_a_way_out():
    reached, edge = {State.UNCLAIMED}, {State.UNCLAIMED}
    while edge:
        edge = {row.to for state in edge for row in from_state(state) if row.to} - reached
        reached |= edge
    assert reached == set(State)
    for state in State:
        ways = {row.name for row in from_state(state) if row.to not in (None, state)}
        if state in ENDED:
            assert ways <= {"reopen", "split"}, "what is over begins again only by decision"
        else:
            assert ways, state.label


def test_from_every_running_state_the_end_can_be_reached():
    ends = set(ENDED)
    while True:
        more = {s for s in State if any(row.to in ends for row in from_state(s))} | ends
        if more == ends:
            break
        ends = more
    assert ends == set(State)


ITEMS = {5: 0, 6: 0, 7: 0, 8: 7, 9: 6, 10: 0, 11: 0, 12: 4}
"""Articles of the regulation that a move may rest on, and how many numbered items each has."""
NUMERALS = "零一二三四五六七八九十"


@pytest.mark.parametrize("row", MOVES.values(), ids=lambda row: row.name)
def test_each_move_rests_on_an_article_that_exists(row):
    found = re.fullmatch(
        r"第([一二三四五六七八九十]+)条((?:（[一二三四五六七八九]）)*)", row.article
    )
    assert found, row.article
    number = sum(NUMERALS.index(c) for c in found[1])
    assert number in ITEMS
    for item in re.findall("（(.)）", found[2]):
        assert 1 <= NUMERALS.index(item) <= ITEMS[number], row.article


def test_a_state_has_no_two_moves_of_one_name():
    for state in State:
        labels = [row.label for row in from_state(state)]
        assert len(labels) == len(set(labels)), state.label


def test_every_fact_a_move_needs_has_a_sentence():
    assert {need for row in MOVES.values() for need in row.needs} <= set(workflow.MISSING)


def test_every_step_that_a_citizen_reads_has_words():
    assert all(row.internal or row.words for row in MOVES.values())


def test_every_clock_that_a_move_turns_has_a_rule(walk):
    with walk.panjin.standing():
        rules = clocks.rulebook().rules
    named = {key for row in MOVES.values() for key in (*row.starts, *row.stops)}
    assert named - {"*", clocks.HANDLING, clocks.FEEDBACK} <= set(rules)


def test_no_clock_runs_in_a_case_that_ended(walk, panjin):
    by = panjin.actor("linjing")
    with panjin.standing("linjing"):
        for state, name in (
            (State.RATED, "close"),
            (State.CLAIMED, "refuse"),
            (State.HANDLING, "withdraw"),
        ):
            case = _make(walk.cases[state], name, by).case
            left = select(Clock).where(Clock.case_id == case.id, Clock.stopped_at.is_(None))
            assert not db.session.scalars(left).all()
            assert case.due_at.year == 9999


def test_the_first_event_of_a_case_is_its_entry(panjin):
    with panjin.standing():
        appeal = intake.Appeal("路灯不亮", "门口路灯不亮")
        case = intake.enter(appeal, by=panjin.actor("linjing"), at=clock.now())
        event = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id)).one()
        assert (event.name, event.from_state, event.to_state) == ("receive", None, "unclaimed")
        assert event.article == MOVES["receive"].article
