"""Valkey emptied, and killed: what was promised is done once, what was sent is not lost."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import psycopg

from minxin.demonstration import people
from tests.resilience.city import BACKGROUND, Answer, City, Person, eventually, told

BLOCKED = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
APPEAL = {"body": "北门外三盏路灯上周起不亮，晚上出门看不清路。", "kind": "", "district": ""}


def appeal(person: Person, subject: str) -> Answer:
    return person.send("/cases/new", subject=subject, **APPEAL)


def receipt(page: str) -> tuple[str, str]:
    values = dict(re.findall(r'class="receipt-value" id="(\w+)">([^<]+)<', page))
    return values["number"], values["code"]


def cases(city: City, numbers: list[str]) -> dict[str, tuple[int, int, int]]:
    """Number → how many cases, beginnings and running clocks it has."""
    found = city.rows(
        "SELECT c.number, count(DISTINCT c.id), count(DISTINCT e.id), count(DISTINCT k.id)"
        " FROM cases c LEFT JOIN case_events e ON e.case_id = c.id AND e.name = 'receive'"
        " LEFT JOIN clocks k ON k.case_id = c.id AND k.stopped_at IS NULL"
        " WHERE c.number = ANY(%s) GROUP BY c.number",
        numbers,
    )
    return {row[0]: row[1:] for row in found}


def test_an_emptied_valkey_keeps_nobody_waiting(city, citizen, background):
    sent = [receipt(appeal(citizen, f"路灯不亮{n}").text)[0] for n in range(4)]
    assert city.waiting() >= 4
    flush(city)
    city.let_time_pass()
    background()
    eventually(lambda: city.waiting() == 0)
    assert cases(city, sent) == dict.fromkeys(sent, (1, 1, 1))


def flush(city: City) -> None:
    code = "import sys, redis; redis.Redis.from_url(sys.argv[1]).flushall()"
    subprocess.run([sys.executable, "-c", code, city.env["REDIS_URL"]], check=True)


def test_a_killed_valkey_loses_no_appeal_and_says_so_to_staff(city, citizen, background):
    background()
    clerk = Person(city)
    clerk.sign_in("dawa", "zhaoyang")
    number = city.in_hand[0]
    path = f"/dawa/cases/{number}/log"
    form = clerk.get(path).hidden()
    before = receipt(appeal(citizen, "停水").text)[0]
    city.kill_valkey()

    # The portal goes on: sent, accepted, receipt shown, and shown again.
    answer = appeal(citizen, "停电")
    assert answer.status == 200, answer.text
    during, code = receipt(answer.text)
    assert receipt(citizen.get("/cases/submitted").text) == (during, code)
    stranger = Person(city)
    assert stranger.get("/cases/submitted").status == 404
    assert "receipt-value" not in stranger.get("/cases/submitted").text

    # The same form again is still one appeal.
    page = citizen.get("/cases/new").hidden()
    first = citizen.post("/cases/new", {**page, "subject": "停气", **APPEAL})
    again = citizen.post("/cases/new", {**page, "subject": "停气", **APPEAL})
    assert receipt(first.text) == receipt(again.text)
    assert "没有重复登记" in again.text

    # A page of another site cannot send anything.
    forged = {**page, "subject": "冒名", **APPEAL}
    answer = citizen.post("/cases/new", forged, origin="http://elsewhere.test")
    assert "页面打开得太久" in answer.text

    # What cannot be served says so: codes that nobody would count, and the desks.
    closed = citizen.post("/tracking", {"number": during, "code": code})
    assert closed.status == 503
    assert code not in closed.text
    answer = clerk.post(path, {**form, "text": "我写的<办理>情况"})
    assert answer.status == 503
    assert "系统暂时不可用" in answer.text
    assert "我写的&lt;办理&gt;情况" in answer.text
    assert "重新提交" in answer.text
    told(city, answer)
    assert clerk.get("/dawa/todo").status == 503

    # Back again: who sends the kept form is asked to sign in and finds it filled in.
    city.start_valkey()
    door = clerk.post(path, answer.hidden())
    assert door.status == 401
    back = clerk.post(
        "/dawa/sign-in",
        {**door.hidden(), "username": "zhaoyang", "password": people.PASSWORD},
    )
    assert "我写的&lt;办理&gt;情况" in back.text
    done = clerk.post(path, {**back.hidden(), "text": "我写的<办理>情况"})
    assert done.url.endswith(f"/cases/{number}")

    # Every promise is kept, once; nobody had to be restarted.
    city.let_time_pass()
    eventually(lambda: city.waiting() == 0, 60)
    sent = [before, during, receipt(first.text)[0]]
    assert cases(city, sent) == dict.fromkeys(sent, (1, 1, 1))
    assert set(city.lives()) >= set(BACKGROUND)


def test_a_valkey_that_dies_in_the_middle_of_a_job_takes_no_worker_with_it(
    city, citizen, background
):
    background()
    with psycopg.connect(city.superuser) as held:
        held.execute("LOCK TABLE city_panjin.cases IN SHARE MODE")
        number = receipt(appeal(citizen, "暖气不热").text)[0]
        eventually(lambda: city.rows(BLOCKED))
        city.kill_valkey()
        held.rollback()
    eventually(lambda: "quitting" in city.words() or "valkey away" in city.words())
    city.start_valkey()
    after = receipt(appeal(citizen, "井盖缺失").text)[0]

    def caught_up() -> bool:
        # again and again: the attempt that Valkey's death broke may be written down only now.
        # Not all the time: a promise that is being touched is passed over by who would keep it.
        city.let_time_pass()
        time.sleep(2)
        return city.waiting() == 0

    eventually(caught_up, 120)
    assert cases(city, [number, after]) == dict.fromkeys([number, after], (1, 1, 1))
    assert set(city.lives()) >= set(BACKGROUND)
