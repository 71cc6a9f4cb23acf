"""PostgreSQL cut off and started again under load: what was accepted is there, nothing is half."""

from __future__ import annotations

import re
import threading
import time

from tests.resilience.city import BACKGROUND, Answer, City, Person, eventually, told
from tests.resilience.test_valkey import APPEAL, receipt

HALF = {
    "a case without its beginning": """
        SELECT c.number FROM cases c WHERE NOT EXISTS
        (SELECT 1 FROM case_events e WHERE e.case_id = c.id AND e.name = 'receive')""",
    "an open case without a running clock": """
        SELECT c.number FROM cases c WHERE c.state IN ('unclaimed', 'claimed') AND NOT EXISTS
        (SELECT 1 FROM clocks k WHERE k.case_id = c.id AND k.stopped_at IS NULL)""",
    "a case whose version and moves disagree": """
        SELECT c.number FROM cases c WHERE c.version + 1 <>
        (SELECT count(*) FROM case_events e WHERE e.case_id = c.id AND e.to_state IS NOT NULL)""",
    "a move that nothing will follow": """
        SELECT e.id FROM case_events e WHERE e.to_state IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM outbox o WHERE o.job = 'cases.react'
         AND (o.ids ->> 'event_id')::bigint = e.id)""",
    "an appeal that nobody will take in": """
        SELECT s.number FROM submissions s WHERE s.taken_at IS NULL AND NOT EXISTS
        (SELECT 1 FROM outbox o WHERE o.job = 'intake.take_in' AND o.done_at IS NULL
         AND (o.ids ->> 'submission_id')::bigint = s.id)""",
    "an appeal that cannot be followed": """
        SELECT s.number FROM submissions s WHERE NOT EXISTS
        (SELECT 1 FROM trackings t WHERE t.number = s.number)""",
    "a case that no search finds": """
        SELECT c.number FROM cases c WHERE NOT EXISTS
        (SELECT 1 FROM case_texts t WHERE t.case_id = c.id)""",
}


class Load:
    """Citizens and responders who send one form after another and note what they are told."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.accepted: list[str] = []
        self.logged: list[str] = []
        self.refused: list[Answer] = []
        self.odd: list[Answer | Exception] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._citizen, args=(n,)) for n in range(4)]
        self._threads += [threading.Thread(target=self._staff, args=(n,)) for n in range(2)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(90)

    def _citizen(self, name: int) -> None:
        count = 0
        while not self._over.is_set():
            count += 1
            person = Person(self.city)  # ten appeals an hour come from one address
            try:
                form = person.get("/cases/new")
                if form.status == 200:
                    text = {"subject": f"第{name}人的第{count}件", **APPEAL}
                    self._note(person.post("/cases/new", {**form.hidden(), **text}), "receipt")
                else:
                    self._note(form, "")
            except Exception as error:
                self.odd.append(error)

    def _staff(self, place: int) -> None:
        person, count = Person(self.city), 0
        person.sign_in("dawa", ("zhaoyang", "qianjin")[place])
        number = self.city.in_hand[1 + place]
        while not self._over.is_set():
            count += 1
            try:
                form = person.get(f"/dawa/cases/{number}/log")
                words = f"第{place}人的第{count}条记录"
                if form.status == 200:
                    sent = {**form.hidden(), "text": words}
                    self._note(person.post(f"/dawa/cases/{number}/log", sent), words)
                else:
                    self._note(form, "")
            except Exception as error:
                self.odd.append(error)

    def _note(self, answer: Answer, words: str) -> None:
        if answer.status == 503:
            self.refused.append(answer)
        elif answer.status != 200:
            self.odd.append(answer)
        elif words == "receipt" and "receipt-value" in answer.text:
            self.accepted.append(receipt(answer.text)[0])
        elif words and "message-done" in answer.text:
            self.logged.append(words)


def test_what_was_accepted_while_postgres_was_cut_off_is_there_and_whole(city, background):
    background()
    with Load(city) as load:
        eventually(lambda: len(load.accepted) > 4 and len(load.logged) > 2)
        for _ in range(2):
            before = len(load.accepted)
            city.cut_postgres()
            eventually(lambda n=before: len(load.accepted) > n + 4)
        time.sleep(0.5)
    assert not load.odd, load.odd[0]
    sent = {row[0] for row in city.rows("SELECT number FROM submissions")}
    assert set(load.accepted) <= sent
    assert len(set(load.accepted)) == len(load.accepted)
    kept = city.rows("SELECT payload ->> 'text' FROM case_events WHERE name = 'enter_log'")
    assert set(load.logged) <= {row[0] for row in kept}
    city.let_time_pass()
    eventually(lambda: city.waiting() == 0)
    for what, statement in HALF.items():
        assert not city.rows(statement), what
    assert set(city.lives()) >= {"web", *BACKGROUND}, "nobody had to be started again"
    made = city.rows("SELECT number, count(*) FROM cases GROUP BY number HAVING count(*) > 1")
    assert not made
    assert load.refused, "the cut was too short to be seen"
    for answer in load.refused[:3]:
        assert "系统暂时不可用" in answer.text or "暂时打不开" in answer.text
        assert re.search(r"错误 503 · 编号", re.sub(r"<[^>]+>", "", answer.text))
        told(city, answer)
