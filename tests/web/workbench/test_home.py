"""待办: each role sees its own tabs, only its rows, and as many as the counters say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minxin import clock
from minxin.cases import overdue, tabs
from minxin.cases.models import Case
from minxin.cases.states import AFTER_UNIT, ENDED, UNHURRIED, State
from minxin.extensions import db
from tests.cases.planting import plant
from tests.cases.walking import Walk
from tests.web import reading

HOUSING, MANAGEMENT = "大洼区住建局", "大洼区城管局"
OTHER = "兴隆台区住建局"


@pytest.fixture
def full(panjin):
    """A case in every state at every unit; some late, some soon, some due today."""
    at = clock.now()
    with panjin.standing():
        clerk = panjin.actor("linjing").user_id
        for unit in (HOUSING, MANAGEMENT, OTHER, "大洼区民心网工作站", "市城管局"):
            for state in State:
                case = plant(state, unit_id=panjin.unit(unit), holder_id=clerk, at=at)
                if state not in ENDED:
                    case.due_at, case.yellow_at = _moment(case.id, at)
        overdue.count(at)
        db.session.commit()
    return panjin


def _moment(case_id: int, at):
    return (
        (at - timedelta(hours=3), at - timedelta(days=2)),
        (at + timedelta(days=3), at - timedelta(hours=1)),
        (at + timedelta(days=9), at + timedelta(days=8)),
    )[case_id % 3]


@pytest.mark.parametrize(
    "who", ["linjing", "gaoyuan", "qinchuan", "mengyan", "zhaoyang", "sunli", "zhengtao", "fengxue"]
)
def test_the_counter_of_each_tab_says_how_many_rows_it_has(full, who):
    client = full.client(who)
    desk = full.desk(who)
    shown = reading.tabs(client.get(f"/{desk}/todo").text)
    for view in tabs.views(full.actor(who)):
        if view.label not in shown:
            assert view.rare, view.label
            page = client.get(f"/{desk}/todo?view={view.key}").text
            assert reading.numbers(page) == [], view.label
            assert view.label in reading.tabs(page), "the tab that one stands in is shown"
    for label, (url, count) in shown.items():
        if count is not None:
            assert len(reading.all_rows(client, url)) == count, label
    assert any(count for _, count in shown.values())


def test_the_counters_on_top_open_lists_of_that_many(full):
    client = full.client("mengyan")
    page = client.get("/dawa/todo").text
    for view in ("soon", "late"):
        count = len(reading.all_rows(client, f"/dawa/todo?view={view}"))
        assert f'view={view}">{ {"soon": "将到期", "late": "超期"}[view] } <b>{count}</b>' in page


def _owners(cast, numbers: list[str]) -> set[tuple[int, int | None]]:
    with cast.standing():
        rows = db.session.query(Case.tenant_id, Case.unit_id).filter(Case.number.in_(numbers))
        return {tuple(row) for row in rows}


def test_a_responder_sees_only_what_lies_with_the_own_unit(full):
    client = full.client("zhaoyang")
    found = [
        number
        for url, _ in reading.tabs(client.get("/dawa/todo").text).values()
        for number in reading.all_rows(client, url)
    ]
    assert _owners(full, found) == {(full.tenant("dawa"), full.unit(HOUSING))}


def test_a_station_sees_its_whole_district_and_no_other(full):
    found = reading.all_rows(full.client("mengyan"), "/dawa/cases")
    assert {tenant for tenant, _ in _owners(full, found)} == {full.tenant("dawa")}
    assert len(_owners(full, found)) == 3


def test_a_station_has_to_do_with_what_came_to_itself_not_with_what_it_passed_on(full):
    found = reading.all_rows(full.client("mengyan"), "/dawa/todo?view=dispatched")
    own = (full.tenant("dawa"), full.unit("大洼区民心网工作站"))
    assert _owners(full, found) == {own}


def test_the_office_sees_every_tenant_and_which_one(full):
    page = full.client("linjing").get("/city/todo?view=at_units").text
    assert {"大洼区", "兴隆台区"} <= set(_texts(page, "list-tenant"))


def _texts(page: str, css: str) -> list[str]:
    return [part.split("<")[0] for part in page.split(f'class="{css}">')[1:]]


def test_a_unit_is_not_late_with_what_it_has_reported(panjin):
    at = clock.now()
    with panjin.standing():
        for state in AFTER_UNIT - {State.ANSWERED}:
            case = plant(state, unit_id=panjin.unit(HOUSING), at=at)
            case.due_at = at - timedelta(days=1)
        overdue.count(at)
        db.session.commit()
    assert reading.numbers(panjin.client("zhaoyang").get("/dawa/todo?view=late").text) == []
    page = panjin.client("zhaoyang").get("/dawa/todo?view=reported").text
    assert len(reading.numbers(page)) == len(AFTER_UNIT - {State.ANSWERED})
    assert "红牌" not in page
    late = reading.numbers(panjin.client("mengyan").get("/dawa/todo?view=late").text)
    assert len(late) == len(AFTER_UNIT - {State.ANSWERED} - UNHURRIED)


def test_a_unit_finds_what_it_handles_beside_another_one_in_a_tab_of_its_own(panjin):
    at = clock.now()
    walk = Walk(panjin, at).dispatched("大洼区民心网工作站", at=at)
    walk.assigned(HOUSING, at=at, co=[MANAGEMENT])
    client = panjin.client("zhouning")
    assert reading.numbers(client.get("/dawa/todo?view=co").text) == [walk.number]
    assert reading.numbers(client.get("/dawa/todo").text) == []
    assert reading.numbers(panjin.client("zhaoyang").get("/dawa/todo?view=co").text) == []


def test_clocks_speak_in_words_and_cards(panjin):
    at = clock.now()
    with panjin.standing():
        late, soon, fine = (
            plant(State.HANDLING, unit_id=panjin.unit(HOUSING), at=at) for _ in range(3)
        )
        late.due_at = at - timedelta(days=2)
        soon.due_at, soon.yellow_at = at + timedelta(days=2, hours=4, minutes=5), at
        fine.yellow_at = at + timedelta(days=8)
        db.session.commit()
    page = panjin.client("zhaoyang").get("/dawa/todo?view=handling").text
    assert "红牌 超期 2 天" in page
    assert "黄牌 剩 2 天 4 小时" in page
    assert "剩 9 天" in page or "剩 8 天" in page


def test_the_office_begins_with_the_board_and_everybody_else_with_what_waits(panjin):
    for who, first in (("linjing", "/city/"), ("qinchuan", "/city/")):
        assert panjin.client(who).get(first).status_code == 200
    assert panjin.client("mengyan").get("/dawa/").location == "/dawa/todo"


@pytest.mark.parametrize("who", ["chencheng", "chuwei", "weiming"])
def test_an_administrator_reads_what_the_desk_is_for_and_finds_no_case(full, who):
    client = full.client(who)
    answer = client.get("/shizhi/todo")
    assert answer.status_code == 200
    assert "管理员" in answer.text
    assert "不经手诉求件" in answer.text
    assert "top-counters" not in answer.text
    assert client.get("/shizhi/cases").status_code == 403


def test_a_stranger_is_sent_to_the_door(panjin):
    answer = panjin.client().get("/dawa/todo?view=late")
    assert answer.status_code == 302
    assert answer.location.startswith("/dawa/sign-in")


def test_an_empty_tab_says_why_and_what_next(panjin):
    page = panjin.client("linjing").get("/city/todo").text
    assert "没有待认领的件" in page
    assert 'href="/city/entry"' in page
    for who in ("linjing", "qinchuan", "mengyan", "zhaoyang", "sunli"):
        client, desk = panjin.client(who), panjin.desk(who)
        for view in tabs.views(panjin.actor(who)):
            assert 'class="empty"' in client.get(f"/{desk}/todo?view={view.key}").text


def test_filters_narrow_and_become_chips_that_take_them_back(panjin):
    with panjin.standing():
        wanted = plant(State.HANDLING, unit_id=panjin.unit(HOUSING), kind="complaint").number
        plant(State.HANDLING, unit_id=panjin.unit(HOUSING), kind="consult")
        plant(State.HANDLING, unit_id=panjin.unit(OTHER), kind="complaint")
        db.session.commit()
    client = panjin.client("linjing")
    page = client.get("/city/todo?view=at_units&kind=complaint&tenant=dawa&source=phone").text
    assert reading.numbers(page) == [wanted]
    chips = [url.replace("&amp;", "&") for url in reading.CHIP.findall(page)]
    assert chips == [
        "/city/todo?view=at_units&kind=complaint&source=phone",
        "/city/todo?view=at_units&tenant=dawa&source=phone",
        "/city/todo?view=at_units&tenant=dawa&kind=complaint",
    ]
    assert len(reading.numbers(client.get(chips[0]).text)) == 2
    nothing = client.get("/city/todo?view=at_units&kind=thanks").text
    assert "没有符合条件的件" in nothing
    assert 'href="/city/todo?view=at_units"' in nothing


def test_a_clerk_finds_the_own_claims_and_days_of_receipt(panjin):
    at = clock.now()
    with panjin.standing():
        mine = plant(State.CLAIMED, holder_id=panjin.actor("linjing").user_id).number
        plant(State.CLAIMED, holder_id=panjin.actor("hejun").user_id)
        db.session.commit()
    client = panjin.client("linjing")
    assert reading.numbers(client.get("/city/todo?view=claimed&mine=1").text) == [mine]
    received = clock.local(at - timedelta(days=1)).date()
    page = f"/city/todo?view=claimed&from={received}&to={received}"
    assert len(reading.numbers(client.get(page).text)) == 2
    assert reading.numbers(client.get(f"{page[:-10]}{received - timedelta(days=1)}").text) == []


@pytest.mark.parametrize(
    "broken", ["from=2026-02-30", "to=gestern", "kind=nonsense", "unit=1e9", "tenant=nowhere",
               "view=unknown", "after=x", "after=2026-11-22T00:00:00,5", "after=,", "mine="]
)  # fmt: skip
def test_what_makes_no_sense_in_an_address_is_left_out(panjin, broken):
    with panjin.standing():
        plant(State.UNCLAIMED)
        db.session.commit()
    page = panjin.client("linjing").get(f"/city/todo?{broken}")
    assert page.status_code == 200
    assert len(reading.numbers(page.text)) == 1
    assert "chip-remove" not in page.text


def test_paging_by_key_shows_every_case_once_though_all_are_due_at_one_instant(panjin):
    at = clock.now()
    with panjin.standing():
        planted = [plant(State.UNCLAIMED, at=at).number for _ in range(103)]
        db.session.commit()
    client = panjin.client("linjing")
    first = client.get("/city/todo").text
    assert len(reading.numbers(first)) == 50
    assert reading.all_rows(client, "/city/todo") == planted
    second = client.get(reading.following(first)).text
    assert "回到第一页" in second


def test_ended_cases_page_from_the_newest(panjin):
    with panjin.standing():
        planted = [plant(State.CLOSED, unit_id=panjin.unit(HOUSING)).number for _ in range(60)]
        db.session.commit()
    assert reading.all_rows(panjin.client("mengyan"), "/dawa/todo?view=ended") == planted[::-1]


@pytest.mark.parametrize(("who", "url"), [
    ("linjing", "/city/todo?view=at_units&tenant=dawa"), ("mengyan", "/dawa/todo?view=at_units"),
    ("zhaoyang", "/dawa/todo?view=handling"), ("linjing", "/city/cases?q=路灯"),
    ("mengyan", "/dawa/cases"),
])  # fmt: skip
def test_a_list_takes_at_most_eight_statements_however_long_it_is(panjin, who, url):
    client = panjin.client(who)

    def taken() -> int:
        client.get(url)
        with reading.statements(panjin.app) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    few = taken()
    with panjin.standing():
        for state in (State.HANDLING, State.UNCLAIMED):
            for _ in range(20):
                plant(state, unit_id=panjin.unit(HOUSING))
        db.session.commit()
    assert len(reading.numbers(client.get(url).text)) >= 20
    assert taken() <= max(few, 8)
    assert taken() <= 8


def test_what_htmx_swaps_is_the_very_part_of_the_page(full):
    client = full.client("linjing")
    url = "/city/todo?view=at_units&tenant=dawa&kind="
    whole, part = client.get(url).text, client.get(url, headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<div id="list"')
    assert "<html" not in part.text
    page, swapped = (reading.TOKEN.sub("", text).strip() for text in (whole, part.text))
    assert swapped in page
    assert part.headers["HX-Push-Url"] == "/city/todo?view=at_units&tenant=dawa"


def test_chosen_cases_are_claimed_together(panjin):
    with panjin.standing():
        numbers = [plant(State.UNCLAIMED).number for _ in range(3)]
        db.session.commit()
    client = panjin.client("linjing")
    answer = client.post("/city/claims", data={"number": numbers[:2]})
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "已认领 2 件" in page
    assert reading.numbers(page) == numbers[2:]
    again = client.post("/city/claims", data={"number": numbers})
    page = client.get(again.location).text
    assert "已认领 1 件" in page
    assert page.count("没有认领") == 2
    assert "请先选中要认领的件" in client.get(client.post("/city/claims").location).text


def test_chosen_cases_are_accepted_together_but_only_the_own_ones(panjin):
    with panjin.standing():
        own = plant(State.DISPATCHED, unit_id=panjin.unit(HOUSING)).number
        other = plant(State.DISPATCHED, unit_id=panjin.unit(MANAGEMENT)).number
        far = plant(State.DISPATCHED, unit_id=panjin.unit(OTHER)).number
        db.session.commit()
    client = panjin.client("zhaoyang")
    assert 'name="number"' in client.get("/dawa/todo").text
    answer = client.post("/dawa/acceptances", data={"number": [own, other, far]})
    page = client.get(answer.location).text
    assert "已签收 1 件" in page
    assert page.count("已不在您的办理范围内") == 2
    with panjin.standing():
        states = dict(db.session.query(Case.number, Case.state))
    assert states == {own: "accepted", other: "dispatched", far: "dispatched"}


def test_who_may_not_claim_is_refused(panjin):
    assert panjin.client("mengyan").post("/dawa/claims").status_code == 403
    assert panjin.client("qinchuan").post("/city/claims").status_code == 403
    assert "col-check" not in panjin.client("qinchuan").get("/city/todo").text
