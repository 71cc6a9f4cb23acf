"""并案 on pages: chosen from those alike or by number, shown on both cases, undone."""

from __future__ import annotations

import pytest

from minxin import clock
from tests.cases.walking import Walk
from tests.web.workbench import stages

WHY = "多名群众反映同一地点的同一问题，一并办理。"


def send(cast, number, who, noun, data):
    data = {"version": str(stages.version_of(cast, number)), **data}
    return cast.client(who).post(f"/{cast.desk(who)}/cases/{number}/{noun}", data=data)


@pytest.fixture
def master(panjin) -> Walk:
    now = clock.now()
    walk = Walk(panjin, now, subject="育才路路灯不亮").dispatched("大洼区民心网工作站", at=now)
    return walk.assigned("大洼区住建局", at=now)


@pytest.fixture
def double(panjin) -> str:
    return Walk(panjin, clock.now(), subject="育才路晚上路灯全都不亮", body="路上很黑").number


def test_the_page_offers_those_that_are_alike(panjin, master, double):
    page = panjin.client("linjing").get(f"/city/cases/{double}/merging").text
    assert f'value="{master.number}"' in page
    assert "大洼区住建局" in page


def test_chosen_it_is_merged_and_both_cases_say_so(panjin, master, double):
    answer = send(panjin, double, "linjing", "merging", {"chosen": master.number, "reason": WHY})
    assert answer.status_code == 303
    page = panjin.client("linjing").get(f"/city/cases/{double}").text
    assert "已并案" in page
    assert f"并入{master.number}" in page
    for who in ("linjing", "mengyan", "zhaoyang"):
        page = panjin.client(who).get(f"/{panjin.desk(who)}/cases/{master.number}").text
        assert "并入本件" in page
        assert "路上很黑" in page
        assert double in page
    unit = panjin.client("zhaoyang")
    assert f'href="/dawa/cases/{double}"' not in page
    assert unit.get(f"/dawa/cases/{double}").status_code == 404, "it reads it on the master's page"


def test_a_number_that_was_typed_wins_over_what_was_tapped(panjin, master, double):
    other = Walk(panjin, clock.now(), subject="噪声扰民").number
    data = {"chosen": master.number, "master": f" {other} ", "reason": WHY}
    assert send(panjin, double, "linjing", "merging", data).status_code == 303
    assert other in panjin.client("linjing").get(f"/city/cases/{double}").text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"master": "20990101-00001", "reason": WHY}, "没有找到这个编号"),
        ({"reason": WHY}, "请选择并入的主件"),
        ({"master": "{master}", "reason": ""}, "请写明并案的理由"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(panjin, master, double, data, said):
    data = {name: value.replace("{master}", master.number) for name, value in data.items()}
    answer = send(panjin, double, "linjing", "merging", data)
    assert answer.status_code == 422
    assert said in answer.text
    for value in data.values():
        assert value in answer.text


def test_sent_twice_it_is_done_once_and_a_stale_form_is_told_what_changed(panjin, master, double):
    version = str(stages.version_of(panjin, double))
    data = {"version": version, "chosen": master.number, "reason": WHY}
    client = panjin.client("linjing")
    for _ in range(2):
        assert client.post(f"/city/cases/{double}/merging", data=data).status_code == 303
    stale = panjin.client("hejun").post(f"/city/cases/{double}/merging", data=data)
    assert stale.status_code == 409
    assert "林静" in stale.text


def test_separated_it_waits_for_whoever_separated_it(panjin, master, double):
    send(panjin, double, "linjing", "merging", {"chosen": master.number, "reason": WHY})
    assert send(panjin, double, "hejun", "separation", {"reason": ""}).status_code == 422
    assert send(panjin, double, "hejun", "separation", {"reason": "另有问题"}).status_code == 303
    page = panjin.client("hejun").get(f"/city/cases/{double}").text
    assert "已认领" in page
    assert "何军" in page


def test_a_group_is_hinted_at_before_a_case_is_sent_on(panjin, master, double):
    client = panjin.client("linjing")
    send(panjin, double, "linjing", "claim", {})
    page = client.get(f"/city/cases/{double}/screening").text
    assert "反映同一问题" in page
    assert f"/city/cases/{double}/merging" in page
