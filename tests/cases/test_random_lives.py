"""Random lives: moves right and wrong, at random times, by anybody; the case stays whole.

Hypothesis walks a case by the product's verbs over both courses and looks after each step.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run
from sqlalchemy import func, select

from minxin.cases import clocks, rulebook, workflow
from minxin.cases.models import FAR, Case, CaseEvent, Clock
from minxin.cases.reckoning import Reckoner
from minxin.cases.states import ENDED, POOL, WITH_UNIT, State
from minxin.cases.tallies import Tally
from minxin.cases.transitions import MOVES, SUPERVISIONS
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import CITIZEN, SYSTEM, Actor
from minxin.supervision import chain
from minxin.tenancy import custody
from tests.cases.asking import Question
from tests.cases.verbs import VERBS
from tests.cases.walking import Walk

PEOPLE = ("linjing", "gaoyuan", "mengyan", "zhaoyang", "sunli", "zhouning", "wutong", "zhengtao",
          "fengxue", "qinchuan", "citizen", "system")  # fmt: skip
MORNING = datetime(2026, 9, 21, 1, tzinfo=UTC)
WAITS = st.sampled_from([0, 0, 0, 1, 1, 20, 60, 300, 1440, 3 * 1440, 9 * 1440])
"""Minutes between two steps: mostly soon after, now and then past every clock."""


STATION = "大洼区民心网工作站"
STAGES = ("entered", "dispatched", "assigned", "reported", "signed", "closed")
EARLY_ENDS = frozenset({State.WITHDRAWN, State.REFUSED})


class Life(RuleBasedStateMachine):
    """One case from its entry; `cast` is set by the test."""

    cast = None

    def __init__(self) -> None:
        super().__init__()
        self.at = MORNING
        self.case_id = 0
        self.stopped: dict[int, tuple] = {}
        self.others: list[str] = []

    @initialize(stage=st.sampled_from((*STAGES, "asked")))
    def begin(self, stage: str) -> None:
        """A case that came some way before anything happens to it."""
        if stage == "asked":
            walk = Question(self.cast, self.at).asked("市城管局", at=self.at)
            self.others = [walk.number]
            with self.cast.standing():
                self.case_id = walk.case().id
            return
        walk = Walk(self.cast, self.at)
        for step in STAGES[: STAGES.index(stage) + 1]:
            self.at += timedelta(hours=1)
            if step == "dispatched":
                walk.dispatched(STATION, at=self.at)
            elif step == "assigned":
                walk.assigned("大洼区住建局", at=self.at, co=["大洼区城管局"])
            elif step != "entered":
                getattr(walk, step)(at=self.at)
        other = Walk(self.cast, self.at)
        self.others = [other.number, walk.number]
        with self.cast.standing():
            self.case_id = walk.case().id

    @rule(data=st.data(), wait=WAITS)
    def go_on(self, data, wait: int) -> None:
        """Somebody makes a move that he may make now."""
        self.at += timedelta(minutes=wait)
        legal = self._legal()
        if data.draw(st.integers(0, 9)):  # lives that end at once show little
            legal = [each for each in legal if MOVES[each[0]].to not in EARLY_ENDS] or legal
        if legal:
            self._try(*data.draw(st.sampled_from(legal)), data)

    @rule(data=st.data(), wait=WAITS, name=st.sampled_from(sorted(VERBS)))
    def go_wrong(self, data, wait: int, name: str) -> None:
        """Somebody tries any move at all."""
        self.at += timedelta(minutes=wait)
        self._try(name, data.draw(st.sampled_from(PEOPLE)), data)

    def _actor(self, name: str) -> Actor:
        return {"system": SYSTEM, "citizen": CITIZEN}.get(name) or self.cast.actor(name)

    def _standing(self, name: str):
        return self.cast.standing(None if name in ("system", "citizen") else name)

    def _legal(self) -> list[tuple[str, str]]:
        found = []
        for name in PEOPLE:
            with self._standing(name):
                case = db.session.get(Case, self.case_id)
                if case is not None and name not in ("system", "citizen"):
                    moves = workflow.available(case, self._actor(name))
                    found += [(row.name, name) for row in moves if row.name in VERBS]
        return found

    def _try(self, move: str, name: str, data) -> None:
        by = self._actor(name)
        before = self._seen()
        with self._standing(name):
            case = db.session.get(Case, self.case_id)
            if case is None:
                return
            try:
                VERBS[move](self, case, by, data)
                db.session.commit()
            except Refused:
                db.session.rollback()
                refused = True
            else:
                refused = False
        after = self._seen()
        if refused:
            assert after == before, f"{move} was refused and changed something"
        elif after[0] != before[0]:
            states = {row.to for row in MOVES.values() if before[0] in row.sources}
            assert after[0] in states, f"{move}: {before[0]} → {after[0]}"

    def _seen(self) -> tuple[str, int, int]:
        with self.cast.standing():
            case = db.session.get_one(Case, self.case_id)
            facts = select(func.count()).where(CaseEvent.case_id == case.id)
            return case.state, case.version, db.session.scalar(facts)

    @invariant()
    def clocks_are_consistent(self) -> None:
        """Stopped ones never change; the others are due when their inputs say."""
        with self.cast.standing():
            if not self.case_id:
                return
            case = db.session.get_one(Case, self.case_id)
            found = clocks.of(case)
            known = {c.id: c for c in found}
            for clock_id, was in self.stopped.items():
                assert self._frozen(known[clock_id]) == was, "a stopped clock changed"
            self.stopped = {c.id: self._frozen(c) for c in found if c.stopped_at is not None}
            running = [c for c in found if c.stopped_at is None]
            for clock in running:
                due = Reckoner(rulebook.adopted_calendar(clock.calendar_version)).due(clock)
                assert clock.due_at == (due.at if due else FAR), clock.rule_key
            own = [c for c in running if c.rule_key not in clocks.ASIDE]
            shown = own if own and State(case.state) in WITH_UNIT else running
            assert case.due_at == min([c.due_at for c in shown], default=FAR)
            if case.state in ENDED:
                beside = clocks.BESIDE | {"reopening_decision"}
                rung = chain.latest(case)
                if case.state == State.CLOSED and rung is not None and rung.state == "open":
                    beside |= set(SUPERVISIONS)  # of a promise or a message that ran on
                assert {c.rule_key for c in running} <= beside

    @staticmethod
    def _frozen(clock: Clock) -> tuple:
        return (clock.rule_key, clock.started_at, clock.due_at, clock.stopped_at, clock.version,
                str(clock.inputs))  # fmt: skip

    @invariant()
    def custody_is_whole(self) -> None:
        """Everything that hangs off a case lies with its tenant."""
        with self.cast.standing():
            if not self.case_id:
                return
            case = db.session.get_one(Case, self.case_id)
            for table in custody.moving():
                if table.name != "cases":
                    holders = select(table.c.tenant_id).where(table.c.case_id == case.id)
                    assert set(db.session.scalars(holders)) <= {case.tenant_id}, table.name

    @invariant()
    def its_events_tell_its_state(self) -> None:
        """Read one after the other they lead to where it is."""
        with self.cast.standing():
            if not self.case_id:
                return
            case = db.session.get_one(Case, self.case_id)
            query = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)
            state = None
            for event in db.session.scalars(query):
                if event.to_state is not None:
                    assert event.from_state == state, event.name
                    state = event.to_state
            assert state == case.state

    @invariant()
    def somebody_has_it_and_can_go_on(self) -> None:
        """No case without an owner and a way out."""
        with self.cast.standing():
            if not self.case_id:
                return
            case = db.session.get_one(Case, self.case_id)
            state, unit, holder = State(case.state), case.unit_id, case.holder_id
        if state in ENDED:
            return
        assert state is State.UNCLAIMED or (holder if state in POOL else unit), state.label
        assert any(self._leads_on(name, state) for name in PEOPLE), f"stuck: {state.label}"

    def _leads_on(self, name: str, state: State) -> bool:
        with self._standing(name):
            case = db.session.get(Case, self.case_id)
            if case is None:
                return False
            return any(
                row.to not in (None, state) for row in workflow.available(case, self._actor(name))
            )

    @invariant()
    def the_counters_are_right(self) -> None:
        """The tallies count what lies there."""
        with self.cast.standing():
            places = select(Case.tenant_id, Case.unit_id, Case.state, func.count())
            grouped = places.group_by(Case.tenant_id, Case.unit_id, Case.state)
            lie = [
                (tenant, unit or 0, state, number)
                for tenant, unit, state, number in db.session.execute(grouped)
            ]
            said = db.session.execute(
                select(Tally.tenant_id, Tally.unit_id, Tally.state, Tally.number).where(
                    Tally.number != 0, Tally.state.in_(list(State))
                )
            ).all()
            assert sorted(lie) == sorted(map(tuple, said))


def test_every_move_is_among_those_that_are_walked():
    assert set(VERBS) == set(MOVES) - {"receive"}, (
        "a new move needs its verb in tests/cases/verbs.py"
    )


def test_a_case_stays_whole_whatever_is_done_to_it(panjin):
    class OfOurs(Life):
        cast = panjin

    run(
        OfOurs,
        settings=settings(
            max_examples=16,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
