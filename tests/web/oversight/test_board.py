"""区县对比: the tenants side by side, by roll-ups, each figure as good as its list."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from minxin import clock
from minxin.calendars.counting import end_of
from minxin.cases import overdue
from minxin.cases.states import State
from minxin.comparison import rollups
from minxin.extensions import db
from tests.cases.planting import plant
from tests.cases.walking import Walk
from tests.web import reading

ROW = re.compile(r"<tr>\s*<th scope=\"row\">([^<]+)</th>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
LINK = re.compile(r'<a href="([^"]+)">([\d,]+)</a>')
MARKUP = re.compile(r"<[^>]+>")


def _rows(page: str) -> dict[str, list[str]]:
    return {
        name: [MARKUP.sub("", cell).strip() for cell in CELL.findall(cells)]
        for name, cells in ROW.findall(page)
    }


@pytest.fixture
def lived(panjin):
    """大洼区: one case closed in time, one late, one due today. 兴隆台区: one in hand.

    Time stands still meanwhile: what is due today is so until the test ends.
    """
    at = clock.now()
    with time_machine.travel(at, tick=False):
        _live(panjin, at)
        yield panjin


def _live(panjin, at) -> None:
    walk = Walk(panjin, at).dispatched("大洼区民心网工作站", at=at)
    walk.assigned("大洼区住建局", at=at).reported(at=at).signed(at=at).closed(at=at)
    with panjin.standing():
        late = plant(State.HANDLING, unit_id=panjin.unit("大洼区城管局"), at=at)
        late.due_at = at - timedelta(days=1)
        today = plant(State.HANDLING, unit_id=panjin.unit("大洼区城管局"), at=at)
        today.due_at = end_of(clock.local(at).date())
        plant(State.HANDLING, unit_id=panjin.unit("兴隆台区住建局"), at=at)
        pool = plant(State.UNCLAIMED, at=at)
        pool.due_at = at - timedelta(days=1)
        overdue.count(at)
        rollups.refresh_recent(at)
        db.session.commit()


def test_tenants_stand_side_by_side_with_their_figures(lived):
    rows = _rows(lived.client("qinchuan").get("/city/").text)
    # 收件 在办 今日到期 超期 办结 按时率 满意率
    assert rows["大洼区"] == ["3", "2", "1", "1", "1", "100.00% · 1/1", "100.00% · 1/1"]
    assert rows["兴隆台区"] == ["1", "1", "0", "0", "0", "—", "—"]
    assert rows["全市合计"] == ["4", "3", "1", "1", "1", "100.00% · 1/1", "100.00% · 1/1"]


def test_on_a_phone_each_figure_carries_its_own_word(lived):
    page = lived.client("qinchuan").get("/city/").text
    table = page.partition('<table class="board">')[2].partition("</table>")[0]
    words = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', table)[1:]
    labels = re.findall(r'<td class="num[^"]*" data-label="([^"]+)"', table)
    assert labels == words * (len(labels) // len(words))
    assert len(labels) == table.count("<td")


def test_what_waits_is_headed_by_whose_it_is(lived):
    assert "待您批阅" in lived.client("qinchuan").get("/city/").text
    assert "市民心网办待办" in lived.client("linjing").get("/city/").text


def test_what_the_office_has_not_sent_is_no_department_s_work(lived):
    page = lived.client("linjing").get("/city/").text
    assert _rows(page)["市直部门"][1:4] == ["0", "0", "0"]
    assert '<dt>待认领</dt><dd><a href="/city/todo?view=unclaimed">1</a></dd>' in page


def test_each_figure_opens_a_list_of_that_many(lived):
    client = lived.client("linjing")
    page = client.get("/city/").text
    links = [(url.replace("&amp;", "&"), count) for url, count in LINK.findall(page)]
    assert len(links) >= 8
    for url, count in links:
        assert len(reading.all_rows(client, url)) == int(count), url


def test_the_board_says_how_fresh_its_figures_are(lived):
    page = lived.client("qinchuan").get("/city/").text
    assert re.search(r"更新于\d+月\d+日 \d\d:\d\d", page)


def test_a_new_city_has_a_board_of_noughts(panjin):
    page = panjin.client("gaoyuan").get("/city/").text
    assert _rows(page)["全市合计"] == ["0", "0", "0", "0", "0", "—", "—"]
    assert "本月数字还在汇总" in page


@pytest.mark.parametrize("who", ["mengyan", "zhaoyang", "sunli", "chencheng"])
def test_no_tenant_is_shown_the_others(panjin, who):
    answer = panjin.client(who).get("/city/")
    assert answer.status_code == 302
    assert answer.location.startswith("/city/sign-in")


def test_the_board_takes_at_most_eight_statements(lived):
    client = lived.client("linjing")
    client.get("/city/")
    with reading.statements(lived.app) as seen:
        client.get("/city/")
    assert len(seen) <= 8


def test_the_board_prints_across(lived):
    assert 'class="workbench print-wide"' in lived.client("linjing").get("/city/").text
