"""The front page, the doors, the large type."""

import pytest


def test_the_front_page_leads_two_ways(panjin):
    page = panjin.client().get("/").text
    assert 'href="/cases/new"' in page
    assert 'href="/tracking"' in page
    assert "盘锦市民心网" in page


def test_each_city_answers_by_its_own_name(linshi):
    page = linshi.client().get("/").text
    assert "邻市民心网" in page
    assert "盘锦" not in page


def test_staff_find_the_door_of_their_desk(panjin):
    page = panjin.client().get("/desks").text
    assert 'href="/city/sign-in"' in page
    assert 'href="/dawa/sign-in"' in page


def test_the_web_process_answers_without_a_city(app):
    assert app.test_client().get("/healthz", headers={"Host": "nowhere.test"}).text == "ok"


def test_the_large_type_is_kept_and_leads_back(panjin):
    client = panjin.client()
    answer = client.get("/large-type?on=1&back=/cases/new")
    assert (answer.status_code, answer.location) == (303, "/cases/new")
    assert 'class="portal large-type"' in client.get("/").text
    client.get("/large-type?on=0&back=/")
    assert 'class="portal large-type"' not in client.get("/").text


@pytest.mark.parametrize(
    "back",
    ["//evil.test", "https://evil.test", "/\\evil.test", "/\t/evil.test", "", "javascript:1"],
)
def test_the_large_type_leads_to_no_other_site(panjin, back):
    answer = panjin.client().get("/large-type", query_string={"on": 1, "back": back})
    assert answer.location == "/"


def test_an_unknown_page_is_told_in_the_citys_frame(panjin):
    answer = panjin.client().get("/cases/nowhere")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.text
    assert "盘锦市民心网" in answer.text
