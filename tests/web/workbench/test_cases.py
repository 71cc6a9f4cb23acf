"""诉求件: the register and the search over it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minxin import clock
from minxin.cases import overdue, search
from minxin.cases.states import State
from minxin.extensions import db
from tests.cases.planting import plant
from tests.cases.walking import Walk
from tests.web import reading

HOUSING, MANAGEMENT, OTHER = "大洼区住建局", "大洼区城管局", "兴隆台区住建局"


@pytest.fixture
def streets(panjin):
    """Numbers of cases by what they are about and where they lie."""
    with panjin.standing():
        made = {
            "lamp": plant(State.HANDLING, unit_id=panjin.unit(HOUSING), subject="广厦小区路灯不亮"),
            "noise": plant(State.HANDLING, unit_id=panjin.unit(MANAGEMENT), subject="工地夜间噪声"),
            "far": plant(State.HANDLING, unit_id=panjin.unit(OTHER), subject="兴海街道路灯损坏"),
        }
        db.session.commit()
        return {word: case.number for word, case in made.items()}


def test_a_word_finds_the_case_that_holds_it(panjin, streets):
    page = panjin.client("linjing").get("/city/cases?q=路灯").text
    assert set(reading.numbers(page)) == {streets["lamp"], streets["far"]}
    assert "找到 2 件，最多显示 200 件" in page


def test_every_word_has_to_be_there(panjin, streets):
    client = panjin.client("linjing")
    assert reading.numbers(client.get("/city/cases?q=路灯 广厦").text) == [streets["lamp"]]
    page = client.get("/city/cases?q=路灯 火星").text
    assert reading.numbers(page) == []
    assert "没有找到“路灯 火星”" in page


def test_a_search_never_leaves_the_tenant_nor_the_unit(panjin, streets):
    found = reading.numbers(panjin.client("mengyan").get("/dawa/cases?q=路灯").text)
    assert found == [streets["lamp"]]
    assert reading.numbers(panjin.client("zhaoyang").get("/dawa/cases?q=噪声").text) == []
    assert reading.numbers(panjin.client("zhouning").get("/dawa/cases?q=噪声").text) == [
        streets["noise"]
    ]


def test_a_search_never_leaves_the_city(panjin, linshi, streets):
    assert reading.numbers(linshi.client("linjing").get("/city/cases?q=路灯").text) == []


def test_a_number_leads_straight_to_its_case(panjin, streets):
    number = streets["lamp"]
    answer = panjin.client("mengyan").get(f"/dawa/cases?q= {number} ")
    assert answer.status_code == 302
    assert answer.location == f"/dawa/cases/{number}"
    far = panjin.client("mengyan").get(f"/dawa/cases?q={streets['far']}")
    assert far.status_code == 200
    assert reading.numbers(far.text) == []


def test_a_unit_finds_its_own_case_behind_two_hundred_of_others(panjin, monkeypatch):
    monkeypatch.setattr(search, "MOST", 3)
    with panjin.standing():
        own = plant(State.HANDLING, unit_id=panjin.unit(HOUSING)).number
        for _ in range(5):
            plant(State.HANDLING, unit_id=panjin.unit(MANAGEMENT))
        consult = plant(State.HANDLING, unit_id=panjin.unit(OTHER), kind="consult").number
        for _ in range(5):
            plant(State.HANDLING, unit_id=panjin.unit(OTHER))
        db.session.commit()
    assert reading.numbers(panjin.client("zhaoyang").get("/dawa/cases?q=路灯").text) == [own]
    clerk = panjin.client("linjing")
    page = clerk.get("/city/cases?q=路灯").text
    assert "找到的多于 3 件" in page
    assert len(reading.numbers(page)) == 3
    assert reading.numbers(clerk.get("/city/cases?q=路灯&kind=consult").text) == [consult]


def test_words_that_are_none_find_nothing_and_break_nothing(panjin, streets):
    client = panjin.client("linjing")
    for words in ("'; drop", "%", "&|!", "（）", "-", "a" * 5000, "\x00路"):
        answer = client.get("/city/cases", query_string={"q": words})
        assert answer.status_code == 200, words


def test_the_register_shows_what_the_figures_of_the_board_count(panjin):
    at = clock.now()
    with panjin.standing():
        late = plant(State.HANDLING, unit_id=panjin.unit(HOUSING), at=at)
        late.due_at = at - timedelta(hours=1)
        reviewed = plant(State.REPORTED, unit_id=panjin.unit(HOUSING), at=at)
        reviewed.due_at = at - timedelta(hours=1)
        pool = plant(State.UNCLAIMED, at=at)
        pool.due_at = at - timedelta(hours=1)
        plant(State.CLOSED, unit_id=panjin.unit(HOUSING), at=at)
        overdue.count(at)
        db.session.commit()
        expected = {late.number, reviewed.number}
    client = panjin.client("linjing")
    for view in ("open", "overdue"):
        assert set(reading.all_rows(client, f"/city/cases?view={view}&tenant=dawa")) == expected
    counted = reading.tabs(client.get("/city/cases").text)
    assert [count for _, count in counted.values()] == [4, 2, 0, 2, 1]


def test_a_unit_still_finds_what_it_took_part_in(panjin):
    at = clock.now()
    walk = Walk(panjin, at).dispatched("大洼区民心网工作站", at=at)
    walk.assigned(HOUSING, at=at, co=[MANAGEMENT])
    assert reading.all_rows(panjin.client("zhouning"), "/dawa/cases") == [walk.number]


def test_the_whole_row_opens_its_case_and_holds_a_real_link(panjin, streets):
    page = panjin.client("mengyan").get("/dawa/cases").text
    url = f"/dawa/cases/{streets['lamp']}"
    assert f'<tr data-href="{url}"' in page
    assert f'<a href="{url}" title="广厦小区路灯不亮">' in page


def test_an_empty_register_says_how_cases_come(panjin):
    assert "还没有诉求件" in panjin.client("mengyan").get("/dawa/cases").text
